/** The wire: requests, the queue of what the patient sends, and the stream of what is new. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15000;
const KEPT = 'coachbot-unsent';

/** A request; {status, data}. Status 0 means that nothing came back. */
export async function ask(path, payload) {
  const options = payload === undefined ? {} : {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(payload),
  };
  try {
    const response = await fetch(path, options);
    const data = response.status === 204 ? {} : await response.json().catch(() => ({}));
    return { status: response.status, data };
  } catch {
    return { status: 0, data: {} };
  }
}

/** A random UUID, also where the page is not served over https. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Sends one thing after the other, each with its own id, again and again until the server has it. */
export class Outgoing {
  constructor({ sent, failed, away }) {
    this.told = { sent, failed, away };
    this.items = load();
    this.pause = FIRST_PAUSE_MS;
    this.busy = false;
    addEventListener('online', () => this.hurry());
  }

  add(path, payload) {
    const item = { path, payload: { id: uuid(), ...payload } };
    this.items.push(item);
    this.keep();
    this.run();
    return item;
  }

  hurry() {
    clearTimeout(this.timer);
    this.pause = FIRST_PAUSE_MS;
    this.run();
  }

  async run() {
    if (this.busy) return;
    this.busy = true;
    while (this.items.length && (await this.sendFirst()));
    this.busy = false;
  }

  /** Send the first; false if the queue has to wait. */
  async sendFirst() {
    const item = this.items[0];
    const { status, data } = await ask(item.path, item.payload);
    if (status === 0 || status >= 500 || status === 429) return this.later();
    if (status === 401) {
      this.told.away();
      return false;
    }
    this.items.shift();
    this.keep();
    this.pause = FIRST_PAUSE_MS;
    if (status === 200) this.told.sent(item, data.fresh);
    else this.told.failed(item, data.message);
    return true;
  }

  later() {
    this.timer = setTimeout(() => this.run(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
    return false;
  }

  clear() {
    clearTimeout(this.timer);
    this.items = [];
    this.keep();
  }

  keep() {
    try {
      if (this.items.length) sessionStorage.setItem(KEPT, JSON.stringify(this.items));
      else sessionStorage.removeItem(KEPT);
    } catch { /* without storage, what is unsent lives as long as the page */ }
  }
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
  } catch {
    return [];
  }
}

/** The stream of what is new. Comes back by itself, from the last line it has seen. */
export class Stream {
  constructor({ line, typing, gone, open, lost, last }) {
    this.told = { line, typing, gone, open, lost };
    this.last = last;
    this.pause = FIRST_PAUSE_MS;
  }

  start() {
    this.stop();
    const source = new EventSource(`api/stream?after=${this.last()}`);
    source.addEventListener('open', () => { this.pause = FIRST_PAUSE_MS; this.told.open(); });
    source.addEventListener('line', (event) => this.told.line(JSON.parse(event.data)));
    source.addEventListener('typing', () => this.told.typing());
    source.addEventListener('gone', () => { this.stop(); this.told.gone(); });
    source.addEventListener('error', () => this.broken(source));
    this.source = source;
  }

  broken(source) {
    this.told.lost();
    if (source !== this.source || source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  stop() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
