/** What the network writes: a sample every so many steps, and one whenever the visitor asks. */

import { make } from '../dom/make.js';
import type { Store } from '../state/store.js';
import type { Texts } from '../texts/texts.js';
import type { Session } from '../training/session.js';

/** Samples that stay on the page. */
const KEPT = 5;

/** The list of samples, the newest first. */
export class Samples {
  readonly element: HTMLElement;
  readonly #texts: Texts;
  readonly #store: Store;
  readonly #session: Session;
  readonly #onProblem: (error: unknown) => void;
  readonly #list: HTMLElement = make('ol', { class: 'samples', 'data-testid': 'samples' });
  readonly #empty: HTMLElement;
  /** The last prompt that did not work. */
  #refused: string | undefined;
  #sampledAt = 0;
  #busy = false;

  /** @param onProblem told why a sample could not be written while training */
  constructor(texts: Texts, store: Store, session: Session, onProblem: (error: unknown) => void) {
    this.#onProblem = onProblem;
    this.#texts = texts;
    this.#store = store;
    this.#session = session;
    this.#empty = make('p', { class: 'hint' }, texts.node('sample.empty'));
    this.element = make('section', {}, make('h3', {}, texts.node('sample.title')), this.#empty, this.#list);
    session.subscribe({ onProgress: ({ step }) => this.#follow(step) });
  }

  clear(): void {
    this.#list.replaceChildren();
    this.#empty.hidden = false;
    this.#sampledAt = 0;
  }

  /** Lets the network write. @throws what the library says, such as a prompt of unknown symbols */
  async write(): Promise<void> {
    const { training, last } = this.#session;
    if (training === undefined || this.#busy) return;
    this.#busy = true;
    try {
      const { prompt, length, temperature, topK, topP } = this.#store.get('language');
      const step = last?.step ?? 0;
      const limits = { ...(topK > 0 ? { topK } : {}), ...(topP < 1 ? { topP } : {}) };
      const seed = this.#list.childElementCount + step;
      const text = await training.ask('generate', { prompt, length, temperature, seed, ...limits });
      // It may be another training by now.
      if (this.#session.training === training) this.#show(step, prompt, text);
    } finally {
      this.#busy = false;
    }
  }

  /** A sample every so many steps. A prompt that does not work is told about once. */
  #follow(step: number): void {
    const { sampleEvery } = this.#store.get('language');
    if (sampleEvery === 0 || step - this.#sampledAt < sampleEvery) return;
    this.#sampledAt = step;
    const { prompt } = this.#store.get('language');
    this.write().catch((error: unknown) => {
      if (prompt !== this.#refused) this.#onProblem(error);
      this.#refused = prompt;
    });
  }

  #show(step: number, prompt: string, text: string): void {
    const begun = make('b', {}, prompt);
    const rest = text.startsWith(prompt) ? text.slice(prompt.length) : text;
    const title = make('span', { class: 'hint' });
    const number = step;
    this.#texts.watch(() => (title.textContent = this.#texts.say('sample.step', { step: this.#texts.number(number) })));
    this.#list.prepend(make('li', {}, title, make('pre', { 'data-testid': 'sample' }, begun, rest)));
    while (this.#list.childElementCount > KEPT) this.#list.lastElementChild?.remove();
    this.#empty.hidden = true;
  }
}
