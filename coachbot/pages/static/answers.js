/** Questions as they stand in the page: reading an answer from one, and putting one into it. */

const OUT = '-';

/** The answer of a question: null is left out, undefined is none that could count. `touched` is the control used last. */
export function answerOf(question, touched) {
  const out = question.querySelector(`input[name$=".out"]`);
  const kind = question.dataset.kind;
  if (out?.checked && (!touched || touched === out)) { clear(question, out); return null; }
  if (out && touched !== out) out.checked = false;
  if (kind === 'several') {
    return [...question.querySelectorAll('.option:not(.out) input:checked')].map((one) => one.value);
  }
  if (kind === 'choice' || kind === 'numbers') {
    const chosen = question.querySelector('input:checked')?.value;
    return chosen === OUT ? null : chosen;
  }
  const field = question.querySelector('.field input, .field textarea');
  const text = field.value.trim();
  if (!text) return undefined;
  return kind === 'number' && !/^-?\d+([.,]\d+)?$/.test(text) ? undefined : text;
}

/** Show an answer that is known from elsewhere. */
export function fill(question, value) {
  const out = question.querySelector('input[name$=".out"]');
  if (value === null) {
    clear(question, out);
    const skip = out ?? question.querySelector(`input[value="${OUT}"]`);
    if (skip) skip.checked = true;
    return;
  }
  if (out) out.checked = false;
  const field = question.querySelector('.field input, .field textarea');
  if (field) { field.value = value; return; }
  const wanted = [value].flat().map(String);
  question.querySelectorAll('.option input').forEach((one) => {
    if (one !== out && !one.name.endsWith('.none')) one.checked = wanted.includes(one.value);
  });
}

/** Was it answered when the page was made? */
export function isAnswered(question) {
  return question.dataset.known !== undefined;
}

function clear(question, but) {
  question.querySelectorAll('input:checked').forEach((one) => { if (one !== but) one.checked = false; });
  const field = question.querySelector('.field input, .field textarea');
  if (field) field.value = '';
}
