/** Steps of an agent at work: task cards, plans, and the tasks of a streamed message. */
import { append, el, link } from '../dom.js';
import { icon } from '../icons.js';
import { markdown } from '../markdown.js';
import { unknown } from '../elements/index.js';
import { richText } from './richtext.js';

const NAMES = { pending: 'not started', in_progress: 'in progress', complete: 'done', error: 'failed' };

export const taskCard = (block, surface) => task(block, surface, block.block_id);

export function plan(block, surface) {
  const tasks = (block.tasks ?? []).map((one, i) => task(one, surface, `${block.block_id}-${one.task_id ?? i}`));
  return planFrame(block.title, tasks, `plan:${block.block_id}`, surface);
}

/** The tasks of a streamed message: a plan when it was given a title, else a line of steps. */
export function streamedTasks(message, surface) {
  const tasks = (message.tasks ?? []).map((one) => task(one, surface, `stream-${one.id ?? one.task_id}`));
  if (!tasks.length && !message.plan_title) return null;
  if (message.plan_title || message.task_display_mode === 'plan') {
    return planFrame(message.plan_title ?? 'Plan', tasks, 'plan:stream', surface);
  }
  return el('div.tasks', { dataset: { testid: 'tasks' } }, tasks);
}

function planFrame(title, tasks, key, surface) {
  const done = tasks.filter((node) => node.dataset.status === 'complete').length;
  const summary = el('summary.plan-head', {}, icon('right'), el('span.plan-title', {}, titleText(title)),
    el('span.quiet', {}, `${done} of ${tasks.length} done`));
  return remembered(
    el('details.plan', { dataset: { testid: 'plan' } }, summary, el('div.tasks', {}, tasks)), key, surface, true);
}

const titleText = (title) => (typeof title === 'string' ? title : title?.text ?? '');

/** A details element that stays as the person left it when the message is drawn anew. */
function remembered(node, key, surface, open) {
  node.open = surface.ui.get(key) ?? open;
  node.addEventListener('toggle', () => surface.ui.set(key, node.open));
  return node;
}

function task(one, surface, key) {
  const status = Object.hasOwn(NAMES, one.status) ? one.status : 'pending';
  const attrs = { dataset: { taskId: one.id ?? one.task_id, status, testid: 'task' } };
  const head = [
    marker(status), el('span.task-title', {}, titleText(one.title)), el('span.sr-only', {}, ` (${NAMES[status]})`)];
  const more = [rich(one.details, 'task-details'), rich(one.output, 'task-output'), sources(one.sources)].filter(Boolean);
  if (!more.length) return el(`div.task.${status}`, attrs, el('div.task-head', {}, head));
  const node = el(`details.task.${status}`,
    attrs, el('summary.task-head', {}, head, icon('chevron')), el('div.task-body', {}, more));
  return remembered(node, `task:${key}`, surface, status === 'in_progress' || status === 'error');
}

function marker(status) {
  const inside = { complete: () => icon('check'), error: () => icon('close') }[status]?.();
  return el(`span.task-mark.${status}`, { 'aria-hidden': 'true' }, inside);
}

/** Details and output are rich text in blocks, and plain Markdown in streams. */
function rich(content, className) {
  if (!content) return null;
  return append(el(`div.${className}`), typeof content === 'string' ? markdown(content) : richText(content));
}

function sources(list) {
  if (!list?.length) return null;
  return el('ul.sources', { 'aria-label': 'Sources' }, list.map((source) => el('li', {},
    source.url ? link(source.url, {}, source.text || source.url) : unknown('source', source.type))));
}
