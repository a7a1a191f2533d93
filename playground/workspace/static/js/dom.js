/**
 * Building the page out of nodes. Content from messages never goes through an HTML parser:
 * text becomes text nodes, and attributes are set one by one.
 */

const SVG = 'http://www.w3.org/2000/svg';
const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/**
 * @param {string} spec tag and classes: "button.primary.small"
 * @param {Record<string, any>} [attrs] attributes; `on…` functions become listeners, `dataset` is copied,
 *   null, undefined and false leave an attribute out
 * @param {...any} children nodes, strings, arrays of them, or null
 * @returns {any} the element
 */
export function el(spec, attrs = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  setAttributes(node, attrs);
  append(node, children);
  return node;
}

/** The same for SVG. */
export function svg(spec, attrs = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElementNS(SVG, tag);
  if (classes.length) node.setAttribute('class', classes.join(' '));
  setAttributes(node, attrs);
  append(node, children);
  return node;
}

function setAttributes(node, attrs) {
  for (const [key, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'dataset') copyDataset(node, value);
    else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'value') node.value = value;
    else node.setAttribute(key, value === true ? '' : String(value));
  }
}

function copyDataset(node, values) {
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) node.dataset[key] = String(value);
  }
}

/** Append nodes, strings and nested arrays of them; null and false are left out. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child);
  }
  return node;
}

/** @returns {string|null} the address if it is one that may be followed, else null */
export function safeUrl(raw) {
  if (typeof raw !== 'string') return null;
  if (raw.startsWith('/') && !raw.startsWith('//')) return raw;
  try {
    const url = new URL(raw);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

const OWN_FILE = /^\/files-pri\/[^/-]+-([^/]+)\/(?:download\/)?([^/]+)$/;

/**
 * Where a file or picture is fetched from. The server may name itself by another host, and apps fetch its
 * files by an address that wants their token, so its own files are asked for by their path here.
 */
export function mediaUrl(raw) {
  const safe = safeUrl(raw);
  if (!safe || safe.startsWith('/')) return safe;
  const { protocol, pathname } = new URL(safe);
  if (!protocol.startsWith('http')) return null;
  const own = OWN_FILE.exec(pathname);
  if (own) return `/files/${own[1]}/${own[2]}`;
  return pathname.startsWith('/files/') || pathname.startsWith('/avatars/') ? pathname : safe;
}

/** A link that opens beside the workspace; one that points into the workspace stays in this tab. */
export function link(raw, attrs, ...children) {
  const href = safeUrl(raw);
  if (!href) return el('span.unsafe-link', { title: 'This link was not made clickable' }, children);
  const inside = href.startsWith(`${location.origin}/#`) || href.startsWith('/#');
  const target = inside ? {} : { target: '_blank', rel: 'noopener noreferrer' };
  return el('a', { href, ...target, ...attrs }, children);
}

/** A picture, or its description when it cannot be loaded or is on another host: the page asks no outside host. */
export function picture(raw, alt, className = '') {
  const src = mediaUrl(raw);
  if (!src || new URL(src, location.href).origin !== location.origin) return missingPicture(raw, alt);
  const image = el('img', { src, alt, class: className, loading: 'lazy' });
  image.addEventListener('error', () => image.replaceWith(missingPicture(raw, alt)));
  return image;
}

function missingPicture(raw, alt) {
  return el('span.missing-picture',
    { role: 'img', 'aria-label': alt }, 'Picture: ', link(raw, {}, alt || 'no description'));
}

let counter = 0;
/** An id that is unique on this page, for ARIA references. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
