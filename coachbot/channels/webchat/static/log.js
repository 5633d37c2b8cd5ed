/** The list of messages on the screen: day lines, staying at the bottom, the sign of typing, and bursts. */
import { byId, calm, el } from './dom.js';
import { word } from './words.js';

const NEAR_PX = 80;
const LONGEST_DELAY_MS = 600;
const TYPING_MS = 8000;

export class Log {
  constructor() {
    this.node = byId('log');
    this.scroller = byId('scroller');
    this.newer = byId('newer');
    this.typing = byId('typing');
    this.atEnd = true;
    this.day = '';
    this.scroller.addEventListener('scroll', () => this.noticeScroll(), { passive: true });
    this.newer.addEventListener('click', () => this.toEnd());
    this.node.addEventListener('load', () => this.stay(), true);
    new ResizeObserver(() => this.stay()).observe(this.scroller);
  }

  noticeScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.atEnd) this.newer.hidden = true;
  }

  add(node, at) {
    const day = this.dayLine(at);
    if (day) this.node.append(day);
    this.node.append(node);
    this.stay();
  }

  /** Put a message in the place of another. */
  replace(old, node) {
    old.replaceWith(node);
    this.stay();
  }

  dayLine(at) {
    const day = new Date(at).toDateString();
    if (day === this.day) return null;
    this.day = day;
    return el('div', { class: 'day' }, el('span', {}, dayName(new Date(at))));
  }

  /** Stay at the end, unless the reader has gone up to read. */
  stay() {
    if (this.atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Something new stands below what is being read. */
  announceNew() {
    if (!this.atEnd) this.newer.hidden = false;
  }

  toEnd() {
    this.atEnd = true;
    this.newer.hidden = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: calm() ? 'auto' : 'smooth' });
  }

  /** Draw everything anew, keeping what is being read where it is. */
  redraw(draw) {
    const below = this.scroller.scrollHeight - this.scroller.scrollTop;
    const { atEnd } = this;
    this.atEnd = false;
    this.node.setAttribute('aria-busy', 'true');
    this.node.replaceChildren();
    this.day = '';
    draw();
    this.node.removeAttribute('aria-busy');
    this.atEnd = atEnd;
    this.scroller.scrollTop = atEnd ? this.scroller.scrollHeight : this.scroller.scrollHeight - below;
  }

  showTyping() {
    clearTimeout(this.typingTimer);
    this.typing.hidden = false;
    this.typingTimer = setTimeout(() => this.hideTyping(), TYPING_MS);
    this.stay();
  }

  hideTyping() {
    clearTimeout(this.typingTimer);
    this.typing.hidden = true;
  }
}

function dayName(date) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return word('today');
  if (date.toDateString() === yesterday.toDateString()) return word('yesterday');
  const year = date.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' };
  return date.toLocaleDateString(document.documentElement.lang, { weekday: 'long', day: 'numeric', month: 'long', ...year });
}

/** Live lines, one after the other: a burst of the coach's is let in slowly enough to be read. */
export class Burst {
  constructor(log, take) {
    this.log = log;
    this.take = take;
    this.waiting = [];
    this.lastCoach = 0;
    document.addEventListener('visibilitychange', () => this.flush());
  }

  add(line) {
    this.waiting.push(line);
    if (!this.timer) this.next();
  }

  next() {
    this.timer = 0;
    const line = this.waiting[0];
    if (!line) return;
    const wait = this.delay(line);
    if (wait > 0) {
      this.log.showTyping();
      this.timer = setTimeout(() => this.let(line), wait);
    } else {
      this.let(line);
    }
  }

  let(line) {
    this.waiting.shift();
    if (line.by !== 'patient') {
      this.lastCoach = performance.now();
      this.log.hideTyping();
    }
    this.take(line);
    this.next();
  }

  delay(line) {
    if (line.by === 'patient' || line.body.safety || calm() || document.hidden) return 0;
    const wanted = Math.min(LONGEST_DELAY_MS, 250 + 4 * (line.body.text ?? '').length);
    return Math.max(0, this.lastCoach + wanted - performance.now());
  }

  /** Let everything in at once (the page went out of sight, where timers sleep). */
  flush() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.next();
  }
}
