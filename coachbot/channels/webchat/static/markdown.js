/** Light Markdown as DOM nodes: paragraphs, lists, bold, italics, links (http, https, tel). Nothing else. */
import { el } from './dom.js';

const INLINE =
  /\\([\\*_[\]()])|\*\*([^\n]+?)\*\*|\*([^*\s](?:[^*\n]*[^*\s])?)\*|\b_([^_\n]+)_\b|\[([^\]\n]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/;
const PHONE = /(^|[^\d:/.\w-])(\+?\d[\d \u00a0()-]{1,18}\d)(?![:/.]?\d|%|\w)/;
const ITEM = /^\s*(?:[-*•]|(\d+)[.)])\s+(.*)$/;

/** The text as a fragment; with `phones`, numbers to call become links. */
export function render(text, { phones = false } = {}) {
  const fragment = document.createDocumentFragment();
  for (const block of String(text ?? '').trim().split(/\n\s*\n/)) {
    if (block.trim()) fragment.append(...blockNodes(block.split('\n'), phones));
  }
  return fragment;
}

function blockNodes(lines, phones) {
  const nodes = [];
  for (const line of lines) addLine(nodes, line, phones);
  return nodes;
}

function addLine(nodes, line, phones) {
  const item = ITEM.exec(line);
  const last = nodes[nodes.length - 1];
  if (item) {
    const tag = item[1] ? 'ol' : 'ul';
    const list = last?.localName === tag ? last : el(tag, item[1] ? { start: item[1] } : {});
    list.append(el('li', {}, ...inline(item[2], phones)));
    if (list !== last) nodes.push(list);
  } else if (last?.localName === 'p') {
    last.append(el('br'), ...inline(line, phones));
  } else {
    nodes.push(el('p', {}, ...inline(line.replace(/^#{1,6}\s+/, ''), phones)));
  }
}

function inline(text, phones) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    nodes.push(...plain(rest.slice(0, found.index), phones), inlineNode(found, phones));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...nodes, ...plain(rest, phones)];
}

function inlineNode([whole, escaped, bold, star, low, label, target, address], phones) {
  if (escaped) return escaped;
  if (bold) return el('strong', {}, ...inline(bold, phones));
  if (star || low) return el('em', {}, ...inline(star || low, phones));
  const link = address || target;
  return isSafe(link) ? linkTo(link, label || address) : whole;
}

function isSafe(address) {
  return /^(https?:\/\/|tel:|q\/[\w-]+$)/i.test(address); // q/...: the page of a round, beside the chat
}

function linkTo(address, label) {
  const outside = /^(http|q\/)/i.test(address) ? { target: '_blank', rel: 'noopener noreferrer' } : {};
  return el('a', { href: address, ...outside }, label);
}

function plain(text, phones) {
  if (!phones || !text) return text ? [text] : [];
  const nodes = [];
  let rest = text;
  for (let found = PHONE.exec(rest); found; found = PHONE.exec(rest)) {
    const start = found.index + found[1].length;
    nodes.push(rest.slice(0, start), phoneNode(found[2]));
    rest = rest.slice(start + found[2].length);
  }
  return [...nodes, rest];
}

function phoneNode(number) {
  const digits = number.replace(/[^\d+]/g, '');
  const isRange = number.includes('-') && digits.length < 7;
  return isRange || digits.length > 16 ? number : el('a', { class: 'phone', href: `tel:${digits}` }, number);
}
