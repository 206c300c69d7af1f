/**
 * A masked language model (Devlin et al. 2019; the cloze task of Taylor 1953) over recurrent layers of both directions:
 * tokens, some of them hidden, embedding, layers, and for each hidden one the logits of what it was. Only the hidden
 * places go through the output, so it costs little.
 */

import { sentenceBatch } from '../data/sentences.js';
import type { SentenceBatch } from '../data/sentences.js';
import { Vocabulary } from '../data/vocabulary.js';
import type { Engine } from '../engine.js';
import { DataError, OptionError } from '../errors.js';
import { Embedding } from '../layers/embedding.js';
import { constant } from '../layers/initializers.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import type { View } from '../memory/view.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { dropout } from '../ops/dropout.js';
import { gather } from '../ops/gather.js';
import { reshape } from '../ops/transpose.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSeed, checkSize } from '../options.js';
import { fillBlanks } from './blanks.js';
import type { Filled } from './blanks.js';
import { Learner } from './learner.js';
import type { Score } from './learner.js';
import { countHidden, hideEvery, hideTokens, maskSeed } from './masking.js';
import type { MaskedBatch } from './masking.js';
import { checkStoredSizes, makeRecurrent } from './network.js';
import { CELLS, modelFloats, reserveMemory } from './sizes.js';
import type { Cell, ModelSizes } from './sizes.js';
import { Fields } from './snapshot.js';
import type { Snapshot } from './snapshot.js';

/** Options of `MaskedLanguageModel`. */
export interface MaskedLanguageModelOptions {
  /** Symbols and ids; the model keeps it and writes it into its checkpoint. */
  readonly vocabulary: Vocabulary;
  /** Default 'lstm'. */
  readonly cell?: Cell | undefined;
  /** E. Default 64. */
  readonly embeddingSize?: number | undefined;
  /** H, of each direction. Default 128. */
  readonly hiddenSize?: number | undefined;
  /** Recurrent layers. Default 1. */
  readonly numLayers?: number | undefined;
  /** Dropout on the embedding, between layers and before the logits. Default 0. */
  readonly dropout?: number | undefined;
  /** Whether the layers read from both ends; false is for comparison. Default true. */
  readonly bidirectional?: boolean | undefined;
  /** The share of the known tokens of a sentence that is hidden, at least one of each. Default 0.15. */
  readonly hide?: number | undefined;
  /** The share of those that MASK takes the place of. Default 0.8. */
  readonly mask?: number | undefined;
  /** The share of those that a token drawn at random does; the rest stays as it is. Default 0.1. */
  readonly random?: number | undefined;
  /** Of the masks. Default 1. */
  readonly seed?: number | undefined;
}

type FullOptions = {
  readonly [K in Exclude<keyof MaskedLanguageModelOptions, 'vocabulary'>]-?: Exclude<
    MaskedLanguageModelOptions[K],
    undefined
  >;
};

const OPERATION = 'MaskedLanguageModel';
const NUMBERS = ['embeddingSize', 'hiddenSize', 'numLayers', 'dropout', 'hide', 'mask', 'random', 'seed'] as const;
const OPTIONS = ['vocabulary', 'cell', 'bidirectional', ...NUMBERS] as const;

