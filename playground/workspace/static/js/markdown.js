/**
 * Standard Markdown, drawn as nodes: what `markdown` blocks and streamed answers hold. Blocks are read
 * here, the marks inside a line in markdowninline.js. Raw HTML is shown as text.
 */
import { append, el } from './dom.js';
import { inlineMarkdown } from './markdowninline.js';

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])(?:\s+(.*))?$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** @param {string} text @returns {Node[]} */
export function markdown(text) {
  return readBlocks(String(text ?? '').replace(/\r\n?/g, '\n').split('\n'));
}

function readBlocks(lines) {
  const nodes = [];
  for (let at = 0; at < lines.length;) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const [node, next] = readBlock(lines, at);
    nodes.push(node);
    at = next;
  }
  return nodes;
}

function readBlock(lines, at) {
  for (const read of [readFence, readHeading, readRule, readQuote, readTable, readList]) {
    const found = read(lines, at);
    if (found) return found;
  }
  return readParagraph(lines, at);
}

function readFence(lines, at) {
  const open = FENCE.exec(lines[at]);
  if (!open) return null;
  const close = new RegExp(`^ {0,3}${open[1][0]}{${open[1].length},}\\s*$`);
  let end = at + 1;
  while (end < lines.length && !close.test(lines[end])) end += 1;
  const language = open[2].trim().split(/\s/)[0];
  const code = lines.slice(at + 1, end).join('\n');
  return [el('pre.code', { tabindex: '0', dataset: { language: language || null } }, el('code', {}, code)), end + 1];
}

function readHeading(lines, at) {
  const found = HEADING.exec(lines[at]);
  if (!found) return null;
  const level = found[1].length;
  // The page's own headings take h1 to h3, so those of a message begin below them.
  const attrs = { role: 'heading', 'aria-level': Math.min(level + 3, 6) };
  return [append(el(`div.md-heading.md-h${level}`, attrs), inlineMarkdown(found[2])), at + 1];
}

function readRule(lines, at) {
  return RULE.test(lines[at]) ? [el('hr'), at + 1] : null;
}

function readQuote(lines, at) {
  if (!QUOTE.test(lines[at])) return null;
  const inner = [];
  let end = at;
  for (; end < lines.length && lines[end].trim(); end += 1) {
    const found = QUOTE.exec(lines[end]);
    if (!found && startsBlock(lines, end)) break;
    inner.push(found ? found[1] : lines[end]);
  }
  return [append(el('blockquote'), readBlocks(inner)), end];
}

function startsBlock(lines, at) {
  return FENCE.test(lines[at]) || HEADING.test(lines[at]) || RULE.test(lines[at]) || ITEM.test(lines[at])
    || QUOTE.test(lines[at]) || isTable(lines, at);
}

function readParagraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !startsBlock(lines, end)) end += 1;
  return [append(el('p'), joinLines(lines.slice(at, end))), end];
}

/** A line break stays a line break, as Slack draws it. */
function joinLines(lines) {
  return lines.flatMap((line, i) => {
    const text = inlineMarkdown(line.trim().replace(/\\$/, ''));
    return i ? [el('br'), ...text] : text;
  });
}

const indentOf = (line) => line.replace(/\t/g, '    ').search(/\S|$/);

function readList(lines, at) {
  const first = ITEM.exec(lines[at]);
  if (!first) return null;
  const ordered = /\d/.test(first[2]);
  const start = ordered && Number.parseInt(first[2], 10);
  const list = el(ordered ? 'ol' : 'ul', { start: start > 1 ? start : null });
  const base = indentOf(lines[at]);
  let end = at;
  while (end < lines.length && isSibling(lines[end], base, ordered)) {
    const [item, next] = readItem(lines, end);
    list.append(item);
    end = skipBlank(lines, next, base, ordered);
  }
  return [list, end];
}

function isSibling(line, base, ordered) {
  const found = ITEM.exec(line);
  return Boolean(found) && !RULE.test(line) && Math.abs(indentOf(line) - base) < 2 && /\d/.test(found[2]) === ordered;
}

/** Blank lines between two items of one list do not end it. */
function skipBlank(lines, at, base, ordered) {
  let next = at;
  while (next < lines.length && !lines[next].trim()) next += 1;
  return next < lines.length && isSibling(lines[next], base, ordered) ? next : at;
}

function readItem(lines, at) {
  const found = ITEM.exec(lines[at]);
  const base = indentOf(lines[at]);
  const inner = [found[3] ?? ''];
  let end = at + 1;
  while (end < lines.length && belongsToItem(lines, end, base)) {
    inner.push(dedent(lines[end], base + 2));
    end += 1;
  }
  return [itemNode(inner), end];
}

function belongsToItem(lines, at, base) {
  const line = lines[at];
  if (line.trim()) return indentOf(line) >= base + 2 || !startsBlock(lines, at);
  const next = lines.slice(at + 1).find((later) => later.trim());
  return next !== undefined && indentOf(next) >= base + 2;
}

const dedent = (line, depth) => line.replace(/\t/g, '    ').replace(new RegExp(`^ {0,${depth}}`), '');

function itemNode(inner) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(inner[0]);
  if (task) inner[0] = task[2];
  const mark = task && el('input',
    { type: 'checkbox', disabled: true, checked: task[1] !== ' ', 'aria-label': task[1] === ' ' ? 'open' : 'done' });
  const blocks = readBlocks(inner);
  const lead = blocks[0]?.tagName === 'P' ? [...blocks.shift().childNodes] : [];
  return append(el(task ? 'li.task' : 'li'), [mark, lead, blocks]);
}

function isTable(lines, at) {
  return lines[at].includes('|') && at + 1 < lines.length && lines[at + 1].includes('-')
    && TABLE_RULE.test(lines[at + 1]) && cells(lines[at]).length === cells(lines[at + 1]).length;
}

function cells(line) {
  const inner = line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, '|'));
}

function readTable(lines, at) {
  if (!isTable(lines, at)) return null;
  const aligns = cells(lines[at + 1]).map(alignment);
  let end = at + 2;
  while (end < lines.length && lines[end].trim() && lines[end].includes('|')) end += 1;
  const row = (line, tag) => el('tr', {}, aligns.map((align, i) =>
    append(el(`${tag}.${align}`), inlineMarkdown(cells(line)[i] ?? ''))));
  const table = el('table.grid', {},
    el('thead', {}, row(lines[at], 'th')),
    el('tbody', {}, lines.slice(at + 2, end).map((line) => row(line, 'td'))));
  return [el('div.table-scroll', { tabindex: '0', role: 'region', 'aria-label': 'Table' }, table), end];
}

function alignment(rule) {
  if (/^:-+:$/.test(rule)) return 'center';
  return rule.endsWith(':') ? 'right' : 'left';
}
