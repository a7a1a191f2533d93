/** What all elements share: where they are, asking first, showing that they wait, telling the app. */
import { ask } from '../dialog.js';

/**
 * @typedef {{surface: import('../surface.js').Surface, blockId: string, dispatches: boolean,
 *   input?: {label: string, describedBy?: string, required: boolean}}} Place
 */

const PENDING_MS = 3000;

/** Attributes by which an element is found, and how it is read aloud inside an input block. */
export function marks(element, place) {
  return {
    dataset: { actionId: element.action_id, blockId: place.blockId },
    'aria-labelledby': place.input?.label,
    'aria-describedby': place.input?.describedBy,
    'aria-required': place.input?.required ? 'true' : null,
  };
}

/**
 * Ask if the element wants it, then send the action.
 * @returns {Promise<boolean>} false when the person said no
 */
export async function perform(element, place, details, control) {
  if (control?.classList.contains('waiting')) return false;
  if (element.confirm && !(await ask(element.confirm))) return false;
  if (control) showPending(control);
  const action = { type: element.type, action_id: element.action_id, block_id: place.blockId, ...details };
  place.surface.dispatch(action).then((answer) => answer.ok || endPending(control));
  return true;
}

/** It waits until the message is drawn anew, or three seconds. */
function showPending(control) {
  control.classList.add('waiting');
  control.setAttribute('aria-busy', 'true');
  setTimeout(() => endPending(control), PENDING_MS);
}

function endPending(control) {
  control?.classList.remove('waiting');
  control?.removeAttribute('aria-busy');
}

/** Note a value, and tell the app if this element reports its changes. */
export async function change(element, place, value, control) {
  const before = place.surface.get(place.blockId, element.action_id);
  place.surface.set(place.blockId, element.action_id, value);
  if (!place.dispatches) return true;
  const done = await perform(element, place, value, control);
  if (!done) place.surface.set(place.blockId, element.action_id, before);
  return done;
}
