/** Checkboxes and radio buttons. */
import { append, el, uniqueId } from '../dom.js';
import { textObject } from '../mrkdwn.js';
import { change, marks } from './act.js';

export function checkboxes(element, place) {
  const start = { type: element.type, selected_options: element.initial_options ?? [] };
  const chosen = place.surface.keep(place.blockId, element.action_id, start).selected_options.map((option) => option.value);
  const read = () => ({ type: element.type, selected_options: picked(group, element) });
  const group = choices(element, place, 'checkbox', chosen, read);
  return group;
}

export function radioButtons(element, place) {
  const start = { type: element.type, selected_option: element.initial_option ?? null };
  const chosen = place.surface.keep(place.blockId, element.action_id, start).selected_option?.value;
  const read = () => ({ type: element.type, selected_option: picked(group, element)[0] ?? null });
  const group = choices(element, place, 'radio', [chosen], read);
  return group;
}

function choices(element, place, type, chosen, read) {
  const group = el('div.choices', { ...marks(element, place), role: type === 'radio' ? 'radiogroup' : 'group' });
  const name = uniqueId('choice');
  const changed = async (event) => {
    const done = await change(element, place, read(), null);
    if (!done) event.target.checked = !event.target.checked;
  };
  return append(
    group, (element.options ?? []).map((option) => choice(option, type, name, chosen.includes(option.value), changed)));
}

function choice(option, type, name, checked, changed) {
  const box = el('input', { type, name, checked, value: option.value, onchange: changed });
  const description = option.description && append(el('span.choice-description'), textObject(option.description));
  return el('label.choice', {}, box, el('span.choice-text', {}, textObject(option.text), description));
}

function picked(group, element) {
  const values = [...group.querySelectorAll('input:checked')].map((box) => box.value);
  return (element.options ?? []).filter((option) => values.includes(option.value));
}
