/** Blocks that mostly hold text: section, header, context, divider, markdown, alert. */
import { append, el, picture } from '../dom.js';
import { renderElement, unknown } from '../elements/index.js';
import { icon } from '../icons.js';
import { markdown } from '../markdown.js';
import { plainText, textObject } from '../mrkdwn.js';
import { pictureSource } from './media.js';

export function section(block, surface) {
  const body = el('div.section-body', {},
    block.text && append(el('div.text'), textObject(block.text)),
    block.fields?.length && el('div.fields', {}, block.fields.map((field) => append(el('div.text'), textObject(field)))));
  const accessory = block.accessory && el('div.accessory', {}, accessoryNode(block, surface));
  return el('div.section', {}, body, accessory);
}

function accessoryNode(block, surface) {
  const { accessory } = block;
  if (accessory.type === 'image') return picture(pictureSource(accessory), accessory.alt_text ?? '', 'accessory-image');
  return renderElement(accessory, { surface, blockId: block.block_id, dispatches: true });
}

export const divider = () => el('hr');

export function header(block) {
  return append(el('div.header', { role: 'heading', 'aria-level': '3' }), plainText(block.text));
}

export function context(block) {
  return el('div.context', {}, (block.elements ?? []).map(contextElement));
}

function contextElement(element) {
  if (element.type === 'image') return picture(pictureSource(element), element.alt_text ?? '', 'context-image');
  const isText = element.type === 'mrkdwn' || element.type === 'plain_text';
  if (isText) return append(el('span.context-text'), textObject(element));
  return unknown('context element', element.type);
}

export const markdownBlock = (block) => append(el('div.md'), markdown(block.text));

const ALERT_ICONS = { warning: 'warning', error: 'warning', success: 'check' };
const ALERT_NAMES = { info: 'Note', warning: 'Warning', error: 'Error', success: 'Done' };

export function alert(block) {
  const level = Object.hasOwn(ALERT_NAMES, block.level) ? block.level : 'default';
  const label = el('span.sr-only', {}, `${ALERT_NAMES[level] ?? 'Note'}: `);
  return el(`div.alert.${level}`, { role: level === 'error' ? 'alert' : 'note' },
    icon(ALERT_ICONS[level] ?? 'info'), append(el('div.text'), [label, textObject(block.text)]));
}
