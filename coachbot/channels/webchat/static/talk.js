/** The talk: lines in, messages out. It knows which question is open and what was answered. */
import { byId } from './dom.js';
import { CoachMessage, OwnMessage, ownContent } from './message.js';

const NEWEST = 20;
const DOUBLE_TAP_MS = 350;

export class Talk {
  constructor(log, outgoing) {
    this.log = log;
    this.outgoing = outgoing;
    this.lines = [];
    /** Own things under way: {item, message or null}. */
    this.pending = [];
    this.forget();
  }

  /** The time of the talk: in the demo it runs ahead of this device's. */
  now() {
    const real = new Date().toISOString();
    return new Date(this.lastAt) > new Date(real) ? this.lastAt : real;
  }

  forget() {
    this.lastAt = 0;
    this.seen = new Set();
    this.messages = [];
    this.last = null;
  }

  // -- lines ------------------------------------------------------------------------------------------
  /** A line, new or old; false if it was known. */
  take(line, live = false) {
    if (this.seen.has(line.id)) return false;
    this.seen.add(line.id);
    this.lastAt = line.at;
    if (live) this.lines.push(line);
    if (line.by === 'patient') this.takeOwn(line);
    else this.takeCoach(line, live);
    return true;
  }

  /** Draw earlier lines above those that are there. */
  prepend(lines) {
    const all = [...lines, ...this.lines];
    this.lines = all;
    this.log.redraw(() => {
      const pending = this.pending;
      this.forget();
      this.pending = [];
      all.forEach((line) => this.take(line));
      this.pending = pending;
      pending.forEach(({ item, message }) => this.drawPending(item, message));
    });
  }

  newestId() {
    return this.lines.reduce((top, { id }) => (BigInt(id) > BigInt(top) ? id : top), '0');
  }

  /** An id from which one may ask again, to find what came late. */
  earlierId() {
    return this.lines[Math.max(0, this.lines.length - NEWEST)]?.id ?? '0';
  }

  takeCoach(line, live) {
    const same = this.byToken(line.body.token);
    if (same?.isUpdatedBy(line)) {
      same.update(line.body);
      return;
    }
    const inPlace = this.groupBefore(line.body.group);
    const message = new CoachMessage(line, (one) => this.answers(one), inPlace?.noted ?? '');
    if (inPlace) this.log.replace(inPlace.node, message.node);
    else this.log.add(message.node, line.at);
    this.retire(message);
    this.messages.push(message);
    this.last = message;
    if (live) this.settleFocus(message);
  }

  /** The message of the same group that a new one takes the place of. */
  groupBefore(group) {
    if (!group) return null;
    const before = this.messages.findLast((message) => message.group === group);
    if (!before) return null;
    if (this.last === before) return before;
    if (before.state !== 'settled') this.drop(before);
    return null;
  }

  drop(message) {
    message.node.remove();
    this.messages = this.messages.filter((one) => one !== message);
  }

  /** A new question: the ones before it are over, or step back. */
  retire(fresh) {
    if (!fresh.token) return;
    for (const message of this.messages) {
      if (message.state === 'settled') continue;
      if (message.token === fresh.token || message.spokenSince) message.settle();
      else message.fade();
    }
  }

  byToken(token, code) {
    if (!token) return undefined;
    return this.messages.findLast((one) => one.token === token && (code === undefined || one.offers(code)));
  }

  takeOwn(line) {
    const { body } = line;
    const known = this.pending.findIndex(({ item }) => keyOf(item) === keyOfLine(body));
    if (known >= 0) {
      this.adopt(this.pending.splice(known, 1)[0], line);
      return;
    }
    if (body.kind === 'press') this.takePress(body, line.at);
    else this.showOwn(ownContent(body), line.at, 'sent');
  }

  adopt({ message }, line) {
    if (!message) return;
    message.show('sent');
    message.stamp(line.at);
  }

  takePress(body, at, state = 'sent') {
    const asked = this.byToken(body.token, body.code);
    if (asked?.isToggle(body.code)) return null;
    this.markChosen(asked, body.code);
    return asked?.group ? null : this.showOwn(ownContent(body, asked?.labelOf(body.code)), at, state);
  }

