/**
 * A recurrent network over sequences of vectors or ids, with numbers or classes as its answer, at every step or at the
 * end: classification, tagging, regression, forecasting.
 */

import { IGNORED } from '../data/sequences.js';
import type { Engine, HostArray, Ids } from '../engine.js';
import { OptionError } from '../errors.js';
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
import { checkForm, checkIds } from '../ops/embedding.js';
import { meanSquaredError } from '../ops/pointwise-loss.js';
import type { Trace } from '../ops/trace.js';
import { checkChoice, checkKnown, checkNumber, checkSize } from '../options.js';
import { checkStoredSizes, makeRecurrent, Network } from './network.js';
import { CELLS, modelFloats, reserveMemory, trainingBytes } from './sizes.js';
import type { Cell, ModelSizes, RunSizes } from './sizes.js';
import { Fields } from './snapshot.js';
import type { Snapshot } from './snapshot.js';

/** Options of `SequenceModel`. */
export interface SequenceModelOptions {
  /** 'values': vectors (T, B, I); 'ids': (T, B), each below I. */
  readonly inputs: 'values' | 'ids';
  /** I. */
  readonly inputSize: number;
  /** 'values': O numbers, trained on the squared error; 'classes': logits of O classes, on the cross-entropy. */
  readonly outputs: 'values' | 'classes';
  /** O. */
  readonly outputSize: number;
  /** Where there is an output: at 'every' step, or at the 'last'. Default 'every'. */
  readonly at?: 'every' | 'last' | undefined;
  /** Default 'lstm'. */
  readonly cell?: Cell | undefined;
  /** E, for ids: the size of their embedding; 0 for rows of zeros with a single one. Default 0. */
  readonly embeddingSize?: number | undefined;
  /** H. Default 128. */
  readonly hiddenSize?: number | undefined;
  /** Recurrent layers. Default 1. */
  readonly numLayers?: number | undefined;
  /** Dropout on the embedding, between layers and before the output. Default 0. */
  readonly dropout?: number | undefined;
  /** Most steps that the units of 'lstm' or 'gru' begin with a memory of (src/layers/gate-bias.ts). Default 0: none. */
  readonly chrono?: number | undefined;
}

/** Options with every default filled in. */
type FullOptions = { readonly [K in keyof SequenceModelOptions]-?: Exclude<SequenceModelOptions[K], undefined> };

/** Options of a forward. */
export interface SequenceForwardOptions {
  /**
   * Valid steps of each row, from 0 to T: what lies behind them, NaN included, changes nothing and does not count in the
   * loss. Default: T for every row.
   */
  readonly lengths?: ArrayLike<number> | undefined;
  /** Where the recurrent layers write down gates and the norms of gradients through time. */
  readonly trace?: Trace | undefined;
}

/** The output of a sequence, and the state behind it. */
export interface SequenceOutput {
  /** (T, B, O), or (B, O) of the last step: values or logits. */
  readonly output: View;
  readonly state: RecurrentState<View>;
}

const OPERATION = 'SequenceModel';
const OPTIONS = [
  'inputs',
  'inputSize',
  'outputs',
  'outputSize',
  'at',
  'cell',
  'embeddingSize',
  'hiddenSize',
  'numLayers',
  'dropout',
  'chrono',
] as const;

