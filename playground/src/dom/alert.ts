/** The place where a view says what went wrong. It stays until it is closed or the next attempt begins. */

import { toProblem } from '../texts/problem.js';
import type { Problem } from '../texts/problem.js';
import type { Texts } from '../texts/texts.js';
import { make } from './make.js';

/** Shows one problem at a time. */
export class Alert {
  readonly element: HTMLElement;
  readonly #message: HTMLElement = make('p');
  readonly #detail: HTMLElement = make('p', { class: 'detail', lang: 'en' });
  readonly #body: HTMLElement;
  readonly #texts: Texts;
  #problem: Problem | undefined;

  constructor(texts: Texts) {
    this.#texts = texts;
    const close = make('button', { type: 'button', onclick: () => this.clear() }, texts.node('action.dismiss'));
    this.#body = make(
      'div',
      { class: 'alert', 'data-testid': 'alert', hidden: true },
      this.#message,
      this.#detail,
      close,
    );
    // The role is on what is always there, so that what comes into it is read out.
    this.element = make('div', { role: 'alert' }, this.#body);
    texts.watch(() => this.#render());
  }

  /** Says it. @param error anything that was thrown */
  show(error: unknown): void {
    this.#problem = toProblem(error);
    this.#render();
  }

  clear(): void {
    this.#problem = undefined;
    this.#render();
  }

  #render(): void {
    const problem = this.#problem;
    this.#message.textContent = problem?.say(this.#texts) ?? '';
    this.#detail.textContent = problem?.detail ?? '';
    this.#detail.hidden = problem?.detail === undefined;
    this.#body.hidden = problem === undefined;
  }
}
