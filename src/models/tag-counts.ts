/** How well labels were found: words, whole sentences and, where labels mark them, spans. */

import { areSpanLabels, SpanCounts } from '../data/spans.js';

/** Counts sentence by sentence. */
export class TagCounts {
  readonly #labels: readonly string[];
  readonly #spans: SpanCounts | undefined;
  #words: number = 0;
  #rightWords: number = 0;
  #sentences: number = 0;
  #rightSentences: number = 0;

  /** @param labels the label of each id */
  constructor(labels: readonly string[]) {
    this.#labels = labels;
    this.#spans = areSpanLabels(labels) ? new SpanCounts() : undefined;
  }

  /** Adds a sentence. @param targets the ids there are @param found those that were found */
  add(targets: ArrayLike<number>, found: ArrayLike<number>): void {
    const ids = Array.from(targets);
    const right = ids.filter((id, t) => id === found[t]).length;
    this.#words += ids.length;
    this.#rightWords += right;
    this.#sentences++;
    if (right === ids.length) this.#rightSentences++;
    const named = (of: ArrayLike<number>): string[] => Array.from(of, (id) => this.#labels[id]!);
    this.#spans?.add(named(ids), named(found));
  }

  /** The share of the sentences that are right throughout. */
  get right(): number {
    return this.#rightSentences / this.#sentences;
  }

  /** The share of the words that are right, and F1 where labels mark spans. */
  get figures(): Record<string, number> {
    const accuracy = this.#rightWords / this.#words;
    return this.#spans === undefined ? { accuracy } : { accuracy, f1: this.#spans.f1 };
  }
}
