/** Things that are pressed: buttons, icon buttons, feedback, overflow menus. They hold no value. */
import { append, el, safeUrl } from '../dom.js';
import { icon } from '../icons.js';
import { openMenu } from '../menu.js';
import { plainText } from '../mrkdwn.js';
import { marks, perform } from './act.js';

export function button(element, place) {
  const style = ['primary', 'danger'].includes(element.style) ? `.${element.style}` : '';
  const press = () => perform(element, place, { text: element.text, value: element.value, url: element.url }, node);
  const href = element.url && safeUrl(element.url);
  const attrs = { ...marks(element, place), 'aria-label': element.accessibility_label, onclick: press };
  const node = href
    ? el(`a.btn${style}`, { ...attrs, href, target: '_blank', rel: 'noopener noreferrer' })
    : el(`button.btn${style}`, { ...attrs, type: 'button' });
  return append(node, el('span.btn-label', {}, plainText(element.text)));
}

export function iconButton(element, place) {
  const label = element.accessibility_label ?? element.text?.text ?? element.icon;
  const press = () => perform(element, place, { text: element.text, icon: element.icon, value: element.value }, node);
  const node = el('button.icon-btn', { ...marks(element, place), type: 'button', 'aria-label': label, title: label, onclick: press },
    icon(element.icon ?? 'trash'));
  return node;
}

export function feedbackButtons(element, place) {
  const group = el('span.feedback', { role: 'group', 'aria-label': 'Was this helpful?' });
  return append(group, [
    feedbackButton(element, place, element.positive_button, 'up', group),
    feedbackButton(element, place, element.negative_button, 'down', group),
  ]);
}

function feedbackButton(element, place, choice, shape, group) {
  if (!choice) return null;
  const key = `feedback:${place.blockId}:${element.action_id}`;
  const label = choice.accessibility_label ?? choice.text?.text;
  const press = () => {
    place.surface.ui.set(key, choice.value);
    for (const other of group.children) other.setAttribute('aria-pressed', String(other === node));
    perform(element, place, { text: choice.text, value: choice.value }, node);
  };
  const chosen = place.surface.ui.get(key) === choice.value;
  const node = el('button.icon-btn', {
    ...marks(element, place), type: 'button', 'aria-label': label, title: choice.text?.text, 'aria-pressed': String(chosen), onclick: press,
  }, icon(shape));
  node.dataset.value = choice.value;
  return node;
}

export function overflow(element, place) {
  const node = el('button.icon-btn.overflow', {
    ...marks(element, place), type: 'button', 'aria-label': 'More actions', 'aria-haspopup': 'menu', 'aria-expanded': 'false',
    onclick: () => openMenu(
      node, (element.options ?? []).map((option) => entry(element, place, option, node)), 'More actions'),
  }, icon('more'));
  return node;
}

function entry(element, place, option, node) {
  const choose = () => {
    const href = option.url && safeUrl(option.url);
    if (href) window.open(href, '_blank', 'noopener');
    perform(element, place, { selected_option: option }, node);
  };
  return { label: plainText(option.text), run: choose, attrs: { 'data-value': option.value } };
}
