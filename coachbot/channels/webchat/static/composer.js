/** The writing field: grows with the text, sends on Enter, and takes note of files without uploading them. */
import { byId } from './dom.js';

export function prepareComposer(talk) {
  const field = byId('write');
  const form = byId('composer');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(field, talk);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(field, talk);
  });
  field.addEventListener('input', () => grow(field));
  field.addEventListener('paste', (event) => noteFiles(event, event.clipboardData, talk));
  byId('talk').addEventListener('dragover', (event) => event.preventDefault());
  byId('talk').addEventListener('drop', (event) => noteFiles(event, event.dataTransfer, talk));
  byId('skip').addEventListener('click', (event) => {
    event.preventDefault();
    field.focus();
  });
}

function send(field, talk) {
  const text = field.value.trim();
  if (!text) return;
  field.value = '';
  grow(field);
  talk.say(text);
  field.focus();
}

function grow(field) {
  field.style.setProperty('height', 'auto');
  field.style.setProperty('height', `${field.scrollHeight + 2}px`);
}

function noteFiles(event, transfer, talk) {
  const file = transfer?.files?.[0];
  if (!file) return;
  event.preventDefault();
  talk.attach(kindOf(file.type));
}

function kindOf(type) {
  const kinds = { image: 'photo', video: 'video', audio: 'voice' };
  return kinds[type.split('/')[0]] ?? 'file';
}
