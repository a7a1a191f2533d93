/** Things that are typed: text, numbers, e-mail addresses, web addresses. */
import { append, el } from '../dom.js';
import { change, marks } from './act.js';

const TYPES = { plain_text_input: 'text', number_input: 'number', email_text_input: 'email', url_text_input: 'url' };

export function textInput(element, place) {
  const value = place.surface.keep(
    place.blockId, element.action_id, { type: element.type, value: element.initial_value ?? null }).value;
  const box = element.multiline ? area(element, place) : line(element, place);
  box.value = value ?? '';
  const read = () => ({ type: element.type, value: box.value === '' ? null : box.value });
  listen(element, place, box, read);
  return element.max_length ? withCounter(element, box) : box;
}

function common(element, place) {
  return {
    ...marks(element, place), placeholder: element.placeholder?.text, maxlength: element.max_length, minlength: element.min_length,
    autofocus: element.focus_on_load, autocomplete: 'off',
    'aria-label': place.input ? null : element.placeholder?.text ?? 'Text',
  };
}

const area = (element, place) => el('textarea.field', { ...common(element, place), rows: '4' });

function line(element, place) {
  const numeric = element.type === 'number_input' && {
    step: element.is_decimal_allowed ? 'any' : '1', min: element.min_value, max: element.max_value,
  };
  return el('input.field', { ...common(element, place), type: TYPES[element.type], ...numeric });
}

function listen(element, place, box, read) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const note = () => place.surface.set(place.blockId, element.action_id, read());
  const tell = () => change(element, place, read(), null);
  box.addEventListener('input', place.dispatches && triggers.includes('on_character_entered') ? tell : note);
  if (!place.dispatches || !triggers.includes('on_enter_pressed')) return;
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    tell();
  });
}

function withCounter(element, box) {
  const counter = el('span.counter', { 'aria-hidden': 'true' });
  const count = () => {
    counter.textContent = String(element.max_length - box.value.length);
  };
  box.addEventListener('input', count);
  count();
  return el('div.counted', {}, box, counter);
}

/** A rich text input, typed as plain lines. */
export function richTextInput(element, place) {
  const start = { type: element.type, rich_text_value: element.initial_value ?? null };
  const value = place.surface.keep(place.blockId, element.action_id, start).rich_text_value;
  const box = el('textarea.field', { ...common(element, place), rows: String(element.min_lines ?? 4) });
  box.value = richTextToLines(value);
  listen(element, place, box, () => ({ type: element.type, rich_text_value: linesToRichText(box.value) }));
  return box;
}

const richTextToLines = (value) =>
  (value?.elements ?? []).flatMap((section) => section.elements ?? []).map((part) => part.text ?? '').join('');

function linesToRichText(text) {
  if (!text) return null;
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] };
}

/** Files chosen in a modal travel with the submission as base64; the server makes file objects of them. */
export function fileInput(element, place) {
  const kept = place.surface.keep(place.blockId, element.action_id, { type: element.type, files: [] });
  const list = el('ul.file-list', {}, kept.files.map((file) => el('li', {}, file.name)));
  const accept = (element.filetypes ?? []).map((type) => `.${type}`).join(',');
  const box = el('input',
    { ...marks(element, place), type: 'file', multiple: (element.max_files ?? 10) > 1, accept: accept || null });
  box.addEventListener('change', async () => {
    const files = await Promise.all([...box.files].slice(0, element.max_files ?? 10).map(readFile));
    list.replaceChildren(...files.map((file) => el('li', {}, file.name)));
    change(element, place, { type: element.type, files }, null);
  });
  return append(el('div.file-input'), [box, list]);
}

/** @param {File} file @returns {Promise<{name: string, mimetype: string, size: number, base64: string}>} */
export async function readFile(file) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
  return {
    name: file.name, mimetype: file.type || 'application/octet-stream', size: file.size,
    base64: url.slice(url.indexOf(',') + 1),
  };
}
