/** The page of the web chat: puts its parts together. */
import { prepareComposer } from './composer.js';
import { prepareDeviceLink } from './device.js';
import { byId } from './dom.js';
import { showEntry } from './entry.js';
import { Burst, Log } from './log.js';
import { prepareMenu } from './menu.js';
import { ask, Outgoing, Stream } from './net.js';
import { Talk } from './talk.js';
import { word } from './words.js';

const AT_FIRST = 150;
const LOST_AFTER_MS = 3000;
const BANNER_MS = 3000;

class Page {
  constructor() {
    this.log = new Log();
    this.outgoing = new Outgoing({
      sent: (item, fresh) => this.sent(item, fresh),
      failed: (item, why) => this.refused(item, why),
      away: () => location.reload(),
    });
    this.talk = new Talk(this.log, this.outgoing);
    this.burst = new Burst(this.log, (line) => this.takeLive(line));
    this.stream = new Stream({
      line: (line) => this.hear(line),
      typing: () => this.log.showTyping(),
      gone: () => location.reload(),
      open: () => this.online(),
      lost: () => this.lost(),
      last: () => this.talk.newestId(),
    });
    this.title = document.title;
    this.unread = 0;
    this.listen();
  }

  listen() {
    prepareComposer(this.talk);
    prepareDeviceLink();
    prepareMenu(this.talk);
    byId('earlier').addEventListener('click', () => this.showEarlier());
    addEventListener('offline', () => this.lost());
    addEventListener('online', () => { if (!byId('talk').hidden) this.stream.start(); });
    document.addEventListener('visibilitychange', () => this.seen());
  }

  // -- coming in --------------------------------------------------------------------------------------
  async start() {
    const { status, data } = await ask(`api/lines?last=${AT_FIRST}`);
    const code = byId('code').value;
    history.replaceState(null, '', document.baseURI);
    if (status === 200 && !code) this.open(data);
    else if (status === 200) showEntry({ entered: () => this.anew(), back: () => this.open(data), alreadyIn: true });
    else if (status === 401) showEntry({ entered: () => this.anew(), back: () => this.anew() });
    else this.startLater();
  }

  startLater() {
    this.banner(word('connecting'));
    setTimeout(() => this.start(), LOST_AFTER_MS);
  }

  anew() {
    this.outgoing.clear();
    location.reload();
  }

  open({ lines, more }) {
    byId('talk').hidden = false;
    byId('more').hidden = false;
    byId('earlier').hidden = !more;
    this.banner('');
    this.talk.prepend(lines);
    this.talk.resume(this.outgoing.items);
    this.outgoing.run();
    this.stream.start();
    this.log.toEnd();
    if (matchMedia('(hover: hover)').matches) byId('write').focus({ preventScroll: true });
  }

  async showEarlier() {
    const first = this.talk.lines[0]?.id ?? '0';
    const { status, data } = await ask(`api/lines?last=${AT_FIRST}&before=${first}`);
    if (status !== 200) return;
    byId('earlier').hidden = !data.more;
    this.talk.prepend(data.lines.filter((line) => !this.talk.seen.has(line.id)));
  }

  // -- what is new ------------------------------------------------------------------------------------
  hear(line) {
    if (!this.talk.seen.has(line.id)) this.burst.add(line);
  }

  takeLive(line) {
    if (!this.talk.take(line, true)) return;
    this.log.announceNew();
    if (line.by !== 'patient' && document.hidden) this.countUnread();
  }

  countUnread() {
    this.unread += 1;
    document.title = word('unread_title', { count: this.unread, title: this.title });
  }

  seen() {
    if (document.hidden) return;
    this.unread = 0;
    document.title = this.title;
    if (!byId('talk').hidden) this.heal();
  }

  /** Ask for what may have come while this page slept or the wire was cut; what is known stays as it is. */
  async heal() {
    const { status, data } = await ask(`api/lines?after=${this.talk.earlierId()}`);
    if (status === 200) data.lines.forEach((line) => this.hear(line));
  }

  // -- how sending went -------------------------------------------------------------------------------
  sent(item, fresh) {
    this.talk.wasSent(item, fresh);
    if (!fresh) this.heal();
  }

  refused(item, why) {
    const entry = this.talk.wasRefused(item, why);
    if (entry?.message || !why) return;
    this.banner(why, BANNER_MS);
  }

  // -- the wire ---------------------------------------------------------------------------------------
  online() {
    clearTimeout(this.lostTimer);
    this.lostTimer = 0;
    if (this.isLost) this.banner(word('reconnected'), BANNER_MS);
    this.isLost = false;
    this.outgoing.hurry();
    this.heal();
  }

  lost() {
    this.lostTimer ||= setTimeout(() => this.showLost(), navigator.onLine ? LOST_AFTER_MS : 0);
  }

  showLost() {
    this.isLost = true;
    this.log.hideTyping();
    this.banner(word('offline'));
  }

  banner(text, forMs = 0) {
    const banner = byId('banner');
    clearTimeout(this.bannerTimer);
    banner.textContent = text;
    banner.hidden = !text;
    if (forMs) this.bannerTimer = setTimeout(() => { banner.hidden = true; }, forMs);
  }
}

new Page().start();
