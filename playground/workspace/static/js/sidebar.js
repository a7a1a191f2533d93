/** The sidebar: channels, direct messages, apps, and who one is. */
import { connectAs } from './api.js';
import { avatar } from './author.js';
import { el } from './dom.js';
import { icon } from './icons.js';
import { openMenu } from './menu.js';
import { channelHash, readRoute } from './route.js';
import { isDirect, store } from './store.js';
import { unread } from './unread.js';

export class Sidebar {
  constructor() {
    this.list = el('div.sidebar-list');
    this.title = el('div.team');
    this.person = el('button.person', {
      type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', dataset: { testid: 'person-menu' }, onclick: () => this.choosePerson(),
    });
    this.node = el('nav.sidebar',
      { 'aria-label': 'Channels and direct messages', id: 'sidebar' }, this.title, this.list, this.person);
  }

  draw() {
    this.title.replaceChildren(
      el('span.team-name', {}, store.team.name || 'Workspace'), el('span.team-note', {}, 'local workspace'));
    const channels = [...store.channels.values()];
    const direct = channels.filter(isDirect);
    const isApp = (channel) => Boolean(store.appOf(channel) ?? store.users.get(channel.with)?.is_bot);
    this.list.replaceChildren(...[
      section('Channels', channels.filter((channel) => !isDirect(channel)).sort(byName)),
      section('Direct messages', direct.filter((channel) => !isApp(channel)).sort(byName)),
      section('Apps', direct.filter(isApp).sort(byName)),
    ].filter(Boolean));
    const name = el('b', {}, store.me?.name_shown ?? '…');
    this.person.replaceChildren(avatar(store.me), el('span', {}, 'You are ', name), icon('chevron'));
  }

  choosePerson() {
    const people = [...store.users.values()].filter((user) => !user.is_bot && user.id !== 'USLACKBOT');
    openMenu(this.person, [{ heading: true, label: 'Act as' }, ...people.map((user) => ({
      label: user.is_restricted ? [user.name_shown, el('span.quiet', {}, ' guest')] : user.name_shown, checked: user.id === store.me?.id,
      attrs: { 'data-user': user.id }, run: () => connectAs(user.id),
    }))], 'Act as another person');
  }
}

const byName = (a, b) => store.nameOf(a).localeCompare(store.nameOf(b));

function section(name, channels) {
  if (!channels.length) return null;
  return el('section.sidebar-section',
    { 'aria-label': name }, el('h2.sidebar-heading', {}, name), el('ul', {}, channels.map(row)));
}

function row(channel) {
  const here = readRoute().channel === channel.id;
  const { count, mentions } = here ? { count: 0, mentions: 0 } : unread(channel);
  const badge = mentions > 0 && el('span.unread-badge', { 'aria-hidden': 'true' }, String(mentions));
  const note = count > 0 && el('span.sr-only', {}, mentions ? `, ${mentions} for you` : ', unread');
  return el('li', {}, el(`a.channel-link${count ? '.unread' : ''}${here ? '.here' : ''}`, {
    href: channelHash(channel.id), 'aria-current': here ? 'page' : null, dataset: {
      channel: channel.id, unread: String(count),
    },
  }, face(channel), el('span.channel-name', {}, store.nameOf(channel)), note, badge));
}

function face(channel) {
  if (!isDirect(channel)) return icon(channel.kind === 'private' ? 'lock' : 'hash');
  const user = store.users.get(channel.with);
  return avatar(user, store.nameOf(channel), store.appOf(channel));
}
