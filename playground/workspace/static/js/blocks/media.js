/** Pictures, files and videos. Video players are not embedded: a picture links to the film. */
import { append, el, link, mediaUrl, picture } from '../dom.js';
import { fileSize } from '../format.js';
import { icon } from '../icons.js';
import { plainText } from '../mrkdwn.js';
import { store } from '../store.js';

/** Where the picture of an image block or element is: an address, or a file that Slack holds. */
export function pictureSource(element) {
  if (element.image_url) return element.image_url;
  const { id, url } = element.slack_file ?? {};
  return url ?? findFile(id)?.url_private ?? `/files/${encodeURIComponent(id ?? '')}/picture`;
}

function findFile(id) {
  for (const list of store.messages.values()) {
    for (const message of list) {
      const found = message.files?.find((candidate) => candidate.id === id);
      if (found) return found;
    }
  }
  return null;
}

export function imageBlock(block) {
  const title = block.title && append(el('figcaption'), plainText(block.title));
  const shown = picture(pictureSource(block), block.alt_text ?? '', 'block-image');
  return el('figure.image', {}, title, link(mediaUrl(pictureSource(block)), { class: 'picture-link' }, shown));
}

export function video(block) {
  const shown = picture(block.thumbnail_url, block.alt_text ?? '', 'block-image');
  const heading = append(link(block.title_url ?? block.video_url, { class: 'video-title' }), plainText(block.title));
  const by = [block.author_name, block.provider_name].filter(Boolean).join(' · ');
  return el('figure.video', {},
    el('figcaption', {}, heading, by && el('div.quiet', {}, by)),
    block.description && append(el('div.text'), plainText(block.description)),
    link(block.video_url, { class: 'video-link', 'aria-label': `Watch ${block.title?.text ?? 'the video'}` },
      shown, el('span.video-play', {}, icon('play'))));
}

export function file(block) {
  const found = findFile(block.external_id);
  return found ? fileCard(found) : el('div.file', {}, icon('file'), el('span', {}, `File ${block.external_id}`));
}

/** A file below a message: pictures are shown, others get a card to download from. */
export function fileCard(shared) {
  const address = shared.url_private ?? shared.url_private_download ?? '';
  const name = shared.title || shared.name || 'file';
  if (shared.mimetype?.startsWith('image/')) return pictureCard(shared, address, name);
  const kind = [shared.pretty_type || shared.filetype?.toUpperCase() || shared.mimetype, fileSize(shared.size)].filter(Boolean).join(' · ');
  const attrs = { class: 'file', download: shared.name ?? true, dataset: { fileId: shared.id } };
  return link(mediaUrl(shared.url_private_download ?? address), attrs,
    icon('file'), el('span.file-text', {}, el('span.file-name', {}, name), el('span.quiet', {}, kind)));
}

function pictureCard(shared, address, name) {
  const shown = picture(address, shared.alt_txt || name, 'file-image');
  return el('figure.image', { dataset: { fileId: shared.id } },
    el('figcaption',
      {}, name, ' ', link(mediaUrl(address), { class: 'quiet', download: shared.name ?? true }, 'Download')),
    link(mediaUrl(address), { class: 'picture-link' }, shown));
}
