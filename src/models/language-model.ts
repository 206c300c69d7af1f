/**
 * A recurrent language model (Mikolov et al. 2010): token, embedding, recurrent layers, and at every step the logits
 * of the next token. Dropout, where asked for, is on the connections that do not go through time (Zaremba,
 * Sutskever and Vinyals 2014).
 */

import { BEGINNING, PADDING, UNKNOWN, Vocabulary } from '../data/vocabulary.js';
import type { Engine, Ids } from '../engine.js';
import { DataError, OptionError } from '../errors.js';
import { constant } from '../layers/initializers.js';
import type { Initializer } from '../layers/initializers.js';
import { Embedding } from '../layers/embedding.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import type { RecurrentState } from '../layers/state.js';
import type { View } from '../memory/view.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { dropout } from '../ops/dropout.js';
import type { Trace } from '../ops/trace.js';
import { Random } from '../random.js';
import { checkChoice, checkKnown, checkNumber, checkSeed, checkSize } from '../options.js';
import { checkStoredSizes, makeRecurrent, Network } from './network.js';
import { CELLS, modelFloats, reserveMemory, trainingBytes } from './sizes.js';
import type { Cell, ModelSizes, RunSizes } from './sizes.js';
import { checkSampleOptions, sampleToken } from './sample.js';
import type { SampleOptions } from './sample.js';
import { Fields } from './snapshot.js';
import type { Snapshot } from './snapshot.js';

export { CELLS };
export type { Cell };

/** Options of `LanguageModel`. */
export interface LanguageModelOptions {
  /** Symbols and ids; the model keeps it and writes it into its checkpoint. */
  readonly vocabulary: Vocabulary;
  /** Default 'lstm'. */
  readonly cell?: Cell;
  /** E. Default 64. */
  readonly embeddingSize?: number;
  /** H. Default 128. */
  readonly hiddenSize?: number;
  /** Recurrent layers. Default 1. */
  readonly numLayers?: number;
  /** Dropout on the embedding, between layers and before the logits. Default 0. */
  readonly dropout?: number;
}

/** Options of `generate`. */
export interface GenerateOptions extends SampleOptions {
  /** Tokens to generate. Default 200. */
  readonly length?: number | undefined;
  /** Seed of the sampling. Default 1. */
  readonly seed?: number | undefined;
}

/** Logits of a window, and the state behind it. */
export interface Prediction {
  /** (T, B, V). */
  readonly logits: View;
  readonly state: RecurrentState;
}

const OPERATION = 'LanguageModel';
const OPTIONS = ['vocabulary', 'cell', 'embeddingSize', 'hiddenSize', 'numLayers', 'dropout'] as const;

