/** The tabs of an app: Home, Messages, About. */
import { renderBlocks } from './blocks/index.js';
import { avatar } from './author.js';
import { append, el } from './dom.js';
import { tabHash } from './route.js';
import { store } from './store.js';
import { Surface } from './surface.js';

const TABS = [['home', 'Home'], ['messages', 'Messages'], ['about', 'About']];

export function tabs(channel, current) {
  return el('nav.tabs', { 'aria-label': 'App' }, TABS.map(([tab, name]) => el('a.tab', {
    href: tabHash(channel.id, tab), 'aria-current': tab === current ? 'page' : null, dataset: { tab },
  }, name)));
}

export class HomePanel {
  constructor() {
    this.surfaces = new Map();
    this.node = el('div.home', { dataset: { testid: 'home' } });
  }

  /** Draws the view an app has published for this person. */
  show(app) {
    const view = store.homes.get(app.app_id);
    if (!view) {
      this.node.replaceChildren(el('p.quiet',
        {}, `${app.name} has not published a Home yet. It may do so once it is connected.`));
      return this.node;
    }
    const surface = this.surfaceOf(app, view);
    surface.beginDraw();
    const scroll = this.node.scrollTop;
    this.node.replaceChildren(el('div.home-blocks',
      { dataset: { viewId: view.id } }, renderBlocks(view.blocks, surface)));
    this.node.scrollTop = scroll;
    return this.node;
  }

  surfaceOf(app, view) {
    const key = `${store.me?.id}:${app.app_id}`;
    if (this.surfaces.get(key)?.container.view_id !== view.id) this.surfaces.set(
      key, new Surface({ type: 'view', view_id: view.id }));
    return this.surfaces.get(key);
  }
}

export function aboutPanel(app) {
  const commands = (app.commands ?? []).map((one) => el('li',
    {}, el('code', {}, `${one.command} ${one.usage_hint ?? ''}`.trim()), ' ', one.description ?? ''));
  const shortcuts = (app.shortcuts ?? []).map((one) => el('li',
    {}, one.name, el('span.quiet', {}, one.type.startsWith('message') ? ' on a message' : ' anywhere')));
  return append(el('div.home.about', { dataset: { testid: 'about' } }), [
    el('div.about-head', {}, avatar(store.users.get(app.bot_user_id), app.name, app), el('h2', {}, app.name)),
    el('p.quiet', {}, app.connected === false ? 'Not connected right now.' : 'Connected.'),
    commands.length && [el('h3', {}, 'Slash commands'), el('ul', {}, commands)],
    shortcuts.length && [el('h3', {}, 'Shortcuts'), el('ul', {}, shortcuts)],
  ]);
}
