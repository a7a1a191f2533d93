/** Select menus: one or many, from a list, from the app, or from people and channels. */
import { append, el } from '../dom.js';
import { icon } from '../icons.js';
import { openListbox } from '../listbox.js';
import { plainText } from '../mrkdwn.js';
import { isDirect, store } from '../store.js';
import { change, marks } from './act.js';

/** For each kind: where its options come from, the field of its value, and whether that holds ids or options. */
const KINDS = {
  static_select: { source: 'list', field: 'selected_option', initial: 'initial_option' },
  external_select: { source: 'app', field: 'selected_option', initial: 'initial_option' },
  users_select: { source: 'users', field: 'selected_user', initial: 'initial_user', ids: true },
  conversations_select: {
    source: 'conversations', field: 'selected_conversation', initial: 'initial_conversation', ids: true,
  },
  channels_select: { source: 'channels', field: 'selected_channel', initial: 'initial_channel', ids: true },
  multi_static_select: { source: 'list', field: 'selected_options', initial: 'initial_options', many: true },
  multi_external_select: { source: 'app', field: 'selected_options', initial: 'initial_options', many: true },
  multi_users_select: { source: 'users', field: 'selected_users', initial: 'initial_users', many: true, ids: true },
  multi_conversations_select: {
    source: 'conversations', field: 'selected_conversations', initial: 'initial_conversations', many: true, ids: true,
  },
  multi_channels_select: {
    source: 'channels', field: 'selected_channels', initial: 'initial_channels', many: true, ids: true,
  },
};

export const SELECT_TYPES = Object.keys(KINDS);

export function select(element, place) {
  const kind = KINDS[element.type];
  const start = { type: element.type, [kind.field]: initialValue(element, kind, place) };
  let chosen = toOptions(kind, place.surface.keep(place.blockId, element.action_id, start)[kind.field]);
  const trigger = el('button.select', {
    ...marks(element, place), type: 'button', 'aria-haspopup': 'listbox', 'aria-expanded': 'false',
    onclick: () => openListbox(trigger, { load, many: kind.many, limit: element.max_selected_items, chosen, choose }),
  });
  const load = loader(element, kind, place);
  const choose = async (options) => {
    const before = chosen;
    chosen = options;
    draw();
    const done = await change(
      element, place, { type: element.type, [kind.field]: fromOptions(kind, options) }, trigger);
    if (!done) chosen = before;
    draw();
  };
  const draw = () => trigger.replaceChildren(...face(element, kind, chosen));
  draw();
  return trigger;
}

function initialValue(element, kind, place) {
  const given = element[kind.initial];
  if (given !== undefined) return given;
  const here = place.surface.container.channel;
  if (element.default_to_current_conversation && here) return kind.many ? [here] : here;
  return kind.many ? [] : null;
}

function toOptions(kind, value) {
  const list = kind.many ? value ?? [] : [value].filter(Boolean);
  return kind.ids ? list.map(idOption) : list;
}

function fromOptions(kind, options) {
  const list = kind.ids ? options.map((option) => option.value) : options;
  return kind.many ? list : list[0] ?? null;
}

const option = (value, text) => ({ value, text: { type: 'plain_text', text } });

function idOption(id) {
  const channel = store.channels.get(id);
  if (channel) return option(id, channelLabel(channel));
  return option(id, store.users.get(id)?.name_shown ?? id);
}

const channelLabel = (channel) => (isDirect(channel) ? store.nameOf(channel) : `#${channel.name}`);

/**
 * @returns {{ask: number, slow?: boolean, groups: (typed: string) => Promise<{label: any, options: any[]}[]>}}
 *   `ask`: letters needed before the app is asked; `slow`: the app answers, so not at every letter
 */
function loader(element, kind, place) {
  if (kind.source === 'app') return fromApp(element, place);
  const groups = {
    list: () => ownGroups(element),
    users: () => [{ options: people() }],
    channels: () => [{ options: channels(false) }],
    conversations: () => [{ options: channels(true, element.filter) }],
  }[kind.source];
  return { ask: 0, groups: async (typed) => narrow(groups(), typed) };
}

function fromApp(element, place) {
  const groups = async (typed) => {
    const answer = await place.surface.options(place.blockId, element.action_id, typed);
    return answer.ok ? ownGroups(answer) : [];
  };
  return { ask: element.min_query_length ?? 3, groups, slow: true };
}

const ownGroups = ({ options, option_groups: groups }) => (groups?.length ? groups : [{ options: options ?? [] }]);

const people = () => [...store.users.values()]
  .filter((user) => user.id !== 'USLACKBOT')
  .map((user) => option(user.id, user.name_shown));

function channels(withDirect, filter) {
  const kinds = filter?.include?.map((name) => ({ public: 'channel', private: 'private' })[name] ?? name);
  return [...store.channels.values()]
    .filter((channel) => (withDirect || !isDirect(channel)) && (!kinds || kinds.includes(channel.kind)))
    .filter((channel) => !(filter?.exclude_bot_users && store.users.get(channel.with)?.is_bot))
    .map((channel) => option(channel.id, channelLabel(channel)));
}

function narrow(groups, typed) {
  const wanted = typed.trim().toLowerCase();
  const fits = (item) => String(item.text?.text ?? '').toLowerCase().includes(wanted);
  return groups.map((group) => ({ ...group, options: (group.options ?? []).filter(fits) })).filter((group) => group.options.length);
}

function face(element, kind, chosen) {
  const arrow = icon('chevron');
  if (!chosen.length) return [el('span.select-placeholder', {}, element.placeholder?.text ?? 'Choose'), arrow];
  const names = chosen.map((item) => append(el(kind.many ? 'span.chip' : 'span.select-value'), plainText(item.text)));
  return [el('span.select-chosen', {}, names), arrow];
}
