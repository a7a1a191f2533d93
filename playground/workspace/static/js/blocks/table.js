/** Tables, and the cells that both kinds of table share. */
import { append, el } from '../dom.js';
import { emojiText } from '../emoji.js';
import { renderElement, unknown } from '../elements/index.js';
import { textObject } from '../mrkdwn.js';
import { richText } from './richtext.js';

export function table(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const draw = (row, tag) => el('tr', {}, row.map((cell, i) => tableCell(tag, cell, settings[i])));
  return scrolling('Table', el('table.grid', {},
    el('thead', {}, draw(head, 'th')), el('tbody', {}, rows.map((row) => draw(row, 'td')))));
}

/** A wide table scrolls by itself, by keyboard too. */
export function scrolling(name, content) {
  return el('div.table-scroll', { tabindex: '0', role: 'region', 'aria-label': name }, content);
}

function tableCell(tag, cell, settings) {
  const align = ['left', 'center', 'right'].includes(settings?.align) ? settings.align : 'left';
  const node = el(`${tag}.${align}${settings?.is_wrapped ? '.wrapped' : ''}`, { scope: tag === 'th' ? 'col' : null });
  return append(node, cellContent(cell));
}

/** @param {any} cell raw_text, raw_number, rich_text, a text object, or an action with a button in it */
export function cellContent(cell, place) {
  if (cell?.type === 'raw_text') return emojiText(String(cell.text ?? ''));
  if (cell?.type === 'raw_number') return String(cell.text ?? cell.value ?? '');
  if (cell?.type === 'rich_text') return richText(cell);
  if (cell?.type === 'mrkdwn' || cell?.type === 'plain_text') return textObject(cell);
  if (cell?.type === 'action' && cell.element && place) return renderElement(cell.element, place);
  return unknown('cell', cell?.type);
}

/** What a cell is sorted by: a number where it is one, else its text. */
export function cellValue(cell) {
  if (cell?.type === 'raw_number') return Number(cell.value);
  const text = append(el('span'), cellContent(cell)).textContent ?? '';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text.toLowerCase();
}