/** Embedding, recurrent layers of both directions, linear head. */
export class MaskedLanguageModel extends Learner<SentenceBatch> {
  /** What its snapshots are called. */
  static readonly kind = 'MaskedLanguageModel';
  override readonly inNats = true;
  readonly vocabulary: Vocabulary;
  /** With the defaults filled in. */
  readonly options: FullOptions;
  readonly #embedding: Embedding;
  readonly #recurrent: RecurrentLayer;
  readonly #head: Linear;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: MaskedLanguageModelOptions, init?: Initializer) {
    super(engine);
    this.options = fullOptions(options);
    this.vocabulary = options.vocabulary;
    const { embeddingSize, hiddenSize, numLayers, cell } = this.options;
    const what = `${OPERATION}: ${numLayers} ${cell} of ${hiddenSize}, ${this.vocabulary.size} symbols,`;
    reserveMemory(engine, engine.memory.bytes(modelFloats(sizesOf(this.vocabulary, this.options))), what);
    const own = init === undefined ? {} : { init };
    this.#embedding = new Embedding(engine, { vocabSize: this.vocabulary.size + 1, size: embeddingSize, ...own });
    this.#recurrent = makeRecurrent(engine, { ...this.options, inputSize: embeddingSize }, init);
    this.#head = new Linear(engine, {
      inputSize: this.#recurrent.outputSize,
      outputSize: this.vocabulary.size,
      ...own,
    });
  }

  /** The id of MASK, the one behind the vocabulary: it is read and never told. */
  get maskId(): number {
    return this.vocabulary.size;
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    return { embedding: this.#embedding, rnn: this.#recurrent, head: this.#head };
  }

  /** Layers, vocabulary, and the number of weights, in one line. */
  override summary(): string {
    const { cell, embeddingSize, hiddenSize, numLayers, bidirectional, hide } = this.options;
    const layers = `${numLayers} ${cell} layer${numLayers === 1 ? '' : 's'} of ${hiddenSize}`;
    const directions = bidirectional ? 'in both directions' : 'in one direction';
    const weights = `${this.parameterCount.toLocaleString('en-US')} parameters`;
    return `embedding ${embeddingSize}, ${layers} ${directions}, ${percent(hide)} hidden, ${weights}`;
  }

  /**
   * The logits of tokens at some places.
   * @param ids (T, B), MASK where something is hidden
   * @param lengths tokens of each sentence
   * @param places indices into ids
   * @returns (places, V)
   */
  forward({ ids, lengths }: SentenceBatch, places: Int32Array): View {
    const { dropout: p } = this.options;
    const { output } = this.#recurrent.forward(dropout(this.#embedding.forward(ids), p), undefined, { lengths });
    const rows = reshape(output, [-1, this.#recurrent.outputSize]);
    return this.#head.forward(dropout(gather(rows, { data: places, shape: [places.length] }), p));
  }

  /**
   * The mean cross-entropy of the hidden tokens, in nats.
   * @param step updates made before: each hides others; without, what is hidden follows from the batch
   */
  override loss(batch: SentenceBatch, step?: number): View {
    const { seed } = this.options;
    const masked = hideTokens(batch, this.options, this.maskId, maskSeed(seed, step, batch));
    if (masked.places.length === 0) {
      throw new DataError(
        `${OPERATION}: no sentence of the batch has a token of the vocabulary, so nothing is hidden.`,
      );
    }
    const { places, targets } = masked;
    return crossEntropy(this.#logits(batch, masked), { data: targets, shape: [places.length] });
  }

  #logits({ ids, lengths }: SentenceBatch, { ids: data, places }: MaskedBatch): View {
    return this.forward({ ids: { data, shape: ids.shape }, lengths }, places);
  }

  /** The number of hidden tokens. */
  override weight(batch: SentenceBatch): number {
    return countHidden(batch, this.options);
  }

  /**
   * The loss on every known token once, each hidden with others so far apart that the share hidden is that of the
   * training; nothing is drawn. `accuracy` is the share of the tokens that are the most likely.
   */
  override evaluate(batches: Iterable<SentenceBatch>): Score {
    const stride = Math.max(1, Math.round(1 / this.options.hide));
    const { loss, accuracy } = this.#score(batches, () => stride);
    return { loss, figures: { accuracy } };
  }

  /**
   * exp of the mean loss of every known token where it alone is hidden (Salazar et al. 2020): a pass a token of the
   * longest sentence of each batch.
   */
  pseudoPerplexity(batches: Iterable<SentenceBatch>): number {
    return Math.exp(this.#score(batches, ({ ids }) => ids.shape[0]!).loss);
  }

  /** @param strideOf how far apart hidden tokens of one pass are */
  #score(
    batches: Iterable<SentenceBatch>,
    strideOf: (batch: SentenceBatch) => number,
  ): { readonly loss: number; readonly accuracy: number } {
    let [sum, right, count] = [0, 0, 0];
    for (const batch of batches) {
      const stride = strideOf(batch);
      for (let k = 0; k < stride; k++) {
        const masked = hideEvery(batch, stride, k, this.maskId);
        const n = masked.places.length;
        if (n === 0) continue;
        const logits = this.engine.evaluate(() => {
          const view = this.#logits(batch, masked);
          sum += n * crossEntropy(view, { data: masked.targets, shape: [n] }).item();
          return view.toArray();
        });
        const V = this.vocabulary.size;
        right += masked.targets.reduce(
          (hits, id, i) => hits + (top(logits.subarray(i * V, (i + 1) * V)) === id ? 1 : 0),
          0,
        );
        count += n;
      }
    }
    return { loss: sum / count, accuracy: right / count };
  }

  /**
   * Fills the blanks of a sentence, `___` or `[MASK]`.
   * @param options.top how many words for each blank. Default 5
   * @throws OptionError; DataError for a text without a blank, of several lines, or with symbols the model has never seen
   */
  fill(text: string, options: { readonly top?: number | undefined } = {}): Filled {
    checkKnown(`${OPERATION}.fill`, options, ['top']);
    const top = checkSize(`${OPERATION}.fill`, 'top', options.top ?? 5);
    return fillBlanks(this.vocabulary, text, top, this.maskId, (ids, places) =>
      this.engine.evaluate(() => this.forward(sentenceBatch([ids]), places).toArray()),
    );
  }

  /** Options, vocabulary and weights, for a checkpoint. */
  override snapshot(): Snapshot {
    const { level, locale, symbols } = this.vocabulary.toJSON();
    const vocabulary = { level, locale, symbols };
    return { arrays: this.stateDict(), values: { kind: OPERATION, ...this.options, vocabulary } };
  }

  /** Makes a model from a snapshot. @throws CheckpointError, DataError, OptionError, ShapeError if it is damaged */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): MaskedLanguageModel {
    const fields = new Fields('model', snapshot.values);
    const numbers = Object.fromEntries(NUMBERS.map((name) => [name, fields.number(name)]));
    const options = {
      ...numbers,
      vocabulary: Vocabulary.fromJSON(fields.object('vocabulary')),
      cell: fields.string('cell') as Cell,
      bidirectional: fields.flag('bidirectional'),
    };
    checkStoredSizes(sizesOf(options.vocabulary, fullOptions(options)), snapshot);
    const model = new MaskedLanguageModel(engine, options, constant(0));
    model.loadStateDict(snapshot.arrays);
    return model;
  }
}

/** What decides how large it is. */
function sizesOf({ size }: Vocabulary, options: FullOptions): ModelSizes {
  const { cell, embeddingSize, hiddenSize, numLayers, dropout: p, bidirectional } = options;
  return {
    cell,
    vocabSize: size + 1,
    embeddingSize,
    hiddenSize,
    numLayers,
    dropout: p,
    bidirectional,
    outputSize: size,
  };
}

/** The index of the largest. */
function top(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** Fills in defaults and checks everything. @throws OptionError */
function fullOptions(options: MaskedLanguageModelOptions): FullOptions {
  checkKnown(OPERATION, options, OPTIONS);
  const { vocabulary } = options;
  if (!(vocabulary instanceof Vocabulary)) {
    throw new OptionError(`${OPERATION}: vocabulary must be a Vocabulary. Give the vocabulary of a corpus.`);
  }
  const share = (name: 'mask' | 'random', usual: number): number =>
    checkNumber(OPERATION, name, options[name] ?? usual, { least: 0, most: 1 });
  const full = {
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    embeddingSize: checkSize(OPERATION, 'embeddingSize', options.embeddingSize ?? 64),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 128),
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
    bidirectional: checkFlag(OPERATION, 'bidirectional', options.bidirectional ?? true),
    hide: checkNumber(OPERATION, 'hide', options.hide ?? 0.15, { above: 0, most: 1 }),
    mask: share('mask', 0.8),
    random: share('random', 0.1),
    seed: checkSeed(OPERATION, options.seed ?? 1),
  };
  // Shares such as 0.9 and 0.1 may come to more than 1 by rounding.
  if (full.mask + full.random <= 1 + 1e-9) return full;
  throw new OptionError(
    `${OPERATION}: mask ${full.mask} and random ${full.random} are shares of what is hidden and come to more than 1. Lower one.`,
  );
}
