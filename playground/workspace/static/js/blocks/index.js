/** Which module draws which block. */
import { el } from '../dom.js';
import { unknown } from '../elements/index.js';
import { actions, contextActions, input } from './actions.js';
import { card, carousel, container } from './card.js';
import { chart } from './chart.js';
import { dataTable } from './datatable.js';
import { file, imageBlock, video } from './media.js';
import { richText } from './richtext.js';
import { table } from './table.js';
import { plan, taskCard } from './tasks.js';
import { alert, context, divider, header, markdownBlock, section } from './text.js';

const BLOCKS = {
  section,
  divider,
  header,
  context,
  actions,
  image: imageBlock,
  input,
  rich_text: richText,
  markdown: markdownBlock,
  table,
  data_table: dataTable,
  data_visualization: chart,
  card,
  carousel,
  container,
  alert,
  task_card: taskCard,
  plan,
  context_actions: contextActions,
  file,
  video,
};

/**
 * @param {any} block
 * @param {import('../surface.js').Surface} surface
 * @param {string} fallbackId the block_id where the app gave none
 * @returns {HTMLElement}
 */
function renderBlock(block, surface, fallbackId) {
  const withId = { ...block, block_id: block?.block_id ?? fallbackId };
  const frame = el('div.block', { dataset: { blockId: withId.block_id, blockType: String(block?.type) } });
  frame.classList.add(`block-${String(block?.type).replace(/\W/g, '')}`);
  frame.append(content(withId, surface));
  return frame;
}

function content(block, surface) {
  const draw = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : null;
  if (!draw) return unknown('block', block.type);
  try {
    return draw(block, surface);
  } catch (error) {
    console.warn(error);
    return el('div.unknown',
      { dataset: { testid: 'broken-block' } }, `this ${block.type} block could not be drawn: ${error.message}`);
  }
}

/** @returns {HTMLElement[]} */
export function renderBlocks(blocks, surface, prefix = 'b') {
  return (blocks ?? []).map((block, i) => renderBlock(block, surface, `${prefix}${i}`));
}
