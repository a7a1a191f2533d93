/** Slack's own text format, drawn as nodes. */
import { append, el, link } from './dom.js';
import { emojiText } from './emoji.js';
import { entity, unescape } from './entities.js';

const MARKS = { '*': 'b', _: 'i', '~': 's' };
const BARE_URL = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"]/g;

/**
 * @param {string} text mrkdwn, with &, < and > escaped as Slack has them
 * @returns {Node[]}
 */
export function mrkdwn(text) {
  return splitFences(String(text ?? '')).flatMap((part) => (part.code ? [codeBlock(part.text)] : lines(part.text)));
}

/** A plain_text object: nothing but emoji is read in it. */
export function plainText(object) {
  const text = String(object?.text ?? '');
  return object?.emoji === false ? [text] : emojiText(text);
}

/** A text object of either kind. */
export function textObject(object) {
  if (typeof object === 'string') return mrkdwn(object);
  return object?.type === 'mrkdwn' ? mrkdwn(object.text) : plainText(object);
}

function splitFences(text) {
  return text.split(/```/).map((part, i, all) => {
    const closed = i < all.length - 1;
    if (i % 2 === 0) return { code: false, text: part };
    return closed ? { code: true, text: part } : { code: false, text: `\`\`\`${part}` };
  });
}

function codeBlock(text) {
  return el('pre.code', { tabindex: '0' }, codeText(text.replace(/^\n/, '').replace(/\n$/, '')));
}

/** In code only links and mentions are read, as Slack does, and only to their text. */
function codeText(text) {
  return text.split(/(<[^<>\n]+>)/).map((part) => {
    const found = part.startsWith('<') && part.endsWith('>') ? entity(part.slice(1, -1)) : null;
    return found ?? unescape(part);
  });
}

function lines(text) {
  const nodes = [];
  let quote = null;
  for (const line of trimFenceBreaks(text).split('\n')) {
    const quoted = /^(?:&gt;|>)(?!>>|&gt;&gt;) ?(.*)$/.exec(line);
    if (quoted) quote = addQuoteLine(nodes, quote, quoted[1]);
    else {
      if (nodes.length && !quote) nodes.push(el('br'));
      quote = null;
      nodes.push(...inline(line));
    }
  }
  return nodes;
}

const trimFenceBreaks = (text) => text.replace(/^\n/, '').replace(/\n$/, '');

function addQuoteLine(nodes, quote, text) {
  const target = quote ?? el('blockquote');
  if (quote) target.append(el('br'));
  else nodes.push(target);
  append(target, inline(text));
  return target;
}

/** @returns {Node[]} one line without line breaks */
export function inline(text) {
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain) nodes.push(...bareLinks(plain));
    plain = '';
  };
  for (let i = 0; i < text.length;) {
    const found = readEntity(text, i) ?? readCode(text, i) ?? readMark(text, i);
    if (found) {
      flush();
      nodes.push(found.node);
      i = found.end;
    } else {
      plain += text[i];
      i += 1;
    }
  }
  flush();
  return nodes;
}

function readEntity(text, start) {
  if (text[start] !== '<') return null;
  const end = text.indexOf('>', start);
  if (end < 0) return null;
  const node = entity(text.slice(start + 1, end));
  return node && { node, end: end + 1 };
}

function readCode(text, start) {
  if (text[start] !== '`') return null;
  const end = text.indexOf('`', start + 1);
  if (end <= start + 1) return null;
  return { node: el('code', {}, codeText(text.slice(start + 1, end))), end: end + 1 };
}

/** *bold*, _italic_ and ~struck~ open after a boundary, close before one, and hold no space at their ends. */
function readMark(text, start) {
  const tag = MARKS[text[start]];
  if (!tag || isWord(text[start - 1]) || !text[start + 1] || /\s/.test(text[start + 1])) return null;
  const end = closing(text, start);
  if (end < 0) return null;
  return { node: append(el(tag), inline(text.slice(start + 1, end))), end: end + 1 };
}

function closing(text, start) {
  const mark = text[start];
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === '`' || text[i] === '<') i = skip(text, i);
    else if (text[i] === mark && i > start + 1 && !/\s/.test(text[i - 1]) && !isWord(text[i + 1])) return i;
  }
  return -1;
}

function skip(text, start) {
  const end = text.indexOf(text[start] === '<' ? '>' : '`', start + 1);
  return end < 0 ? start : end;
}

const isWord = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);

function bareLinks(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(BARE_URL)) {
    nodes.push(...emojiText(unescape(text.slice(from, match.index))));
    nodes.push(link(unescape(match[0]), {}, unescape(match[0])));
    from = match.index + match[0].length;
  }
  nodes.push(...emojiText(unescape(text.slice(from))));
  return nodes;
}
