/** Blocks that hold things to press or fill in: actions, context actions, input. */
import { append, el, uniqueId } from '../dom.js';
import { renderElement } from '../elements/index.js';
import { plainText } from '../mrkdwn.js';

export function actions(block, surface) {
  const place = { surface, blockId: block.block_id, dispatches: true };
  return el('div.actions', {}, (block.elements ?? []).map((element) => renderElement(element, place)));
}

export function contextActions(block, surface) {
  const place = { surface, blockId: block.block_id, dispatches: true };
  return el('div.context-actions', {}, (block.elements ?? []).map((element) => renderElement(element, place)));
}

/** The label is tied to the element; the error slot below it is filled by the form it is in. */
export function input(block, surface) {
  const ids = { label: uniqueId('label'), hint: uniqueId('hint'), error: uniqueId('error') };
  const place = {
    surface, blockId: block.block_id, dispatches: Boolean(block.dispatch_action),
    input: { label: ids.label, describedBy: `${ids.hint} ${ids.error}`, required: !block.optional },
  };
  const element = renderElement(block.element, place);
  const focus = () => (element.matches('input, textarea, button') ? element : element.querySelector('input, textarea, button'))?.focus();
  return el('div.input', {},
    el('div.input-label',
      { id: ids.label, onclick: focus }, plainText(block.label),
      block.optional && el('span.optional', {}, ' (optional)')),
    element,
    block.hint && append(el('div.hint', { id: ids.hint }), plainText(block.hint)),
    el('div.field-error', { id: ids.error, role: 'alert', dataset: { errorFor: block.block_id } }));
}
