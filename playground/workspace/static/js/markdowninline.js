/** The marks inside a line of Markdown: emphasis, code, links, pictures, mentions. */
import { append, el, link, picture } from './dom.js';
import { emojiText } from './emoji.js';
import { entity } from './entities.js';

const READERS = [readEscape, readCode, readImage, readLink, readAngle, readUrl, readEmphasis];
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** @param {string} text one line @returns {Node[]} */
export function inlineMarkdown(text) {
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain) nodes.push(...emojiText(plain));
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const found = readMark(text, at);
    if (!found) {
      plain += text[at];
      at += 1;
    } else if (typeof found.node === 'string') {
      plain += found.node;
      at = found.end;
    } else {
      flush();
      nodes.push(found.node);
      at = found.end;
    }
  }
  flush();
  return nodes;
}

function readMark(text, at) {
  for (const read of READERS) {
    const found = read(text, at);
    if (found) return found;
  }
  return null;
}

function readEscape(text, at) {
  if (text[at] === '\\' && PUNCTUATION.test(text[at + 1] ?? '')) return { node: text[at + 1], end: at + 2 };
  const named = /^&(amp|lt|gt|quot|nbsp);/.exec(text.slice(at, at + 6));
  const characters = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00A0' };
  return named ? { node: characters[named[1]], end: at + named[0].length } : null;
}

function readCode(text, at) {
  const ticks = /^`+/.exec(text.slice(at))?.[0];
  if (!ticks) return null;
  const close = findTicks(text, at + ticks.length, ticks.length);
  if (close < 0) return { node: ticks, end: at + ticks.length };
  const code = text.slice(at + ticks.length, close).replace(/^ (.*[^ ].*) $/, '$1');
  return { node: el('code', {}, code), end: close + ticks.length };
}

function findTicks(text, from, count) {
  for (const match of text.slice(from).matchAll(/`+/g)) {
    if (match[0].length === count) return from + match.index;
  }
  return -1;
}

/** `[label](target "title")` from the bracket at `at`. */
function bracketed(text, at) {
  const close = matching(text, at, '[', ']');
  if (close < 0 || text[close + 1] !== '(') return null;
  const end = matching(text, close + 1, '(', ')');
  if (end < 0) return null;
  const target = text.slice(close + 2, end).trim().replace(/\s+["'(].*["')]$/, '').replace(/^<(.*)>$/, '$1');
  return { label: text.slice(at + 1, close), target, end: end + 1 };
}

function matching(text, at, open, close) {
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === open) depth += 1;
    else if (text[i] === close) depth -= 1;
    if (depth === 0) return i;
  }
  return -1;
}

function readImage(text, at) {
  if (text[at] !== '!' || text[at + 1] !== '[') return null;
  const found = bracketed(text, at + 1);
  return found && { node: picture(found.target, found.label || 'picture', 'inline-picture'), end: found.end };
}

function readLink(text, at) {
  if (text[at] !== '[') return null;
  const found = bracketed(text, at);
  return found && { node: link(found.target, { title: found.target }, inlineMarkdown(found.label)), end: found.end };
}

function readAngle(text, at) {
  if (text[at] !== '<') return null;
  const end = text.indexOf('>', at);
  if (end < 0) return null;
  const node = entity(text.slice(at + 1, end));
  return node && { node, end: end + 1 };
}

function readUrl(text, at) {
  if (text[at] !== 'h' || /\w/.test(text[at - 1] ?? '')) return null;
  const found = /^https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"*_]/.exec(text.slice(at));
  return found && { node: link(found[0], {}, found[0]), end: at + found[0].length };
}

const EMPHASIS = [
  ['***', ['b', 'i']], ['___', ['b', 'i']], ['**', ['b']], ['__', ['b']], ['~~', ['s']], ['*', ['i']], ['_', ['i']],
  ['~', ['s']]];

function readEmphasis(text, at) {
  const found = EMPHASIS.find(([mark]) => text.startsWith(mark, at));
  if (!found) return null;
  const [mark, tags] = found;
  const end = opensAt(text, at, mark) ? closesAt(text, at + mark.length, mark) : -1;
  if (end < 0) return { node: mark, end: at + mark.length };
  const inner = inlineMarkdown(text.slice(at + mark.length, end));
  return { node: tags.reduceRight((content, tag) => [append(el(tag), content)], inner)[0], end: end + mark.length };
}

function opensAt(text, at, mark) {
  const next = text[at + mark.length] ?? ' ';
  const inWord = mark[0] === '_' && isWord(text[at - 1]);
  return !/\s/.test(next) && !inWord;
}

function closesAt(text, from, mark) {
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '`') i = skipCode(text, i);
    else if (i > from && text.startsWith(mark, i) && closesHere(text, i, mark)) return i;
    else if (text.startsWith(mark[0], i)) i += runLength(text, i, mark[0]) - 1;
  }
  return -1;
}

function closesHere(text, at, mark) {
  const run = runLength(text, at, mark[0]);
  const fits = run === mark.length || run === 3;
  return fits && !/\s/.test(text[at - 1]) && !(mark[0] === '_' && isWord(text[at + mark.length]));
}

function runLength(text, at, character) {
  let end = at;
  while (text[end] === character) end += 1;
  return end - at;
}

function skipCode(text, at) {
  const ticks = runLength(text, at, '`');
  const close = findTicks(text, at + ticks, ticks);
  return (close < 0 ? at : close) + ticks - 1;
}

const isWord = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
