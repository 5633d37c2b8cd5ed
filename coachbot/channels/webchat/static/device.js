/** A one-time link for a second device. */
import { byId } from './dom.js';
import { ask } from './net.js';
import { word } from './words.js';

export function prepareDeviceLink() {
  const dialog = byId('device');
  byId('device-close').addEventListener('click', () => dialog.close());
  byId('device-copy').addEventListener('click', copy);
}

export async function openDeviceLink() {
  byId('device-link').value = '';
  byId('device-error').textContent = '';
  byId('device-copy').textContent = word('copy');
  byId('device').showModal();
  const { status, data } = await ask('api/link', {});
  if (status === 200) byId('device-link').value = new URL(data.path, document.baseURI).href;
  else byId('device-error').textContent = data.message || word('error_network');
}

async function copy() {
  const field = byId('device-link');
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    byId('device-copy').textContent = word('copied');
  } catch { /* the link is selected: it can be copied by hand */ }
}
