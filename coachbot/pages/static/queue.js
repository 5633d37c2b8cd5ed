/**
 * Answers on their way: in order, each with a name of its own, so that one sent twice is stored once. What is not sent
 * yet lies on this device, and is gone from it once it is stored.
 */

const SOON_MS = 4000, LATEST_MS = 60000;

export class Queue {
  constructor({ token, place, heard, changed }) {
    this.address = `${token}/answers`;
    this.key = `coachbot.page.${place}.${token.slice(0, 12)}`;
    this.heard = heard;
    this.changed = changed;
    this.offline = false;
    this.sent = 0;
    this.wait = SOON_MS;
    const kept = read(this.key);
    this.answers = kept.answers ?? [];
    this.ticks = kept.ticks ?? {};
  }

  get size() { return this.answers.length; }

  start() {
    addEventListener('online', () => { this.wait = SOON_MS; this.flush(); });
    addEventListener('offline', () => { this.offline = true; this.changed(); });
    this.flush();
  }

  /** Take an answer; a newer one to the same question takes the place of one that was not sent yet. */
  add(answer) {
    if (!answer.again) this.answers = this.answers.filter((one) => one.sending || one.again || !isSame(one, answer));
    this.answers.push({ id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, ...answer });
    this.keep();
    this.flush();
  }

  holds(wanted) { return this.answers.some(wanted); }

  waiting(instrument, state) {
    return this.answers.findLast((one) => one.instrument === instrument && one.state === state);
  }

  /** Ticks that the patient has not said to be all. */
  draft(key, ticks) {
    if (ticks === undefined) delete this.ticks[key]; else this.ticks[key] = ticks;
    this.keep();
  }

  drafted(key) { return this.ticks[key]; }

  keep() {
    const answers = this.answers.map(({ sending, ...one }) => one);
    const empty = !answers.length && !Object.keys(this.ticks).length;
    try {
      if (empty) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify({ answers, ticks: this.ticks }));
    } catch { /* a private window keeps nothing; the answers stay in the page */ }
    this.changed();
  }

  async flush() {
    if (this.busy || !this.answers.length) return;
    this.busy = true;
    const batch = this.answers.slice(0, 50);
    batch.forEach((one) => { one.sending = true; });
    this.changed();
    try {
      this.settle(batch, await send(this.address, batch));
    } catch {
      this.miss(batch);
    } finally {
      this.busy = false;
    }
    if (!this.offline) this.flush();
  }

  settle(batch, reply) {
    const over = reply.over !== undefined;
    const names = new Set(over ? batch.map((one) => one.id) : [...reply.saved, ...reply.refused]);
    const finished = batch.some((one) => one.finish && names.has(one.id));
    this.answers = over ? [] : this.answers.filter((one) => !names.has(one.id));
    this.offline = false;
    this.wait = SOON_MS;
    this.sent += names.size;
    this.keep();
    this.heard({ ...reply, finished });
  }

  miss(batch) {
    batch.forEach((one) => { delete one.sending; });
    this.offline = true;
    this.changed();
    setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(this.wait * 2, LATEST_MS);
  }
}

function isSame(one, other) {
  return Boolean(other.state) && one.instrument === other.instrument && one.state === other.state;
}

async function send(address, batch) {
  const answers = batch.map(({ id, instrument, state, value }) => ({ id, instrument, state, value }));
  const reply = await fetch(address, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ answers }), cache: 'no-store',
  });
  if (reply.status === 410 || reply.ok) return reply.json();
  throw new Error(String(reply.status));
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}
