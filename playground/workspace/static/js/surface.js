/**
 * A place where blocks are drawn and used: a message, an ephemeral message, a view. It holds what has been
 * entered there (Slack's `state.values`) and what is unfolded, so that both survive a redraw.
 */
import { send } from './api.js';
import { toast } from './toast.js';

export class Surface {
  /** @param {Record<string, any>} container as the server's `action` verb wants it */
  constructor(container) {
    this.container = container;
    /** @type {Record<string, Record<string, any>>} */ this.values = {};
    this.previous = {};
    /** What is open, which page is shown: by a key that the block chooses. */
    this.ui = new Map();
  }

  /** Call before drawing: values of elements that are not drawn again are dropped. */
  beginDraw() {
    this.previous = this.values;
    this.values = {};
  }

  /** The value an element starts with: the one entered before if the element is the same, else `initial`. */
  keep(blockId, actionId, initial) {
    const before = this.previous[blockId]?.[actionId];
    const value = before?.type === initial.type ? before : initial;
    this.set(blockId, actionId, value);
    return value;
  }

  set(blockId, actionId, value) {
    this.values[blockId] = { ...this.values[blockId], [actionId]: value };
  }

  get(blockId, actionId) {
    return this.values[blockId]?.[actionId];
  }

  get state() {
    return { values: this.values };
  }

  /** Send one `block_actions`. */
  async dispatch(action) {
    const answer = await send('action', { container: this.container, action, state: this.state });
    if (!answer.ok) toast(answer.error ?? 'The app did not take that.', 'error');
    return answer;
  }

  /** Ask the app for the options of an external select. */
  async options(blockId, actionId, value) {
    const answer = await send('options', { container: this.container, block_id: blockId, action_id: actionId, value });
    if (!answer.ok) toast(answer.error ?? 'The app gave no options.', 'error');
    return answer;
  }
}
