/** Changing the text of one's own message, in place. */
import { sendOrTell } from './api.js';
import { el } from './dom.js';
import { unescape } from './entities.js';
import { store } from './store.js';

/** What the person typed, as near as Slack's text lets us say: entities are named again. */
function editableText(message) {
  const named = String(message.text ?? '').replace(/<([@#])(\w+)(?:\|([^>]*))?>/g, (whole, sign, id, label) => {
    const known = sign === '@' ? store.users.get(id)?.name : store.channels.get(id)?.name;
    return `${sign}${known ?? label ?? id}`;
  });
  return unescape(named.replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, '$1'));
}

/** @param {{edit: (ts: string|null) => void}} actions */
export function messageEditor(message, actions) {
  const box = el('textarea.field.edit-field',
    { rows: '2', 'aria-label': 'Edit message', dataset: { testid: 'edit-field' }, value: editableText(message) });
  const save = async () => {
    const answer = await sendOrTell('edit', { channel: message.channel, ts: message.ts, text: box.value });
    if (answer.ok) actions.edit(null);
  };
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') actions.edit(null);
    else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  requestAnimationFrame(() => {
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  });
  return el('div.editor', {}, box, el('div.dialog-buttons', {},
    el('button.btn.small', { type: 'button', onclick: () => actions.edit(null) }, 'Cancel'),
    el('button.btn.primary.small', { type: 'button', onclick: save }, 'Save')));
}
