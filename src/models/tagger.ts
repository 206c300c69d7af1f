/**
 * Labels for the words of a sentence: word vectors with, beside them, what a small bidirectional LSTM makes of their
 * characters; recurrent layers, in both directions if not told otherwise; a score for each label; and either the softmax
 * of each word on its own or a conditional random field over the sentence (Huang, Xu and Yu 2015; Lample et al. 2016).
 */

import { IGNORED } from '../data/sequences.js';
import type { EncodedSentences } from '../data/tag-symbols.js';
import type { TagBatch } from '../data/tagged-examples.js';
import { UNKNOWN } from '../data/vocabulary.js';
import type { Engine, Ids } from '../engine.js';
import { CRF } from '../layers/crf.js';
import { Embedding } from '../layers/embedding.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import type { View } from '../memory/view.js';
import { multiply } from '../ops/broadcast.js';
import { concat } from '../ops/concat.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { dropout } from '../ops/dropout.js';
import { gather } from '../ops/gather.js';
import { sum } from '../ops/reduce.js';
import { Learner } from './learner.js';
import type { Score } from './learner.js';
import { fromStored, makeRecurrent } from './network.js';
import type { Snapshot } from './snapshot.js';
import { TagCounts } from './tag-counts.js';
import { describeTagger, fullTaggerOptions, storedTaggerOptions } from './tagger-options.js';
import type { FullTaggerOptions, TaggerOptions } from './tagger-options.js';
import { fromVectors } from './vectors.js';

export { TAGGER_OUTPUTS } from './tagger-options.js';
export type { TaggerOptions, TaggerOutput } from './tagger-options.js';

/** Sentences that `tagAll` labels at a time. */
const BATCH = 64;

