/** The line icons of the page, drawn on a grid of 20 by 20. */
import { el, svg } from './dom.js';

const PATHS = {
  hash: 'M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h13.5M3 12.5h13.5',
  lock: 'M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  send: 'M3 10 17 3.5 13 17l-3.5-5.5zM9.5 11.5 17 3.5',
  smile: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M6.8 12a3.8 3.8 0 0 0 6.4 0M7.5 7.5v1M12.5 7.5v1',
  reply: 'M3 4h14v9.5H9L5.5 17v-3.5H3z',
  more: 'M10 4.5v.01M10 10v.01M10 15.5v.01',
  close: 'M5 5l10 10M15 5 5 15',
  clip: 'M14.5 9.5 9.3 14.7a3 3 0 0 1-4.3-4.3l6-6a2 2 0 0 1 2.9 2.9l-6 6',
  at: 'M13 10a3 3 0 1 1-3-3 3 3 0 0 1 3 3v1.2a2 2 0 0 0 4 0V10a7 7 0 1 0-2.8 5.6',
  slash: 'M4 3h12v14H4zM12 6.5l-4 7',
  bolt: 'M11 2.5 4.5 11.5H10l-1 6 6.5-9H10z',
  plus: 'M10 4v12M4 10h12',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  back: 'M12.5 4 6.5 10l6 6',
  chevron: 'M5 8l5 5 5-5',
  right: 'M8 5l5 5-5 5',
  check: 'M4 10.5 8 15l8-10',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 11h7.6l.7-11M8.5 9v5M11.5 9v5',
  up: 'M6 9v8H3.5V9zM6 9l3.5-6c1.5 0 2 1 1.8 2.3L10.8 8H16c1 0 1.5.900 1.3 1.8l-1.3 6c-.2.7-.7 1.2-1.5 1.2H6',
  down: 'M14 11V3h2.5v8zM14 11l-3.5 6c-1.5 0-2-1-1.8-2.3l.5-2.7H4c-1 0-1.5-.9-1.3-1.8l1.3-6C4.2 3.5 4.7 3 5.5 3H14',
  file: 'M5 2.5h6.5L16 7v10.5H5zM11.5 2.5V7H16',
  eye: 'M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10M10 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4',
  people: 'M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4M2.5 16c0-3 2.2-4.5 5-4.5s5 1.5 5 4.5M13 9.5a2.3 2.3 0 1 0-1-4.3M14.5 11.800c1.900.5 3 2 3 4.2',
  stop: 'M6 6h8v8H6z',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M13 13l4 4',
  info: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M10 9v5M10 6.2v.01',
  warning: 'M10 3 18 16.5H2zM10 8v4M10 14.2v.01',
  play: 'M6 4v12l10-6z',
  left: 'M12 5l-5 5 5 5',
  edit: 'M4 16l.8-3.5L13.5 3.8l2.7 2.7-8.7 8.7z',
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const path = svg('path', { d: PATHS[name] ?? PATHS.info });
  return svg(`svg.icon.icon-${name}`, { viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' }, path);
}

/** A button that shows only an icon; its label is read aloud. */
export function iconButton(label, name, onclick, attrs = {}) {
  return el('button.icon-btn', { type: 'button', 'aria-label': label, onclick, ...attrs }, icon(name));
}
