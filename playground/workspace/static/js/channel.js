/** The middle of the page: one channel or direct message, with its header, messages and composer. */
import { sendOrTell } from './api.js';
import { avatar } from './author.js';
import { Composer } from './composer.js';
import { el } from './dom.js';
import { plural } from './format.js';
import { aboutPanel, HomePanel, tabs } from './home.js';
import { icon, iconButton } from './icons.js';
import { openMenu } from './menu.js';
import { leadNode, MessageList } from './messagelist.js';
import { promptsFor } from './prompts.js';
import { inChannel, isDirect, isReply, store } from './store.js';
import { firstUnread, markRead } from './unread.js';

export class ChannelPane {
  constructor({ onMenu }) {
    Object.assign(this, { id: null, tab: 'messages', newFrom: undefined });
    this.list = new MessageList({ label: 'Messages', inThread: false });
    this.composer = new Composer({ testid: 'composer', onEditLast: () => this.editLast() });
    this.home = new HomePanel();
    this.header = el('header.channel-header');
    this.notice = el('div.notice', { role: 'status', hidden: true, dataset: { testid: 'notice' } });
    this.content = el('div.channel-content');
    this.node = el('main.channel', { id: 'main' }, this.header, this.notice, this.content);
    this.menuButton = iconButton('Channels',
      'menu', onMenu, { 'aria-controls': 'sidebar', class: 'icon-btn menu-button' });
    this.online = true;
  }

  get channel() {
    return store.channels.get(this.id);
  }

  show(id, tab) {
    const moved = id !== this.id;
    Object.assign(this, { id, tab });
    this.node.dataset.channel = id;
    if (moved) {
      this.list.reset();
      this.newFrom = firstUnread(id);
      this.composer.aim(id, null, `Message ${this.title()}`);
    }
    this.draw();
    if (moved && tab === 'messages') this.composer.focus();
  }

  title() {
    return isDirect(this.channel) ? store.nameOf(this.channel) : `#${this.channel.name}`;
  }

  draw() {
    if (!this.channel) return;
    this.drawHeader();
    this.drawNotice();
    const app = store.appOf(this.channel);
    if (this.tab === 'home' && app) this.content.replaceChildren(this.home.show(app));
    else if (this.tab === 'about' && app) this.content.replaceChildren(aboutPanel(app));
    else this.drawMessages();
  }

  drawMessages() {
    const foot = this.canWrite() ? this.composer.node : this.joinBar();
    if (this.list.node.parentElement !== this.content || !foot.isConnected) this.content.replaceChildren(this.list.node, foot);
    const entries = this.entries();
    this.list.draw(entries, { lead: [this.lead(entries.length === 0)], newFrom: this.newFrom });
    if (document.visibilityState === 'visible') markRead(this.id);
  }

  canWrite() {
    const { kind, members } = this.channel;
    return kind !== 'channel' || !members || members.includes(store.me.id);
  }

  joinBar() {
    const join = () => sendOrTell('join', { channel: this.id });
    return el('div.join-bar', {}, el('span', {}, `You are not in ${this.title()}.`),
      el('button.btn.primary', { type: 'button', dataset: { testid: 'join' }, onclick: join }, 'Join channel'));
  }

  entries() {
    const messages = store.listOf(this.id).filter(inChannel).map((message) => ({ message }));
    const here = (note) => note.channel === this.id && !isReply({ ...note.message, thread_ts: note.thread_ts });
    const notes = [...store.ephemerals.values()].filter(here);
    return [...messages, ...notes.map((note) => ({ message: note.message, ephemeral: note.id }))]
      .sort((a, b) => (a.message.ts < b.message.ts ? -1 : 1));
  }

  lead(empty) {
    const { channel } = this;
    const direct = isDirect(channel);
    const title = direct ? store.nameOf(channel) : `#${channel.name}`;
    const text = direct
      ? `This is the beginning of your conversation with ${title}.`
      : `This is the very beginning of ${title}. ${channel.topic ?? ''}`;
    return leadNode(direct && avatar(store.users.get(channel.with), title, store.appOf(channel)),
      el('h2', {}, title), el('p.quiet', {}, text), empty && promptsFor(channel));
  }

  drawHeader() {
    const { channel } = this;
    const app = store.appOf(channel);
    const symbol = isDirect(channel)
      ? avatar(store.users.get(channel.with), store.nameOf(channel), app)
      : icon(channel.kind === 'private' ? 'lock' : 'hash');
    const more = iconButton('Channel details', 'more', () => openMenu(more, this.details(), 'Channel details'), {
      'aria-haspopup': 'menu', 'aria-expanded': 'false', dataset: { testid: 'channel-menu' },
    });
    this.header.replaceChildren(...[this.menuButton,
      el('h1.channel-title', {}, symbol, el('span', {}, store.nameOf(channel))),
      channel.topic && el('span.topic', {}, channel.topic),
      app && tabs(channel, this.tab), el('span.spacer'),
      !isDirect(channel) && el('span.members', { title: 'Members' }, plural(channel.members?.length ?? 0, 'member')),
      !isDirect(channel) && more].filter(Boolean));
  }

  details() {
    const { channel } = this;
    const members = (channel.members ?? []).map((id) => ({ label: store.users.get(id)?.name_shown ?? id }));
    const apps = [...store.apps.values()].map((app) => {
      const inside = channel.members?.includes(app.bot_user_id);
      const verb = inside ? 'kick_bot' : 'invite_bot';
      return { label: inside ? `Remove ${app.name} from this channel` : `Add ${app.name} to this channel`, icon: inside ? 'close' : 'plus',
        danger: inside, run: () => sendOrTell(verb, { channel: channel.id, app_id: app.app_id }) };
    });
    return [...apps, { heading: true, label: plural(members.length, 'member') }, ...members];
  }

  drawNotice() {
    const away = store.appsIn(this.channel).filter((app) => app.connected === false);
    const text = this.online ? awayText(away) : 'The connection to the workspace is lost. Trying again…';
    this.notice.hidden = !text;
    this.notice.textContent = text;
  }

  editLast() {
    const mine = store.listOf(this.id).filter((message) => inChannel(message) && message.user === store.me?.id).at(-1);
    if (mine) this.list.edit(mine.ts);
  }
}

function awayText(apps) {
  if (!apps.length) return '';
  const names = apps.map((app) => app.name).join(', ');
  return `${names} is not connected; messages will wait until it is.`;
}
