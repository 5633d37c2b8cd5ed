/** Coming in with a code. The try keeps its id until it is in, so that a lost answer costs no code. */
import { byId } from './dom.js';
import { ask, uuid } from './net.js';
import { word } from './words.js';

const TRY = 'coachbot-try';

/** Show the way in; calls `entered` once the device is in, `back` if the patient goes on with the open talk. */
export function showEntry({ entered, back, alreadyIn = false }) {
  byId('entry').hidden = false;
  byId('already').hidden = !alreadyIn;
  byId('go-on').onclick = () => leave(back);
  byId('entry-form').onsubmit = (event) => {
    event.preventDefault();
    submit(entered);
  };
  byId(alreadyIn ? 'go-on' : 'code').focus();
}

function leave(next) {
  byId('entry').hidden = true;
  next();
}

async function submit(entered) {
  const code = byId('code').value.trim();
  if (!code) {
    complain(word('error_no_code'));
    return;
  }
  busy(true);
  const { status, data } = await ask('api/enter', { id: attempt(), code });
  busy(false);
  if (status !== 204) {
    complain(data.message || word(status === 0 ? 'error_network' : 'error_server'));
    return;
  }
  sessionStorage.removeItem(TRY);
  byId('code').value = '';
  leave(entered);
}

function attempt() {
  const kept = sessionStorage.getItem(TRY) ?? uuid();
  sessionStorage.setItem(TRY, kept);
  return kept;
}

function busy(isBusy) {
  const button = byId('entry-form').querySelector('[type=submit]');
  button.disabled = isBusy;
  button.textContent = word(isBusy ? 'entering' : 'enter');
  if (isBusy) byId('code-error').textContent = '';
}

function complain(message) {
  byId('code-error').textContent = message;
  byId('code').setAttribute('aria-invalid', 'true');
  byId('code').focus();
}