/** Perhaps an embedding, recurrent layers, a linear head. */
export class SequenceModel extends Network {
  /** What its snapshots are called. */
  static readonly kind = 'SequenceModel';
  /** With the defaults filled in. */
  readonly options: FullOptions;
  readonly #embedding: Embedding | undefined;
  readonly #recurrent: RecurrentLayer;
  readonly #head: Linear;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: SequenceModelOptions, init?: Initializer) {
    super(engine);
    this.options = fullOptions(options);
    const { embeddingSize: E, inputSize, hiddenSize, outputSize } = this.options;
    reserveMemory(engine, engine.memory.bytes(modelFloats(this.sizes)), `${OPERATION}: ${describe(this.options)},`);
    const own = init === undefined ? {} : { init };
    this.#embedding = E === 0 ? undefined : new Embedding(engine, { vocabSize: inputSize, size: E, ...own });
    this.#recurrent = makeRecurrent(engine, { ...this.options, inputSize: E || inputSize }, init);
    this.#head = new Linear(engine, { inputSize: hiddenSize, outputSize, ...own });
  }

  /** Everything that decides how large it is. */
  get sizes(): ModelSizes {
    return sequenceSizes(this.options);
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    const embedding = this.#embedding === undefined ? {} : { embedding: this.#embedding };
    return { ...embedding, rnn: this.#recurrent, head: this.#head };
  }

  /** Layers, what goes in and what comes out, and the number of weights, in one line. */
  summary(): string {
    return `${describe(this.options)}, ${this.parameterCount.toLocaleString('en-US')} parameters`;
  }

  /** A state of zeros for B rows. */
  zeroState(batch: number): RecurrentState {
    return this.#recurrent.zeroState(batch);
  }

  /**
   * Runs the network over sequences.
   * @param inputs values (T, B, I) or ids (T, B)
   * @param state the state to begin from; zeros if not given
   * @throws ShapeError; DataError for an id that is not below I
   */
  forward(inputs: HostArray | Ids, state?: RecurrentState, options: SequenceForwardOptions = {}): SequenceOutput {
    checkKnown(`${OPERATION}.forward`, options, ['lengths', 'trace']);
    const { at, dropout: p } = this.options;
    const { output, state: next } = this.#recurrent.forward(this.#enter(inputs), state, options);
    const read = at === 'every' ? output : next.h.at(-1)!;
    return { output: this.#head.forward(dropout(read, p)), state: next };
  }

  #enter(inputs: HostArray | Ids): View {
    const { inputs: kind, inputSize, dropout: p } = this.options;
    checkForm(OPERATION, 'inputs', inputs as Ids);
    if (kind === 'values') return this.engine.input(inputs, `inputs of ${OPERATION}`);
    if (this.#embedding !== undefined) return dropout(this.#embedding.forward(inputs as Ids), p);
    checkIds(OPERATION, inputs as Ids, inputSize);
    return this.engine.input(oneHot(inputs as Ids, inputSize), `inputs of ${OPERATION}`);
  }

  /**
   * The mean loss of a batch, and the state behind it: the squared error of values; the cross-entropy of classes, in
   * nats, over the targets that are not -1.
   * @param targets the shape of the output: values with their last axis O, classes without
   * @throws ShapeError, DataError
   */
  loss(
    inputs: HostArray | Ids,
    targets: HostArray | Ids,
    state?: RecurrentState,
    options: SequenceForwardOptions = {},
  ): { readonly loss: View; readonly state: RecurrentState<View> } {
    const { output, state: next } = this.forward(inputs, state, options);
    return { loss: this.lossOf(output, targets, options), state: next };
  }

  /** The mean loss of an output that `forward` gave, with the same options. */
  lossOf(output: View, targets: HostArray | Ids, { lengths }: SequenceForwardOptions = {}): View {
    const counted = lengths === undefined || this.options.at === 'last' ? {} : { lengths };
    if (this.options.outputs === 'values') return meanSquaredError(output, targets, counted);
    return crossEntropy(output, targets as Ids, { ignoreIndex: IGNORED, ...counted });
  }

  /** Bytes that training takes in the engine's memory, predicted before any is reserved. */
  predictMemory(run: RunSizes): number {
    return trainingBytes(this.engine, this.sizes, run);
  }

  /** Options and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    return { arrays: this.stateDict(), values: { kind: SequenceModel.kind, ...this.options } };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, { arrays, values }: Snapshot): SequenceModel {
    const { kind: _, ...stored } = values;
    const fields = new Fields('model', stored);
    for (const name of OPTIONS) if (!fields.has(name)) fields.string(name); // says which one is missing
    const options = fullOptions(stored as unknown as SequenceModelOptions);
    checkStoredSizes(sequenceSizes(options), { arrays, values });
    const model = new SequenceModel(engine, options, constant(0));
    model.loadStateDict(arrays);
    return model;
  }
}

/** What decides the size of a model of these options, before it is made. @throws OptionError */
export function sequenceSizes(options: SequenceModelOptions): ModelSizes {
  const { cell, inputSize, embeddingSize: E, hiddenSize, numLayers, outputSize, dropout: p } = fullOptions(options);
  const embedding = E === 0 ? { vocabSize: 0, embeddingSize: inputSize } : { vocabSize: inputSize, embeddingSize: E };
  return { cell, ...embedding, hiddenSize, numLayers, outputSize, dropout: p };
}

/** `1 lstm of 64, 2 values a step in, 3 classes at the end out` */
function describe(options: FullOptions): string {
  const { cell, inputs, inputSize, embeddingSize: E, hiddenSize, numLayers, outputs, outputSize, at } = options;
  const given = inputs === 'values' ? counted(inputSize, 'value') : `one of ${inputSize} ids`;
  const made = outputs === 'values' ? counted(outputSize, 'value') : counted(outputSize, 'class', 'classes');
  const embedding = E === 0 ? '' : `embedding ${E}, `;
  const where = at === 'every' ? 'a step' : 'at the end';
  return `${embedding}${numLayers} ${cell} of ${hiddenSize}, ${given} a step in, ${made} ${where} out`;
}

function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** (T, B) to rows (T, B, V) of zeros with a single one. */
function oneHot({ data, shape }: Ids, V: number): HostArray {
  const rows = new Float32Array(data.length * V);
  for (const [i, id] of data.entries()) rows[i * V + id] = 1;
  return { data: rows, shape: [...shape, V] };
}

/** Fills in defaults and checks everything. @throws OptionError */
function fullOptions(options: SequenceModelOptions): FullOptions {
  checkKnown(OPERATION, options, OPTIONS);
  const full = {
    inputs: checkChoice(OPERATION, 'inputs', options.inputs, ['values', 'ids']),
    inputSize: checkSize(OPERATION, 'inputSize', options.inputSize),
    outputs: checkChoice(OPERATION, 'outputs', options.outputs, ['values', 'classes']),
    outputSize: checkSize(OPERATION, 'outputSize', options.outputSize),
    at: checkChoice(OPERATION, 'at', options.at ?? 'every', ['every', 'last']),
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    embeddingSize: checkSize(OPERATION, 'embeddingSize', options.embeddingSize ?? 0, 0),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 128),
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
    chrono: checkSize(OPERATION, 'chrono', options.chrono ?? 0, 0),
  };
  if (full.chrono > 0 && full.cell === 'rnn') {
    throw new OptionError(`${OPERATION}: chrono ${full.chrono} is for gates, and cell is 'rnn'. Leave chrono out.`);
  }
  if (full.embeddingSize > 0 && full.inputs === 'values') {
    throw new OptionError(
      `${OPERATION}: embeddingSize ${full.embeddingSize} is for ids, and inputs are values. Leave embeddingSize out.`,
    );
  }
  return full;
}
