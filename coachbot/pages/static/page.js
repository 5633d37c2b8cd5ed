/** The page of a round: every answer is stored as it is given; what finds no connection waits on the device. */
import { Queue } from './queue.js';
import { answerOf, fill, isAnswered } from './answers.js';

const main = document.querySelector('main[data-words]');
const words = JSON.parse(main.dataset.words);
const steps = [...main.querySelectorAll('form.step')];
const panel = main.querySelector('[data-help-panel]');
const status = main.querySelector('[data-status]');
const token = location.pathname.split('/').pop();
const queue = new Queue({ token, place: main.dataset.place, heard, changed: tellStatus });
let over = false;
/** How long a word about one answer stands before how all of them stand is told again. */
const TOLD_MS = 3000;

const say = (text, values = {}) => Object.entries(values).reduce((t, [k, v]) => t.replace(`{${k}}`, v), text);
const questionsOf = (step) => [...step.querySelectorAll('[data-question]:not([data-in-talk])')];
const keyOf = (question) => `${question.closest('form').dataset.step}.${question.dataset.question}`;

// -- one answer ---------------------------------------------------------------------------------------
function give(question, value) {
  if (value === null && leftOutTooLightly(question)) return;
  question.dataset.known = '';
  question.classList.remove('missing');
  const help = helpFor(question, value);
  queue.add({ instrument: question.closest('form').dataset.step, state: question.dataset.question, value });
  if (help) showHelp([help]);
  refresh(question.closest('form'));
}

/** A question that must not be skipped lightly is asked once more, in other words. */
function leftOutTooLightly(question) {
  const again = question.querySelector('[data-again]');
  const grave = JSON.parse(question.dataset.help).missing;
  if (!grave || question.dataset.askedAgain !== undefined) return false;
  question.dataset.askedAgain = '';
  delete question.dataset.known;
  question.querySelectorAll('input:checked').forEach((one) => { one.checked = false; });
  if (again) { question.querySelector('[data-text]').hidden = true; again.hidden = false; }
  queue.add({ instrument: question.closest('form').dataset.step, state: question.dataset.question, value: null, again: true });
  question.querySelector('input')?.focus();
  question.scrollIntoView({ block: 'center' });
  return true;
}

function helpFor(question, value) {
  const help = JSON.parse(question.dataset.help);
  if (value === null) return help.missing;
  return [value].flat().map((code) => help[code]).find(Boolean);
}

function showHelp(texts) {
  const place = panel.querySelector('[data-help-texts]');
  const known = [...place.children].map((one) => one.textContent.replace(/\s+/g, ' ').trim());
  for (const text of texts.filter((one) => !known.includes(one.replace(/\s+/g, ' ').trim()))) {
    const block = document.createElement('div');
    for (const part of text.trim().split(/\n\s*\n/)) {
      const p = document.createElement('p');
      p.innerText = part;
      block.append(p);
    }
    place.append(block);
  }
  panel.hidden = false;
  panel.scrollIntoView({ block: 'start' });
  panel.focus();
}

// -- what the server says -------------------------------------------------------------------------------
function heard(reply) {
  if (reply.over) { over = true; location.reload(); return; }
  if (reply.help?.length) showHelp(reply.help);
  if (reply.refused?.length) tell(words.failed);
  if (reply.kept_beside?.length) tell(words.kept_beside);
  if (reply.finished) location.reload();
}

function tell(text) {
  status.textContent = text;
  status.dataset.told = String(Date.now());
  setTimeout(tellStatus, TOLD_MS + 100);
}

function tellStatus() {
  const waits = queue.size > 0;
  status.classList.toggle('unsent', waits && queue.offline);
  panel.querySelector('[data-help-unsent]').hidden = !(waits && queue.offline);
  if (Date.now() - Number(status.dataset.told ?? 0) < TOLD_MS) return;
  const finished = queue.holds((one) => one.finish);
  const unsent = finished ? words.finished_offline : words.unsent;
  status.textContent = waits ? (queue.offline ? unsent : words.saving) : (queue.sent ? words.saved : '');
}

// -- steps ----------------------------------------------------------------------------------------------
function refresh(step) {
  const open = questionsOf(step).filter((one) => one.dataset.known === undefined);
  if (open.length) return;
  step.querySelector('[data-open]').hidden = true;
  step.querySelector('[data-rest]').hidden = true;
}

