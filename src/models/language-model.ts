/**
 * A recurrent language model (Mikolov et al. 2010): token, embedding, recurrent layers, and at every step the logits
 * of the next token. Dropout, where asked for, is on the connections that do not go through time (Zaremba,
 * Sutskever and Vinyals 2014).
 */

import { Vocabulary } from '../data/vocabulary.js';
import type { Engine, Ids } from '../engine.js';
import { constant, normal } from '../layers/initializers.js';
import type { Initializer } from '../layers/initializers.js';
import { Embedding } from '../layers/embedding.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import type { RecurrentState } from '../layers/state.js';
import type { View } from '../memory/view.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { dropout } from '../ops/dropout.js';
import { sampledCrossEntropy } from '../ops/sampled-softmax.js';
import type { Trace } from '../ops/trace.js';
import { checkKnown } from '../options.js';
import { checkGenerate, continueIds, promptIds, textPieces } from './generate.js';
import type { GenerateOptions } from './generate.js';
import { fullLanguageOptions, languageSizes, readOptions, storedOptions } from './language-options.js';
import type { FullLanguageOptions, LanguageModelOptions } from './language-options.js';
import { checkStoredSizes, makeRecurrent, Network } from './network.js';
import { Proposals } from './proposals.js';
import { CELLS, modelFloats, reserveMemory, trainingBytes } from './sizes.js';
import type { Cell, ModelSizes, RunSizes } from './sizes.js';
import { Fields } from './snapshot.js';
import type { Snapshot } from './snapshot.js';
import { fromVectors } from './vectors.js';

export { CELLS };
export type { Cell };
export type { GenerateOptions } from './generate.js';
export type { LanguageModelOptions } from './language-options.js';

/** Logits of a window, and the state behind it. */
export interface Prediction {
  /** (T, B, V). */
  readonly logits: View;
  readonly state: RecurrentState;
}

const OPERATION = 'LanguageModel';

/** Embedding, recurrent layers, perhaps a projection, linear head. */
export class LanguageModel extends Network {
  /** What its snapshots are called. */
  static readonly kind = 'LanguageModel';
  readonly vocabulary: Vocabulary;
  /** With the defaults filled in. */
  readonly options: FullLanguageOptions;
  readonly #embedding: Embedding;
  readonly #recurrent: RecurrentLayer;
  /** (H) to (E), before tied weights. */
  readonly #projection: Linear | undefined;
  readonly #head: Linear;
  readonly #proposals: Proposals | undefined;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError; DataError for vectors of other words
   */
  constructor(engine: Engine, options: LanguageModelOptions, init?: Initializer) {
    super(engine);
    this.options = fullLanguageOptions(options, init !== undefined);
    this.vocabulary = options.vocabulary;
    const { embeddingSize: E, hiddenSize: H, numLayers, cell, tied, projection, sampled, proposals } = this.options;
    const { size: V } = this.vocabulary;
    const what = `${OPERATION}: ${numLayers} ${cell} of ${H}, ${V} symbols,`;
    reserveMemory(engine, engine.memory.bytes(modelFloats(this.sizes)), what);
    const own = init === undefined ? {} : { init };
    this.#embedding = this.#makeEmbedding(options, init);
    this.#recurrent = makeRecurrent(engine, { ...this.sizes, inputSize: E }, init);
    this.#projection = projection
      ? new Linear(engine, { inputSize: H, outputSize: E, bias: false, ...own })
      : undefined;
    const weight = tied ? { weight: this.#embedding.weight } : own;
    this.#head = new Linear(engine, { inputSize: projection ? E : H, outputSize: V, ...weight });
    this.#proposals = sampled > 0 ? new Proposals(V, proposals) : undefined;
  }

  /** With vectors, tied or neither; tied, it begins as an output should: logits of about the size of the state. */
  #makeEmbedding({ vectors }: LanguageModelOptions, init: Initializer | undefined): Embedding {
    const { embeddingSize: size, tied, tuneVectors } = this.options;
    const given = vectors === undefined ? init : fromVectors(OPERATION, this.vocabulary, vectors);
    const begin = given ?? (tied ? normal(1 / Math.sqrt(size)) : undefined);
    const own = begin === undefined ? {} : { init: begin };
    return new Embedding(this.engine, { vocabSize: this.vocabulary.size, size, frozen: !tuneVectors, ...own });
  }

  /** The recurrent cell. */
  get cell(): Cell {
    return this.options.cell;
  }

  /** E. */
  get embeddingSize(): number {
    return this.options.embeddingSize;
  }

  /** H. */
  get hiddenSize(): number {
    return this.options.hiddenSize;
  }

  /** Recurrent layers. */
  get numLayers(): number {
    return this.options.numLayers;
  }

  /** Dropout on the connections that do not go through time. */
  get dropout(): number {
    return this.options.dropout;
  }

