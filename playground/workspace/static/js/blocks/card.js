/** Blocks that frame other things: card, carousel, container. */
import { append, el, picture, uniqueId } from '../dom.js';
import { renderElement } from '../elements/index.js';
import { icon, iconButton } from '../icons.js';
import { textObject } from '../mrkdwn.js';
import { renderBlocks } from './index.js';
import { pictureSource } from './media.js';
import { richText } from './richtext.js';

const part = (spec, text) => text && append(el(spec), textObject(text));
const image = (element, className) => element && picture(pictureSource(element), element.alt_text ?? '', className);

export function card(block, surface) {
  const place = { surface, blockId: block.block_id, dispatches: true };
  return el('article.card', {},
    image(block.hero_image, 'card-hero'),
    el('div.card-body', {},
      el('div.card-head', {}, image(block.icon, 'card-icon'),
        el('div', {}, part('div.card-title', block.title), part('div.quiet', block.subtitle))),
      part('div.text', block.body),
      block.actions?.length && el('div.actions', {}, block.actions.map((action) => renderElement(action, place)))));
}

/** The cards lie side by side and scroll; arrows help those without a wheel. */
export function carousel(block, surface) {
  const cards = (block.elements ?? []).map((one, i) => card(
    { ...one, block_id: one.block_id ?? `${block.block_id}-${i}` }, surface));
  const track = el('div.carousel-track',
    { tabindex: '0', role: 'group', 'aria-label': `${cards.length} cards` }, cards);
  const move = (step) => track.scrollBy({ left: step * track.clientWidth * 0.8, behavior: 'smooth' });
  return el('div.carousel', {}, track, cards.length > 1 && el('div.carousel-arrows', {},
    iconButton('Cards before', 'left', () => move(-1)),
    iconButton('More cards', 'right', () => move(1))));
}

export function container(block, surface) {
  const width = ['narrow', 'standard', 'wide', 'full'].includes(block.width) ? block.width : 'standard';
  const body = el('div.container-body',
    { id: uniqueId('container') }, renderBlocks(block.child_blocks, surface, `${block.block_id}-`));
  const head = containerHead(block);
  const frame = el(`div.container.${width}${block.has_header_divider ? '.divided' : ''}`, {},
    block.is_collapsible && head ? folding(block, surface, head, body) : head, body);
  return frame;
}

function containerHead(block) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : part('span', block.title);
  if (!title) return null;
  return el('div.container-head', {}, image(block.icon, 'card-icon'),
    el('div', {}, el('div.container-title', {}, title), part('div.quiet', block.subtitle)));
}

function folding(block, surface, head, body) {
  const key = `container:${block.block_id}`;
  const isOpen = () => surface.ui.get(key) ?? !block.default_collapsed;
  const show = () => {
    body.hidden = !isOpen();
    toggle.setAttribute('aria-expanded', String(isOpen()));
  };
  const press = () => {
    surface.ui.set(key, !isOpen());
    show();
  };
  const toggle = el('button.container-toggle',
    { type: 'button', 'aria-controls': body.id, onclick: press }, icon('right'), head);
  show();
  return toggle;
}