function tellOpen(step, open) {
  const line = step.querySelector('[data-open]');
  line.textContent = open.length === 1 ? words.open_one : say(words.open_many, { count: open.length });
  line.hidden = false;
  step.querySelector('[data-rest]').hidden = false;
  questionsOf(step).forEach((one) => one.classList.toggle('missing', open.includes(one)));
  open[0].querySelector('input, textarea')?.focus({ preventScroll: true });
  open[0].scrollIntoView({ block: 'center' });
}

async function show(step) {
  const shown = (await mayShow(step)) ? step : main.querySelector('[data-waits]');
  main.querySelectorAll('.step').forEach((one) => one.classList.toggle('current', one === shown));
  main.querySelector('header').hidden = shown !== steps[0];
  if (shown !== step) finish();
  if (panel.hidden) scrollTo(0, 0);
  shown.querySelector('h2').focus({ preventScroll: true });
}

/** One list opens only while somebody reads alerts; without a connection nobody could tell. */
async function mayShow(step) {
  if (step.dataset.onDuty === undefined) return true;
  try {
    const reply = await fetch(`${token}/may/${step.dataset.step}`, { cache: 'no-store' });
    return (await reply.json()).may === true;
  } catch {
    return false;
  }
}

function go(event) {
  event.preventDefault();
  const step = event.currentTarget, at = steps.indexOf(step);
  if (event.submitter?.name === 'back') { show(steps[at - 1]); return; }
  const open = questionsOf(step).filter((one) => one.dataset.known === undefined);
  if (open.length) { tellOpen(step, open); return; }
  if (at + 1 < steps.length) { show(steps[at + 1]); return; }
  finish();
}

function finish() {
  if (!over && !queue.holds((one) => one.finish)) queue.add({ finish: true });
}

function leaveRest(step) {
  for (const question of questionsOf(step).filter((one) => one.dataset.known === undefined)) {
    fill(question, null);
    give(question, null);
  }
}

// -- beginning --------------------------------------------------------------------------------------------
function onChange(event) {
  const question = event.target.closest('[data-question]');
  if (!question || question.dataset.inTalk !== undefined) return;
  const value = answerOf(question, event.target);
  if (question.dataset.kind === 'several' && value !== null) {
    delete question.dataset.known; // ticks count when the patient says that they are all
    queue.draft(keyOf(question), value);
    showConfirm(question);
  } else if (value !== undefined) {
    give(question, value);
  } else {
    tell(words.failed);
  }
}

function showConfirm(question) {
  const confirm = question.querySelector('[data-confirm]'), button = confirm.querySelector('button');
  const ticked = question.querySelectorAll('.option:not(.out) input:checked').length;
  confirm.hidden = false;
  button.textContent = ticked ? words.that_is_all : words.none_of_these;
  button.classList.toggle('strong', question.dataset.known === undefined && ticked > 0);
}

function confirmTicks(question) {
  give(question, answerOf(question));
  queue.draft(keyOf(question), undefined);
  question.querySelector('[data-confirm] button').classList.remove('strong');
  tell(words.ticks_noted);
}

function restore() {
  for (const step of steps) {
    for (const question of questionsOf(step)) {
      const waiting = queue.waiting(step.dataset.step, question.dataset.question);
      if (waiting && !waiting.again) { fill(question, waiting.value); question.dataset.known = ''; }
      const ticks = queue.drafted(keyOf(question));
      if (ticks) { fill(question, ticks); delete question.dataset.known; }
      if (question.dataset.kind === 'several') showConfirm(question);
      if (isAnswered(question) && !ticks) question.dataset.known = '';
    }
  }
}

document.documentElement.classList.add('scripted');
restore();
for (const step of steps) {
  step.addEventListener('submit', go);
  step.addEventListener('change', onChange);
  step.querySelector('[data-leave-rest]').addEventListener('click', () => leaveRest(step));
  for (const question of questionsOf(step)) {
    question.querySelector('[data-that-is-all]')?.addEventListener('click', () => confirmTicks(question));
  }
}
const first = steps.find((step) => questionsOf(step).some((one) => one.dataset.known === undefined)) ?? steps.at(-1);
if (!first.classList.contains('current')) show(first);
queue.start();
tellStatus();