/** A network that labels words. */
export class Tagger extends Learner<TagBatch> {
  /** What its snapshots are called. */
  static readonly kind = 'Tagger';
  /** With the defaults filled in. */
  readonly options: FullTaggerOptions;
  readonly #words: Embedding;
  /** What reads the characters of words, if anything does. */
  readonly #speller: { readonly characters: Embedding; readonly spelling: RecurrentLayer } | undefined;
  readonly #recurrent: RecurrentLayer;
  readonly #head: Linear;
  readonly #crf: CRF | undefined;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: TaggerOptions, init?: Initializer) {
    super(engine);
    this.options = fullTaggerOptions(options, init !== undefined);
    const { symbols, embeddingSize: E, tuneVectors, characters: C, characterEmbedding: size, output } = this.options;
    const K = symbols.labels.length;
    const own = init === undefined ? {} : { init };
    const given =
      options.vectors === undefined ? own : { init: fromVectors(Tagger.kind, symbols.words, options.vectors) };
    this.#words = new Embedding(engine, { vocabSize: symbols.words.size, size: E, frozen: !tuneVectors, ...given });
    if (C > 0) {
      const sizes = { cell: 'lstm', inputSize: size, hiddenSize: C, numLayers: 1, dropout: 0 } as const;
      this.#speller = {
        characters: new Embedding(engine, { vocabSize: symbols.characters.size, size, ...own }),
        spelling: makeRecurrent(engine, { ...sizes, bidirectional: true }, init),
      };
    }
    this.#recurrent = makeRecurrent(engine, { ...this.options, inputSize: E + 2 * C }, init);
    this.#head = new Linear(engine, { inputSize: this.#recurrent.outputSize, outputSize: K, ...own });
    this.#crf = output === 'crf' ? new CRF(engine, { labels: K, ...own }) : undefined;
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    const crf = this.#crf === undefined ? {} : { crf: this.#crf };
    return { words: this.#words, ...this.#speller, rnn: this.#recurrent, head: this.#head, ...crf };
  }

  /** Layers, labels and the number of weights, in one line. */
  summary(): string {
    return `${describeTagger(this.options)}, ${this.parameterCount.toLocaleString('en-US')} parameters`;
  }

  /** The scores of the labels of each word, (T, B, K): logits, or the emissions of the random field. */
  forward({ words, lengths, ...spelt }: EncodedSentences): View {
    const { dropout: p } = this.options;
    const rows = this.#words.forward(this.#withUnknown(words));
    const x = this.#speller === undefined ? rows : concat([rows, this.#spell(spelt)], -1);
    const { output } = this.#recurrent.forward(dropout(x, p), undefined, { lengths });
    return this.#head.forward(dropout(output, p));
  }

  /** The last states of both directions over the characters of each word, (T, B, 2C): once for each different word. */
  #spell({ characters, formLengths, forms }: Pick<EncodedSentences, 'characters' | 'formLengths' | 'forms'>): View {
    const { characters: embedding, spelling } = this.#speller!;
    const rows = embedding.forward(this.#withUnknown(characters));
    const { state } = spelling.forward(rows, undefined, { lengths: formLengths });
    return gather(concat(state.h, -1), forms);
  }

  /** While training some ids become UNKNOWN. */
  #withUnknown({ data, shape }: Ids): Ids {
    const { unknownRate } = this.options;
    const { random, tape } = this.engine;
    if (unknownRate === 0 || !tape.recording) return { data, shape };
    return { data: data.map((id) => (random.uniform() < unknownRate ? UNKNOWN : id)), shape };
  }

  /** The mean over all words of -log p(label), in nats; with a random field that of a sentence, over its words. */
  override loss(batch: TagBatch): View {
    return this.#lossOf(this.forward(batch), batch);
  }

  #lossOf(scores: View, batch: TagBatch): View {
    const { targets, lengths } = batch;
    if (this.#crf === undefined) return crossEntropy(scores, targets, { ignoreIndex: IGNORED });
    return multiply(sum(this.#crf.logLikelihood(scores, targets, { lengths })), -1 / this.weight(batch));
  }

  /** The number of words. */
  override weight({ lengths }: TagBatch): number {
    return lengths.reduce((total, length) => total + length, 0);
  }

  /**
   * The loss, the share of the sentences that are `right` throughout, the `accuracy` of words and, where labels mark
   * spans, their `f1`. Evaluates; call it outside of steps.
   */
  override evaluate(batches: Iterable<TagBatch>): Score {
    const counts = new TagCounts(this.options.symbols.labels);
    let [total, words] = [0, 0];
    for (const batch of batches) {
      const [loss, found] = this.engine.evaluate(() => {
        const scores = this.forward(batch);
        const ids = this.#idsOf(scores, batch.lengths);
        return [this.#lossOf(scores, batch).item(), ids] as const;
      });
      const weight = this.weight(batch);
      total += weight * loss;
      words += weight;
      const { data, shape } = batch.targets;
      for (const [b, ids] of found.entries()) counts.add(ids.map((_, t) => data[t * shape[1]! + b]!), ids); // prettier-ignore
    }
    return { loss: total / words, right: counts.right, figures: counts.figures };
  }

  /** The best labels of each sentence, by their ids. */
  #idsOf(scores: View, lengths: Int32Array): readonly Int32Array[] {
    if (this.#crf !== undefined) return this.#crf.decode(scores, { lengths }).paths;
    const [, B, K] = scores.shape as [number, number, number];
    const values = scores.toArray();
    return Array.from(lengths, (T, b) => {
      return Int32Array.from({ length: T }, (_, t) => largest(values.subarray((t * B + b) * K, (t * B + b + 1) * K)));
    });
  }

  /** The label of each word of a sentence. @throws DataError for a sentence without words */
  tag(words: readonly string[]): string[] {
    return this.tagAll([words])[0]!;
  }

  /**
   * The label of each word of each sentence.
   * @throws DataError for a sentence without words
   */
  tagAll(sentences: readonly (readonly string[])[]): string[][] {
    const { symbols } = this.options;
    const tagged: string[][] = new Array<string[]>(sentences.length);
    const order = sentences.map((_, i) => i).sort((a, b) => sentences[b]!.length - sentences[a]!.length);
    for (let first = 0; first < order.length; first += BATCH) {
      const chosen = order.slice(first, first + BATCH);
      const encoded = symbols.encode(chosen.map((i) => sentences[i]!));
      const found = this.engine.evaluate(() => this.#idsOf(this.forward(encoded), encoded.lengths));
      for (const [b, i] of chosen.entries()) tagged[i] = Array.from(found[b]!, (id) => symbols.labels[id]!);
    }
    return tagged;
  }

  /** Options, symbols and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    const { symbols, ...options } = this.options;
    const { words, characters, labels, lowercase } = symbols.toJSON();
    const stored = { words: { ...words }, characters: { ...characters }, labels, lowercase };
    return { arrays: this.stateDict(), values: { kind: Tagger.kind, ...options, symbols: stored } };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): Tagger {
    const options = storedTaggerOptions(snapshot);
    return fromStored(snapshot, (init) => new Tagger(engine, options, init));
  }
}

/** The place of the largest value, the first among equals. */
function largest(values: ArrayLike<number>): number {
  let found = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[found]!) found = i;
  return found;
}
