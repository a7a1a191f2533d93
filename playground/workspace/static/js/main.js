/** Starts the page: puts its parts together and tells them what changed. */
import { connectAs, send, startUser } from './api.js';
import { ChannelPane } from './channel.js';
import { el } from './dom.js';
import { ModalStack } from './modal.js';
import { closePopup } from './popup.js';
import { channelHash, readRoute } from './route.js';
import { Sidebar } from './sidebar.js';
import { isDirect, store } from './store.js';
import { ThreadPane } from './thread.js';
import { toast } from './toast.js';
import { unread } from './unread.js';

const root = document.getElementById('app');
const sidebar = new Sidebar();
const channel = new ChannelPane({ onMenu: () => root.classList.toggle('sidebar-open') });
const thread = new ThreadPane();
const modals = new ModalStack();
const boot = root.querySelector('.boot');
let opened = '';
let actingAs = null;

function start() {
  const shade = el('div.shade', { onclick: () => root.classList.remove('sidebar-open') });
  root.replaceChildren(boot, 
    el('a.skip', { href: '#', onclick: skip }, 'Skip to the message box'), sidebar.node, shade, channel.node,
    thread.node);
  listen();
  connectAs(startUser());
}

function skip(event) {
  event.preventDefault();
  channel.composer.box.focus();
}

function listen() {
  store.on('snapshot', () => everything());
  store.on('message', ({ channel: id, message }) => changed(id, message.thread_ts));
  store.on('ephemeral', ({ channel: id, thread_ts: ts }) => changed(id, ts));
  store.on('status', ({ channel: id, thread: ts }) => changed(id, ts));
  store.on('prompts', ({ channel: id }) => changed(id));
  store.on('home', () => channel.tab === 'home' && channel.draw());
  store.on('channel', () => everything());
  store.on('app', () => everything());
  store.on('view', (event) => modals.apply(event));
  store.on('toast', ({ text }) => toast(text));
  store.on('online', ({ online }) => goneOrBack(online));
  window.addEventListener('hashchange', () => showRoute());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && everything());
  document.addEventListener('keydown', (event) => event.key === 'Escape' && root.classList.remove('sidebar-open'));
}

function goneOrBack(online) {
  channel.online = online;
  if (!online && !store.me) boot.textContent = 'The workspace does not answer yet. Is the local server running? Trying again…';
  if (store.me && channel.id) channel.drawNotice();
}

/** Draw what a change in one channel touches. */
function changed(id, threadTs) {
  if (id === channel.id && channel.tab === 'messages') channel.draw();
  if (id === thread.channel && thread.thread && (threadTs === thread.thread || !threadTs)) thread.draw();
  sidebar.draw();
  drawTitle();
}

function everything() {
  if (!store.me) return;
  if (actingAs !== store.me.id) startOver();
  root.classList.add('ready');
  boot.remove();
  showRoute();
}

/** Somebody else sits here now: nothing entered or opened by the one before is kept. */
function startOver() {
  actingAs = store.me.id;
  channel.id = null;
  thread.thread = null;
  modals.apply({ type: 'view_closed', view_id: null });
}

function showRoute() {
  closePopup();
  const route = readRoute();
  const id = store.channels.has(route.channel) ? route.channel : firstChannel();
  if (!id) return;
  if (id !== route.channel) history.replaceState(null, '', `${location.pathname}${location.search}${channelHash(id)}`);
  const ts = id === route.channel ? route.thread : null;
  channel.show(id, id === route.channel ? route.tab : 'messages');
  thread.show(id, ts && rootOf(id, ts));
  root.classList.toggle('with-thread', Boolean(ts));
  root.classList.remove('sidebar-open');
  sidebar.draw();
  drawTitle();
  tellOpened(id);
}

/** A link may name a reply; its thread is shown. */
const rootOf = (id, ts) => store.find(id, ts)?.thread_ts ?? ts;

const firstChannel = () => [...store.channels.values()].find((one) => !isDirect(one))?.id ?? store.channels.keys().next().value;

/** The app learns that its Home or its messages were opened, once for each time. */
function tellOpened(id) {
  const key = `${store.me?.id}/${id}/${channel.tab}`;
  if (key === opened) return;
  opened = key;
  const app = store.appOf(store.channels.get(id));
  if (!app) send('open', { channel: id });
  else if (channel.tab === 'home') send('open', { home: app.app_id });
  else if (channel.tab === 'messages') send('open', { messages: app.app_id });
}

function drawTitle() {
  const waiting = [...store.channels.values()].reduce(
    (sum, one) => sum + (one.id === channel.id ? 0 : unread(one).mentions), 0);
  const place = `${store.nameOf(store.channels.get(channel.id))} · ${store.team.name || 'Local workspace'}`;
  document.title = waiting ? `(${waiting}) ${place}` : place;
}

start();
