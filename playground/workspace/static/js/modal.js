/** Modals: a stack of up to three views, of which the top one is shown. */
import { send } from './api.js';
import { renderBlocks } from './blocks/index.js';
import { append, el } from './dom.js';
import { problems } from './elements/validate.js';
import { iconButton } from './icons.js';
import { plainText } from './mrkdwn.js';
import { closePopup } from './popup.js';
import { Surface } from './surface.js';

const MOST_VIEWS = 3;
const FIELDS = '.modal-body :is(input, textarea, select, button, a)';
const sameElement = (a, b) => a.actionId === b.actionId && a.blockId === b.blockId;
const LOST = 'The app did not answer. Your entries are still here; try again in a moment.';

export class ModalStack {
  constructor() {
    /** @type {{view: any, surface: Surface}[]} */
    this.stack = [];
    this.busy = false;
    this.dialog = el('dialog.modal', { 'aria-labelledby': 'modal-title', dataset: { testid: 'modal' } });
    this.dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.dismiss(true);
    });
    document.body.append(this.dialog);
  }

  /** Take a pushed event: view_opened, view_pushed, view_updated or view_closed. */
  apply({ type, view, view_id: id }) {
    if (type === 'view_opened') this.open(view);
    else if (type === 'view_pushed') this.push(view);
    else if (type === 'view_updated') this.update(view);
    else this.drop(id);
    this.draw();
  }

  /** A view that is open already comes again after a lost connection; what was entered stays. */
  open(view) {
    const known = this.stack.find((one) => one.view.id === view.id);
    this.stack = [known ? Object.assign(known, { view }) : entry(view)];
  }

  push(view) {
    if (this.stack.some((one) => one.view.id === view.id)) this.update(view);
    else this.stack = [...this.stack, entry(view)].slice(0, MOST_VIEWS);
  }

  update(view) {
    const found = this.stack.find((one) => one.view.id === view.id) ?? (view.root_view_id ? null : this.stack.at(-1));
    if (found && view.type === 'modal') found.view = view;
  }

  /** @param {string|null|undefined} id no id: all of them */
  drop(id) {
    this.stack = id ? this.stack.filter((one) => one.view.id !== id) : [];
  }

  get top() {
    return this.stack.at(-1);
  }

  draw() {
    closePopup();
    const { top } = this;
    if (!top) return this.hide();
    const focused = this.shown === top.view.id ? document.activeElement?.dataset : null;
    const scroll = this.dialog.querySelector('.modal-body')?.scrollTop ?? 0;
    this.fill(top);
    if (!this.dialog.open) this.dialog.showModal();
    if (this.shown === top.view.id) this.dialog.querySelector('.modal-body').scrollTop = scroll;
    this.focus(focused);
    this.shown = top.view.id;
    return undefined;
  }

  hide() {
    this.shown = null;
    this.busy = false;
    if (this.dialog.open) this.dialog.close();
    this.dialog.replaceChildren();
  }

  fill({ view, surface }) {
    surface.beginDraw();
    const form = el('form.modal-form', { novalidate: true, onsubmit: (event) => this.submit(event) },
      this.head(view), el('div.form-error', { role: 'alert' }),
      el('div.modal-body', {}, renderBlocks(view.blocks, surface)), this.foot(view));
    this.dialog.dataset.viewId = view.id;
    this.dialog.dataset.callbackId = view.callback_id ?? '';
    this.dialog.replaceChildren(form);
    this.setBusy(this.busy && this.shown === view.id);
  }

  head(view) {
    const back = this.stack.length > 1 && iconButton('Back', 'back', () => this.dismiss(false));
    return el('header.modal-head', {}, back, append(el('h1', { id: 'modal-title' }), plainText(view.title)),
      iconButton('Close', 'close', () => this.dismiss(true), { dataset: { testid: 'modal-close' } }));
  }

  foot(view) {
    const close = append(
      el('button.btn', { type: 'button', dataset: { testid: 'modal-cancel' }, onclick: () => this.dismiss(false) }),
      view.close ? plainText(view.close) : ['Cancel']);
    const submit = view.submit && append(
      el('button.btn.primary', { type: 'submit', dataset: { testid: 'modal-submit' } }), plainText(view.submit));
    return el('footer.modal-foot', {}, close, submit);
  }

  /** @param {DOMStringMap|null|undefined} before what had the focus, when the same view is drawn again */
  focus(before) {
    const fields = [...this.dialog.querySelectorAll(FIELDS)].filter((node) => !node.disabled);
    const same = before?.actionId && fields.find((node) => sameElement(node.dataset, before));
    if (same) same.focus();
    else if (!before || !this.dialog.contains(document.activeElement)) this.firstField(fields)?.focus({ preventScroll: true });
  }

  firstField(fields) {
    return fields.find((node) => node.autofocus) ?? fields.find((node) => node.matches('.input *'))
      ?? this.dialog.querySelector('.modal-foot .primary') ?? this.dialog.querySelector('.modal-head button:last-child');
  }

  setBusy(busy) {
    this.busy = busy;
    const submit = this.dialog.querySelector('[data-testid=modal-submit]');
    if (!submit) return;
    submit.disabled = busy;
    submit.classList.toggle('waiting', busy);
  }

  async submit(event) {
    event.preventDefault();
    const { view, surface } = this.top;
    const wrong = problems(view.blocks.map((block, i) => ({ ...block, block_id: block.block_id ?? `b${i}` })), surface);
    this.showErrors(wrong);
    if (this.busy || Object.keys(wrong).length) return;
    this.setBusy(true);
    const answer = await send('submit_view', { view_id: view.id, state: surface.state });
    this.setBusy(false);
    this.answered(view, answer);
  }

  answered(view, answer) {
    if (answer.errors) return this.showErrors(answer.errors);
    if (!answer.ok) return this.say(answer.error ?? LOST);
    if (answer.response_action === 'clear') this.drop(null);
    else if (answer.response_action === 'update' && answer.view) this.update(answer.view);
    else if (answer.response_action === 'push' && answer.view) this.push(answer.view);
    else if (!answer.response_action) this.drop(view.id);
    return this.draw();
  }

  say(text) {
    const slot = this.dialog.querySelector('.form-error');
    if (slot) slot.textContent = text;
  }

  /** @param {Record<string, string>} errors block_id to text */
  showErrors(errors) {
    this.say('');
    for (const slot of this.dialog.querySelectorAll('.field-error')) showError(
      slot, errors[slot.dataset.errorFor] ?? '');
    const lost = Object.entries(errors).filter(([id]) => !this.dialog.querySelector(`[data-error-for="${CSS.escape(id)}"]`));
    if (lost.length) this.say(lost.map(([, text]) => text).join(' '));
    this.dialog.querySelector('.wrong :is(input, textarea, button)')?.focus();
  }

  /** Close as the person asked: the top view, or everything. The app hears of it. */
  dismiss(all) {
    const { top } = this;
    if (!top) return;
    const cleared = all || Boolean(top.view.clear_on_close) || this.stack.length === 1;
    send('close_view', { view_id: top.view.id, is_cleared: all || Boolean(top.view.clear_on_close) });
    this.drop(cleared ? null : top.view.id);
    this.draw();
  }
}

const entry = (view) => ({ view, surface: new Surface({ type: 'view', view_id: view.id }) });

function showError(slot, text) {
  const input = slot.closest('.input');
  slot.textContent = text;
  input.classList.toggle('wrong', Boolean(text));
  for (const field of input.querySelectorAll('[data-action-id]')) field.setAttribute('aria-invalid', String(Boolean(text)));
}
