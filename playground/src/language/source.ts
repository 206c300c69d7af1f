/** Which text is learnt: a grammar's, or the visitor's own, pasted, dropped or chosen. */

import type { Alert } from '../dom/alert.js';
import { fieldsOf } from '../dom/form.js';
import type { FormContext } from '../dom/form.js';
import { make } from '../dom/make.js';
import { Problem } from '../texts/problem.js';
import { grammarText } from './grammar-text.js';
import { readTextFile } from './text-file.js';

/** Longer texts of files are not put into the field, which would be slow. */
const MOST_SHOWN = 100_000;

/** A text to learn from. */
export interface LearntText {
  readonly text: string;
  /** The language of its words. */
  readonly locale: string;
}

/** The choice of the text. */
export class Source {
  readonly element: HTMLElement;
  readonly #context: FormContext;
  readonly #alert: Alert;
  readonly #area: HTMLTextAreaElement;
  readonly #count: HTMLElement = make('p', { class: 'hint', role: 'status', 'data-testid': 'text-size' });
  #own = '';
  #name: string | undefined;

  constructor(context: FormContext, alert: Alert) {
    this.#context = context;
    this.#alert = alert;
    const { texts, store } = context;
    this.#area = make('textarea', {
      rows: 6,
      spellcheck: 'false',
      'data-testid': 'own-text',
      oninput: () => this.setOwn(this.#area.value, undefined, false),
    });
    texts.label(this.#area, 'text.paste');
    texts.label(this.#area, 'text.paste', 'placeholder');
    const own = make('div', { class: 'drop' }, this.#area, this.#chooser(), this.#count);
    this.element = make('div', {}, fieldsOf(context, 'language', ['text', 'level']), own);
    this.element.addEventListener('dragover', (event) => event.preventDefault());
    this.element.addEventListener('drop', (event) => {
      event.preventDefault();
      void this.#read(event.dataTransfer?.files[0]);
    });
    const show = (): void => void (own.hidden = store.get('language').text !== 'own');
    store.subscribe(show);
    show();
    texts.watch(() => this.#describe());
  }

  /** The visitor's own text as it is now. */
  get own(): string {
    return this.#own;
  }

  /** Takes a text as the visitor's own. @param name of the file it comes from */
  setOwn(text: string, name: string | undefined, show: boolean = true): void {
    this.#own = text;
    this.#name = name;
    if (show) this.#area.value = text.length > MOST_SHOWN ? '' : text;
    this.#describe();
  }

  /** The text to learn. @throws Problem where there is none, or it is shorter than a batch of windows */
  async read(): Promise<LearntText> {
    const { text: choice, level, window, batch } = this.#context.store.get('language');
    if (choice === 'english') return { text: await grammarText('en'), locale: 'en' };
    if (choice === 'japanese') return { text: await grammarText('ja'), locale: 'ja' };
    const text = this.#own;
    if (text.trim() === '') throw new Problem('problem.empty');
    // How many words a text has is for the library to say.
    const least = level === 'char' ? batch * window + 1 : 0;
    if (text.length < least) throw new Problem('problem.tooShort', { count: text.length, least, batch, window });
    return { text, locale: /[぀-ヿ一-鿿]/.test(text.slice(0, 10_000)) ? 'ja' : 'en' };
  }

  #chooser(): HTMLElement {
    const { texts } = this.#context;
    const input = make('input', {
      type: 'file',
      accept: 'text/*,.txt,.md',
      'data-testid': 'own-file',
      class: 'unseen',
    });
    input.addEventListener('change', () => {
      void this.#read(input.files?.[0]);
      input.value = ''; // so that the same file can be chosen again
    });
    return make('label', { class: 'button' }, texts.node('action.chooseFile'), input);
  }

  async #read(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    this.#alert.clear();
    try {
      this.setOwn(await readTextFile(file), file.name);
      this.#context.store.set('language', { text: 'own' });
    } catch (error) {
      this.#alert.show(error);
    }
  }

  #describe(): void {
    const { texts } = this.#context;
    const count = texts.number(this.#own.length);
    const name = this.#name;
    this.#count.textContent =
      name === undefined ? texts.say('text.size', { count }) : texts.say('text.from', { count, name });
  }
}