  /** Mark the answer; a question that was over before keeps the answer it had. */
  markChosen(asked, code) {
    if (!asked || asked.state === 'settled') return;
    asked.noted = asked.answerFor(code);
    asked.settle(code);
  }

  showOwn(content, at, state) {
    if (!content) return null;
    const message = new OwnMessage(content, at, state);
    this.log.add(message.node, at);
    this.last = message;
    this.messages.forEach((one) => { one.spokenSince = true; });
    return message;
  }

  // -- answers ----------------------------------------------------------------------------------------
  answers(message) {
    return {
      press: (code, byKeyboard) => this.press(message, code, byKeyboard),
      say: (text, byKeyboard) => this.say(text, byKeyboard),
    };
  }

  press(asked, code, byKeyboard) {
    if (performance.now() - asked.tookPlaceAt < DOUBLE_TAP_MS) return;
    this.followFocus = byKeyboard;
    const toggles = asked.isToggle(code);
    if (toggles) asked.pressesUnanswered += 1;
    const payload = { token: asked.token, code };
    const message = toggles ? null : this.takePress({ kind: 'press', ...payload }, this.now(), 'pending');
    this.send('api/press', payload, message);
    if (byKeyboard && !toggles) this.log.node.focus({ preventScroll: true });
  }

  say(text, byKeyboard = false) {
    this.followFocus = byKeyboard && document.activeElement !== byId('write');
    const message = this.showOwn(ownContent({ kind: 'text', text }), this.now(), 'pending');
    this.send('api/say', { text }, message);
    this.log.toEnd();
  }

  attach(kind) {
    const message = this.showOwn(ownContent({ kind: 'attachment', attachment: kind }), this.now(), 'pending');
    this.send('api/attach', { kind }, message);
    this.log.toEnd();
  }

  send(path, payload, message) {
    this.pending.push({ item: null, message });
    const entry = this.pending[this.pending.length - 1];
    entry.item = this.outgoing.add(path, payload);
  }

  /** What was under way when the page was left. */
  resume(items) {
    for (const item of items) {
      const entry = { item, message: null };
      this.pending.push(entry);
      this.drawPending(item, null, entry);
    }
  }

  drawPending(item, message, entry = {}) {
    if (message) this.log.add(message.node, message.time.dateTime);
    else if (item.path === 'api/press') entry.message = this.takePress({ kind: 'press', ...item.payload }, this.now(), 'pending');
    else entry.message = this.showOwn(ownContent(bodyOf(item)), this.now(), 'pending');
  }

  // -- how sending went -------------------------------------------------------------------------------
  /** The server has it. `fresh` is false if it had it before: then the line stands in the talk already. */
  wasSent(item, fresh) {
    const entry = this.pending.find((one) => one.item?.payload.id === item.payload.id);
    if (!entry) return;
    if (fresh) {
      entry.message?.show('sent');
    } else {
      this.pending = this.pending.filter((one) => one !== entry);
      entry.message?.node.remove();
    }
  }

  wasRefused(item, why) {
    const entry = this.pending.find((one) => one.item?.payload.id === item.payload.id);
    this.pending = this.pending.filter((one) => one !== entry);
    entry?.message?.show('failed', why);
    return entry;
  }

  /** Somebody who answers by keyboard goes on at the next question. */
  settleFocus(message) {
    if (!this.followFocus || !message.controls || message.state !== 'open') return;
    this.followFocus = false;
    message.controls.focus();
  }
}

const bodyOf = ({ path, payload }) => (
  path === 'api/attach' ? { kind: 'attachment', attachment: payload.kind } : { kind: 'text', text: payload.text }
);

function keyOf(item) {
  if (!item) return '';
  return keyOfLine(item.path === 'api/press' ? { kind: 'press', ...item.payload } : bodyOf(item));
}

const keyOfLine = (body) => JSON.stringify([
  body.kind, body.text ?? '', body.token ?? '', body.code ?? '', body.attachment ?? '',
]);