  /** Everything that decides how large it is. */
  get sizes(): ModelSizes {
    return languageSizes(this.vocabulary.size, this.options);
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    const projection = this.#projection === undefined ? {} : { projection: this.#projection };
    return { embedding: this.#embedding, rnn: this.#recurrent, ...projection, head: this.#head };
  }

  /** A state of zeros for B rows. */
  zeroState(batch: number): RecurrentState {
    return this.#recurrent.zeroState(batch);
  }

  /**
   * The logits of the token after each token.
   * @param ids (T, B)
   * @param state the state to begin from; zeros if not given
   * @param options.trace where the recurrent layers write down gates and the norms of gradients through time
   * @throws OptionError
   */
  forward(ids: Ids, state?: RecurrentState, options: { readonly trace?: Trace | undefined } = {}): Prediction {
    checkKnown(`${OPERATION}.forward`, options, ['trace']);
    const { output, state: next } = this.#run(ids, state, options.trace);
    return { logits: this.#head.forward(output), state: next };
  }

  /** What the head reads, (T, B, H), or E with a projection. */
  #run(ids: Ids, state?: RecurrentState, trace?: Trace): { readonly output: View; readonly state: RecurrentState } {
    const { dropout: p } = this.options;
    const embedded = dropout(this.#embedding.forward(ids), p);
    const { output, state: next } = this.#recurrent.forward(embedded, state, { trace });
    const read = dropout(output, p);
    return { output: this.#projection?.forward(read) ?? read, state: next };
  }

  /**
   * The mean cross-entropy of a window, in nats per token, and the state behind it: while training, with `sampled`, that
   * over each target and the negatives of this step.
   * @param inputs (T, B)
   * @param targets (T, B), the token after each input
   */
  loss(inputs: Ids, targets: Ids, state?: RecurrentState): { readonly loss: View; readonly state: RecurrentState } {
    const { output, state: next } = this.#run(inputs, state);
    const { tape, random } = this.engine;
    if (this.#proposals === undefined || !tape.recording) {
      return { loss: crossEntropy(this.#head.forward(output), targets), state: next };
    }
    const negatives = this.#proposals.draw(random, this.options.sampled);
    return { loss: sampledCrossEntropy(output, this.#head, targets, negatives), state: next };
  }

  /**
   * Continues a text.
   * @param prompt may be empty
   * @returns the prompt and what follows it
   * @throws OptionError; DataError if the prompt holds symbols the vocabulary does not have
   */
  generate(prompt: string, options: GenerateOptions = {}): string {
    return [...this.stream(prompt, options)].join('');
  }

  /**
   * Continues a text, a piece at a time: the prompt, then each token as it is drawn, with the space before it. Options
   * are checked at once; between two pieces the model may be used for anything else.
   * @throws OptionError; DataError if the prompt holds symbols the vocabulary does not have
   */
  stream(prompt: string, options: GenerateOptions = {}): Generator<string> {
    const { vocabulary } = this;
    const generating = checkGenerate(vocabulary, options);
    const ids = promptIds(vocabulary, prompt);
    // Without a prompt the symbol that begins is the model's, not the text's.
    const shown = prompt === '' ? [] : [...ids];
    const next = continueIds(vocabulary, ids, generating, this.#continuation());
    return textPieces(vocabulary, (function* () {
      yield* shown;
      yield* next;
    })()); // prettier-ignore
  }

  /** The logits behind all the ids so far; it keeps the state. */
  #continuation(): (ids: Int32Array) => ArrayLike<number> {
    let state: RecurrentState | undefined;
    return (ids) =>
      this.engine.evaluate(() => {
        const prediction = this.forward({ data: ids, shape: [ids.length, 1] }, state);
        state = prediction.state.detach();
        return prediction.logits.toArray().subarray(-this.vocabulary.size);
      });
  }

  /** Bytes that training takes in the engine's memory, predicted before any is reserved. */
  predictMemory(run: RunSizes): number {
    return trainingBytes(this.engine, this.sizes, run);
  }

  /** Options, vocabulary and weights, for a checkpoint. */
  override snapshot(): Snapshot {
    const { level, locale, symbols } = this.vocabulary.toJSON();
    const vocabulary = { level, locale, symbols };
    return {
      arrays: this.stateDict(),
      values: { kind: LanguageModel.kind, ...storedOptions(this.options), vocabulary },
    };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, DataError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, { arrays, values }: Snapshot): LanguageModel {
    const fields = new Fields('model', values);
    const options = readOptions(fields, Vocabulary.fromJSON(fields.object('vocabulary')));
    checkStoredSizes(languageSizes(options.vocabulary.size, fullLanguageOptions(options, true)), { arrays, values });
    const model = new LanguageModel(engine, options, constant(0));
    model.loadStateDict(arrays);
    return model;
  }
}
