/** Rich text: what people's own messages are made of, and what apps send when they need exact marks. */
import { append, el, link } from '../dom.js';
import { emoji, emojiText } from '../emoji.js';
import { broadcast, channelMention, dateText, groupMention, userMention } from '../entities.js';
import { unknown } from '../elements/index.js';

export const richText = (block) => append(el('div.rich-text'), lists(block.elements ?? []));

const SECTIONS = {
  rich_text_section: (section) => append(el('div.rich-section'), leaves(section.elements)),
  rich_text_quote: (section) => append(el('blockquote'), leaves(section.elements)),
  rich_text_preformatted: (section) => append(el('pre.code', { tabindex: '0' }), leaves(section.elements)),
};

/** Lists come as a flat row with an indent each; deeper ones go into the last item before them. */
function lists(sections) {
  const nodes = [];
  /** @type {{indent: number, list: HTMLElement}[]} */
  let open = [];
  for (const section of sections) {
    if (section.type !== 'rich_text_list') {
      open = [];
      nodes.push(SECTIONS[section.type]?.(section) ?? unknown('rich text element', section.type));
      continue;
    }
    const indent = section.indent ?? 0;
    open = open.filter((outer) => outer.indent < indent);
    const list = listNode(section);
    const parent = open.at(-1)?.list.lastElementChild;
    if (parent) parent.append(list);
    else nodes.push(list);
    open.push({ indent, list });
  }
  return nodes;
}

function listNode(section) {
  const start = section.offset ? section.offset + 1 : null;
  const items = (section.elements ?? []).map((item) => append(el('li'), leaves(item.elements)));
  return el(`${section.style === 'ordered' ? 'ol' : 'ul'}${section.border ? '.bordered' : ''}`, { start }, items);
}

const LEAVES = {
  text: (leaf) => withBreaks(leaf.text),
  link: (leaf) => link(leaf.url, { title: leaf.text ? leaf.url : null }, emojiText(leaf.text || leaf.url)),
  emoji: (leaf) => emoji(leaf.name, leaf.skin_tone && `skin-tone-${leaf.skin_tone}`) ?? fromUnicode(leaf),
  user: (leaf) => userMention(leaf.user_id),
  channel: (leaf) => channelMention(leaf.channel_id),
  usergroup: (leaf) => groupMention(leaf.usergroup_id),
  team: (leaf) => el('span.mention', {}, leaf.team_id),
  broadcast: (leaf) => broadcast(leaf.range),
  date: (leaf) => dateText(leaf.timestamp, leaf.format, leaf.url, leaf.fallback),
  color: (leaf) => el('span', {}, swatch(leaf.value), leaf.value),
};

function leaves(elements) {
  return (elements ?? []).map((leaf) => styled(
    LEAVES[leaf.type]?.(leaf) ?? unknown('rich text element', leaf.type), leaf.style));
}

function withBreaks(text) {
  return String(text ?? '').split('\n').flatMap((line, i) => (i ? [el('br'), ...emojiText(line)] : emojiText(line)));
}

function fromUnicode(leaf) {
  const codes = (leaf.unicode ?? '').split('-').map((code) => Number.parseInt(code, 16)).filter(Boolean);
  return codes.length ? String.fromCodePoint(...codes) : `:${leaf.name}:`;
}

function swatch(value) {
  const box = el('span.swatch');
  box.style.backgroundColor = value;
  return box;
}

const STYLES = { code: 'code', strike: 's', underline: 'u', italic: 'i', bold: 'b' };

function styled(content, style) {
  let node = content;
  for (const [name, tag] of Object.entries(STYLES)) {
    if (style?.[name]) node = append(el(tag), node);
  }
  if (style?.highlight || style?.client_highlight) node = append(el('mark'), node);
  return node;
}
