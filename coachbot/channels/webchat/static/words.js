/** The page's words: they come with the page, in the patient's language. */
const words = JSON.parse(document.getElementById('words').textContent);

/** A word or sentence, its {braces} filled in. */
export function word(key, values = {}) {
  return (words[key] ?? '').replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

/** Whether the page has such a word. */
export const hasWord = (key) => Object.hasOwn(words, key);
