/** One message of the talk: the coach's (or a person's) with its way of answering, or the patient's own. */
import { controlsFor } from './controls.js';
import { aside, el, icon } from './dom.js';
import { render } from './markdown.js';
import { word } from './words.js';

let counter = 0;

/** A message of the coach's side. `state`: open, faded (another question came), settled. */
export class CoachMessage {
  constructor(line, answerWith, noted = '') {
    this.body = line.body;
    this.token = line.body.token ?? '';
    this.group = line.body.group ?? '';
    this.spokenSince = false;
    /** When it took the place of another: a double tap must not answer it too. */
    this.tookPlaceAt = noted ? performance.now() : -Infinity;
    this.pressesUnanswered = 0;
    this.textId = `m${(counter += 1)}`;
    this.controls = this.token ? controlsFor(this.body, answerWith(this), this.textId) : null;
    this.state = this.controls ? 'open' : 'settled';
    this.node = this.draw(line, noted);
  }

  draw(line, noted) {
    const look = ['message', line.by === 'person' ? 'coach person' : 'coach', this.body.safety ? 'safety' : ''];
    const bubble = el('div', { class: 'bubble' }, ...this.content(line));
    if (noted) bubble.append(el('p', { class: 'noted' }, icon('check'), word('noted', { answer: noted })));
    if (this.controls) bubble.append(this.controls.node);
    if (['scale', 'several'].includes(this.controls?.kind)) bubble.classList.add('wide');
    return el('div', { class: look.filter(Boolean).join(' '), tabindex: '-1' }, bubble);
  }

  content(line) {
    const { body } = this;
    const text = el('div', { class: 'text', id: this.textId }, aside(`${speaker(line, body)} `));
    text.append(render(body.text ?? '', { phones: Boolean(body.safety) }));
    const parts = [];
    if (line.by === 'person') parts.push(el('p', { class: 'from' }, body.name || word('person_name')));
    if (body.safety) parts.push(el('div', { class: 'sign' }, icon('heart')));
    if (body.kind === 'picture') parts.push(pictureOf(body));
    if (body.kind === 'audio') parts.push(soundOf(body));
    if (body.kind === 'file') parts.push(fileOf(body));
    return [...parts, text];
  }

  labelOf(code) {
    return this.body.choices?.find(([one]) => one === code)?.[1];
  }

  /** The answer in words: the label, or those of the ticked boxes. */
  answerFor(code) {
    const ticked = code === 'done' ? this.controls.ticked() : [];
    return ticked.length ? ticked.map((one) => this.labelOf(one)).join(', ') : this.labelOf(code);
  }

  offers(code) {
    return this.labelOf(code) !== undefined;
  }

  /** Whether a press of this code only ticks a box. */
  isToggle(code) {
    return this.controls?.kind === 'several' && code !== 'done' && code !== 'none';
  }

  /** Is `line` only this question once more, with other boxes ticked? */
  isUpdatedBy(line) {
    const { body } = line;
    const same = this.token !== '' && body.token === this.token && body.text === this.body.text;
    return same && this.state !== 'settled' && this.controls.kind === 'several' && body.ask?.kind === 'several'
      && body.choices?.length === this.body.choices.length;
  }

  /** Take over the ticks the coach has, unless presses of this page are still under way. */
  update(body) {
    this.pressesUnanswered = Math.max(0, this.pressesUnanswered - 1);
    if (this.pressesUnanswered === 0) this.controls.choose(body.chosen ?? []);
  }

  settle(code = '') {
    if (this.state === 'settled') return;
    this.state = 'settled';
    this.controls.settle(code);
    this.node.querySelector('.noted')?.remove();
    this.node.classList.remove('faded');
    this.node.querySelector('.wide')?.classList.remove('wide');
  }

  fade() {
    if (this.controls.kind === 'wait') {
      this.settle();
      return;
    }
    this.state = 'faded';
    this.node.classList.add('faded');
  }
}

function speaker(line, body) {
  if (line.by === 'person') return word('by_person');
  return body.safety ? `${word('by_coach')} ${word('safety_label')}.` : word('by_coach');
}

function pictureOf(body) {
  const address = body.media ? `api/media/${body.media}` : `picture/${body.picture}`;
  const look = body.media ? 'picture own' : 'picture';
  const image = el('img', { class: look, src: address, alt: body.alt ?? '', loading: 'lazy', decoding: 'async' });
  image.addEventListener('error', () => image.replaceWith(el('p', { class: 'no-picture' }, body.alt || word('picture_missing'))));
  return image;
}

function soundOf(body) {
  const sound = el('audio', { class: 'sound', src: `sound/${body.audio}`, controls: '', preload: 'metadata', 'aria-label': body.alt ?? '' });
  sound.addEventListener('error', () => sound.replaceWith(el('p', { class: 'no-picture' }, word('sound_missing'))));
  return el('figure', { class: 'heard' }, sound, el('figcaption', {}, body.alt ?? ''));
}

function fileOf(body) {
  const name = body.name || word('attachment_file');
  return el('a', { class: 'file', href: `api/media/${body.media}`, download: body.name ?? '' }, icon('save'), word('download', { name }));
}

/** A message of the patient. `state`: pending, sent, failed. */
export class OwnMessage {
  constructor(content, at, state = 'sent') {
    this.mark = el('span', { class: 'mark' });
    this.time = el('time', {});
    const text = el('div', { class: 'text' }, aside(`${word('by_patient')} `), ...content);
    const meta = el('div', { class: 'meta' }, this.time, this.mark);
    this.node = el('div', { class: 'message own', tabindex: '-1' }, el('div', { class: 'bubble' }, text, meta));
    this.show(state);
    this.stamp(at);
  }

  stamp(at) {
    this.time.dateTime = at;
    this.time.textContent = new Date(at).toLocaleTimeString([], { timeStyle: 'short' });
  }

  show(state, why = '') {
    this.state = state;
    this.node.dataset.state = state;
    const [sign, said] = { pending: ['clock', 'sending'], sent: ['check', 'sent'], failed: ['warn', 'not_sent'] }[state];
    const told = state === 'failed' ? el('span', {}, why || word(said)) : aside(word(said));
    this.mark.replaceChildren(icon(sign), told);
  }
}

/** What a patient's line shows, or null if it shows nothing. */
export function ownContent(body, label) {
  if (body.kind === 'text') return [el('div', { class: 'words' }, body.text ?? '')];
  if (body.kind === 'press') return [label ?? body.code ?? ''];
  if (body.kind === 'attachment') return [icon('clip'), attachmentName(body.attachment)];
  return null;
}

const attachmentName = (kind) => word(`attachment_${kind}`) || word('attachment_file');
