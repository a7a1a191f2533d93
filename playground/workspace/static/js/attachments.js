/** Files waiting to be sent with a message: chosen, dropped or pasted. */
import { el } from './dom.js';
import { readFile } from './elements/inputs.js';
import { fileSize } from './format.js';
import { icon } from './icons.js';
import { toast } from './toast.js';

const MOST_BYTES = 20 * 1024 * 1024;

export class Attachments {
  /** @param {HTMLElement} zone where files may be dropped */
  constructor(zone, box) {
    /** @type {File[]} */ this.files = [];
    this.node = el('ul.chips', { hidden: true, 'aria-label': 'Files to send', dataset: { testid: 'attachments' } });
    this.chooser = el('input',
      { type: 'file', multiple: true, class: 'sr-only', tabindex: '-1', 'aria-label': 'Choose files', dataset: { testid: 'file-chooser' } });
    this.chooser.addEventListener('change', () => {
      this.add(this.chooser.files);
      this.chooser.value = '';
    });
    box.addEventListener('paste', (event) => this.take(event, event.clipboardData));
    zone.addEventListener('dragover', (event) => {
      event.preventDefault();
      zone.classList.add('dropping');
    });
    zone.addEventListener('dragleave', () => zone.classList.remove('dropping'));
    zone.addEventListener('drop', (event) => {
      zone.classList.remove('dropping');
      event.preventDefault();
      this.take(event, event.dataTransfer);
    });
  }

  take(event, data) {
    if (!data?.files.length) return;
    event.preventDefault();
    this.add(data.files);
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) {
      if (file.size > MOST_BYTES) toast(`${file.name} is too large: at most ${fileSize(MOST_BYTES)}.`, 'error');
      else this.files.push(file);
    }
    this.draw();
  }

  clear() {
    this.files = [];
    this.draw();
  }

  draw() {
    this.node.hidden = !this.files.length;
    this.node.replaceChildren(...this.files.map((file) => this.chip(file)));
  }

  chip(file) {
    const remove = () => {
      this.files = this.files.filter((other) => other !== file);
      this.draw();
    };
    return el('li.file-chip', {}, icon('file'), el('span', {}, file.name), el('span.quiet', {}, fileSize(file.size)),
      el('button.tool', { type: 'button', 'aria-label': `Remove ${file.name}`, onclick: remove }, icon('close')));
  }

  /** As the `post` verb wants them. */
  async packed() {
    const read = await Promise.all(this.files.map(readFile));
    return read.map(({ name, mimetype, base64 }) => ({ name, mimetype, base64 }));
  }
}