/** Embedding, recurrent layers, linear head. */
export class LanguageModel extends Network {
  /** What its snapshots are called. */
  static readonly kind = 'LanguageModel';
  readonly vocabulary: Vocabulary;
  readonly cell: Cell;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly dropout: number;
  readonly #embedding: Embedding;
  readonly #recurrent: RecurrentLayer;
  readonly #head: Linear;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: LanguageModelOptions, init?: Initializer) {
    super(engine);
    const sizes = checkOptions(options);
    this.vocabulary = options.vocabulary;
    this.cell = sizes.cell;
    this.embeddingSize = sizes.embeddingSize;
    this.hiddenSize = sizes.hiddenSize;
    this.numLayers = sizes.numLayers;
    this.dropout = sizes.dropout;
    const what = `${OPERATION}: ${this.numLayers} ${this.cell} of ${this.hiddenSize}, ${sizes.vocabSize} symbols,`;
    reserveMemory(engine, engine.memory.bytes(modelFloats(sizes)), what);
    const own = init === undefined ? {} : { init };
    this.#embedding = new Embedding(engine, { vocabSize: sizes.vocabSize, size: this.embeddingSize, ...own });
    this.#recurrent = makeRecurrent(engine, { ...sizes, inputSize: this.embeddingSize }, init);
    this.#head = new Linear(engine, { inputSize: this.hiddenSize, outputSize: sizes.vocabSize, ...own });
  }

  /** Everything that decides how large it is. */
  get sizes(): ModelSizes {
    const { cell, embeddingSize, hiddenSize, numLayers, dropout: p } = this;
    return { cell, vocabSize: this.vocabulary.size, embeddingSize, hiddenSize, numLayers, dropout: p };
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    return { embedding: this.#embedding, rnn: this.#recurrent, head: this.#head };
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
    const embedded = dropout(this.#embedding.forward(ids), this.dropout);
    const { output, state: next } = this.#recurrent.forward(embedded, state, options);
    return { logits: this.#head.forward(dropout(output, this.dropout)), state: next };
  }

  /**
   * The mean cross-entropy of a window, in nats per token, and the state behind it.
   * @param inputs (T, B)
   * @param targets (T, B), the token after each input
   */
  loss(inputs: Ids, targets: Ids, state?: RecurrentState): { readonly loss: View; readonly state: RecurrentState } {
    const { logits, state: next } = this.forward(inputs, state);
    return { loss: crossEntropy(logits, targets), state: next };
  }

  /**
   * Continues a text.
   * @param prompt may be empty
   * @returns the prompt and what follows it
   * @throws OptionError; DataError if the prompt holds symbols the vocabulary does not have
   */
  generate(prompt: string, options: GenerateOptions = {}): string {
    const ids = this.#promptIds(prompt);
    // Without a prompt the symbol that begins is the model's, not the text's.
    return this.vocabulary.decode([...(prompt === '' ? [] : ids), ...this.#continue(ids, options)]);
  }

  *#continue(prompt: Int32Array, options: GenerateOptions): Generator<number> {
    checkKnown('generate', options, ['length', 'seed', 'temperature', 'topK']);
    checkSampleOptions('generate', options);
    const { length = 200, seed = 1, temperature, topK } = options;
    checkSeed('generate', seed);
    checkSize('generate', 'length', length, 0);
    const random = new Random(seed);
    const excluded = this.vocabulary.level === 'char' ? [PADDING, UNKNOWN, BEGINNING] : [PADDING, UNKNOWN];
    let ids = prompt;
    let state: RecurrentState | undefined;
    for (let i = 0; i < length; i++) {
      const next = this.engine.evaluate(() => {
        const prediction = this.forward({ data: ids, shape: [ids.length, 1] }, state);
        state = prediction.state.detach();
        const last = prediction.logits.toArray().subarray(-this.vocabulary.size);
        return sampleToken(last, random, { temperature, topK }, excluded);
      });
      yield next;
      ids = Int32Array.of(next);
    }
  }

  /** The ids to continue; without a prompt, what a new sentence or a new line begins with. */
  #promptIds(prompt: string): Int32Array {
    const unknown = this.vocabulary.unknownIn(prompt);
    if (unknown.length > 0) {
      const shown = unknown.slice(0, 5).map((symbol) => JSON.stringify(symbol));
      const what = this.vocabulary.level === 'char' ? 'characters' : 'words';
      throw new DataError(
        `generate: the prompt holds ${what} the model has never seen: ${shown.join(', ')}. Leave them out or replace them.`,
      );
    }
    if (this.vocabulary.level === 'word' || prompt !== '') return this.vocabulary.encodePrompt(prompt);
    const newline = this.vocabulary.idOf('\n');
    // The first id behind the reserved ones is the most frequent symbol of the text.
    return Int32Array.of(newline === UNKNOWN ? UNKNOWN + 1 : newline);
  }

  /** Bytes that training takes in the engine's memory, predicted before any is reserved. */
  predictMemory(run: RunSizes): number {
    return trainingBytes(this.engine, this.sizes, run);
  }

  /** Options, vocabulary and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    const { cell, embeddingSize, hiddenSize, numLayers, dropout: p } = this;
    const { level, locale, symbols } = this.vocabulary.toJSON();
    return {
      arrays: this.stateDict(),
      values: {
        kind: LanguageModel.kind,
        cell,
        embeddingSize,
        hiddenSize,
        numLayers,
        dropout: p,
        vocabulary: { level, locale, symbols },
      },
    };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, DataError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, { arrays, values }: Snapshot): LanguageModel {
    const fields = new Fields('model', values);
    const options = {
      vocabulary: Vocabulary.fromJSON(fields.object('vocabulary')),
      cell: checkChoice('model', 'cell', fields.string('cell'), CELLS),
      embeddingSize: fields.number('embeddingSize'),
      hiddenSize: fields.number('hiddenSize'),
      numLayers: fields.number('numLayers'),
      dropout: fields.number('dropout'),
    };
    checkStoredSizes(checkOptions(options), { arrays, values });
    const model = new LanguageModel(engine, options, constant(0));
    model.loadStateDict(arrays);
    return model;
  }
}

/** Fills in defaults and checks everything. @throws OptionError */
function checkOptions(options: LanguageModelOptions): ModelSizes {
  checkKnown(OPERATION, options, OPTIONS);
  if (!(options.vocabulary instanceof Vocabulary)) {
    throw new OptionError(`${OPERATION}: vocabulary must be a Vocabulary. Give the vocabulary of a corpus.`);
  }
  return {
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    vocabSize: options.vocabulary.size,
    embeddingSize: checkSize(OPERATION, 'embeddingSize', options.embeddingSize ?? 64),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 128),
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
  };
}
