/**
 * The ways of answering one question. Each is {node, kind, settle(code), choose(codes), chosen, focus()}:
 * `settle` makes it plain, with the chosen answer marked; `choose` ticks boxes as the coach has them.
 */
import { aside, el, icon } from './dom.js';
import { hasWord, word } from './words.js';

const LONG_LABEL = 18;
const IN_A_ROW = 4;
const INPUTS = {
  number: { type: 'text', inputmode: 'decimal', autocomplete: 'off', size: 6, maxlength: 20 },
  time: { type: 'time' },
  date: { type: 'date' },
};

/** Controls for a message's body, or null. `answer` has press(code, byKeyboard) and say(text, byKeyboard). */
export function controlsFor(body, answer, labelId) {
  const choices = body.choices ?? [];
  const kind = body.ask?.kind ?? '';
  if (kind === 'several' && choices.some(([code]) => code === 'done')) return several(body, answer, labelId);
  if (kind === 'scale' && choices.length && choices.every(([code]) => /^-?\d+$/.test(code))) {
    return scale(body, answer);
  }
  if (choices.length) return buttons(kind === 'wait' ? 'wait' : 'choice', choices, answer, labelId);
  return kind in INPUTS ? typed(kind, body.ask, answer) : null;
}

const byKeyboard = (event) => event.detail === 0;

function button(code, label, answer, look) {
  const press = (event) => answer.press(code, byKeyboard(event));
  return el('button', { type: 'button', class: look, onclick: press }, label);
}

// -- one of several buttons ---------------------------------------------------------------------------
function buttons(kind, choices, answer, labelId) {
  const stacked = choices.length > IN_A_ROW || choices.some(([, label]) => label.length > LONG_LABEL);
  const look = kind === 'wait' ? 'small-button' : 'choice-button';
  const holder = el('div', { class: `choices ${kind} ${stacked ? 'stacked' : ''}`, role: 'group', 'aria-labelledby': labelId });
  holder.append(...choices.map(([code, label]) => button(code, label, answer, look)));
  return settling({ node: holder, kind, choices });
}

// -- a scale: one row, the ends named -----------------------------------------------------------------
function scale(body, answer) {
  const { choices, ask } = body;
  const numbers = choices.map(([code, label]) => numberButton(code, label, answer));
  const [low, high] = [choices[0], choices[choices.length - 1]];
  const row = el('div', { class: 'scale-row' }, ...numbers);
  const label = word('scale_label', { low: low[0], high: high[0] });
  const node = el('div', { class: 'scale', role: 'group', 'aria-label': label }, row);
  const ends = [ask.low_label ?? endLabel(low), ask.high_label ?? endLabel(high)];
  if (ends[0] || ends[1]) node.append(el('div', { class: 'ends' }, el('span', {}, ends[0]), el('span', {}, ends[1])));
  return settling({ node, kind: 'scale', choices: choices.map(([code]) => [code, code]) });
}

function numberButton(code, label, answer) {
  const node = button(code, code, answer, 'number-button');
  if (label !== code) node.setAttribute('aria-label', `${code}: ${label}`);
  return node;
}

const endLabel = ([code, label]) => (label === code ? '' : label);

// -- several: boxes and a button to finish ------------------------------------------------------------
function several(body, answer, labelId) {
  const isAction = ([code]) => code === 'done' || code === 'none';
  const boxes = new Map();
  const list = el('div', { class: 'boxes', role: 'group', 'aria-label': word('several_label'), 'aria-describedby': labelId });
  for (const [code, label] of body.choices.filter((choice) => !isAction(choice))) {
    const box = el('input', { type: 'checkbox', onchange: () => answer.press(code, false) });
    boxes.set(code, box);
    list.append(el('label', { class: 'box' }, box, el('span', {}, label)));
  }
  const actions = body.choices.filter(isAction).map(([code, label]) => button(code, label, answer, lookOf(code)));
  const node = el('div', { class: 'several' }, list, el('div', { class: 'choices' }, ...actions));
  const controls = settling({ node, kind: 'several', choices: body.choices });
  controls.choose = (codes) => boxes.forEach((box, code) => { box.checked = codes.includes(code); });
  controls.ticked = () => [...boxes].filter(([, box]) => box.checked).map(([code]) => code);
  controls.choose(body.chosen ?? []);
  return controls;
}

const lookOf = (code) => (code === 'done' ? 'choice-button finish' : 'choice-button');

// -- a number, time or day to type; the writing field stays open for any other answer ------------------
function typed(kind, ask, answer) {
  const unit = ask.unit && hasWord(`unit_${ask.unit}`) ? word(`unit_${ask.unit}`) : '';
  const label = [word(`answer_${kind}`), unit && `(${unit})`].filter(Boolean).join(' ');
  const input = el('input', { ...INPUTS[kind], 'aria-label': label, class: `typed-input ${kind}` });
  const submit = (event) => {
    event.preventDefault();
    if (input.value.trim()) answer.say(input.value.trim(), true);
    else input.focus();
  };
  const send = el('button', { type: 'submit', class: 'choice-button finish' }, word('send'));
  const node = el('form', { class: 'typed', onsubmit: submit }, input, unit && el('span', { class: 'unit' }, unit), send);
  return settling({ node, kind, choices: [] });
}

// -- afterwards ---------------------------------------------------------------------------------------
function settling(controls) {
  controls.choose = () => {};
  controls.ticked = () => [];
  controls.focus = () => controls.node.querySelector('button, input')?.focus({ preventScroll: true });
  controls.settle = (code) => settle(controls, code);
  return controls;
}

function settle(controls, code) {
  const chosen = controls.kind === 'several' && code !== 'none' ? controls.ticked() : [code];
  const kept = controls.choices.filter(([one]) => controls.kind !== 'several' || !['done', 'none'].includes(one));
  if (!kept.length || controls.kind === 'wait') {
    controls.node.remove();
    return;
  }
  const items = kept.map(([one, label]) => settledItem(label, chosen.includes(one)));
  const plain = el('ul', { class: `settled ${controls.kind}` }, ...items);
  controls.node.replaceWith(plain);
  controls.node = plain;
}

function settledItem(label, isChosen) {
  if (!isChosen) return el('li', {}, label);
  return el('li', { class: 'chosen' }, icon('check'), label, aside(` (${word('chosen')})`));
}
