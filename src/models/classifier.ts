/** Which class a sequence of numbers belongs to: recurrent layers, what they leave of all steps, a linear head. */

import type { LabelledBatch } from '../data/labelled-sequences.js';
import { Scaler } from '../data/scaler.js';
import { IGNORED } from '../data/sequences.js';
import { checkNames } from '../data/table.js';
import type { Engine, HostArray } from '../engine.js';
import { OptionError, ShapeError } from '../errors.js';
import type { Initializer } from '../layers/initializers.js';
import type { Layer } from '../layers/layer.js';
import { Linear } from '../layers/linear.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import type { View } from '../memory/view.js';
import { multiply } from '../ops/broadcast.js';
import { concat } from '../ops/concat.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { dropout } from '../ops/dropout.js';
import { sum } from '../ops/reduce.js';
import { softmax } from '../ops/softmax.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSize } from '../options.js';
import { formatShape } from '../shape.js';
import { Learner } from './learner.js';
import type { Score } from './learner.js';
import { fromStored, makeRecurrent } from './network.js';
import { CELLS } from './sizes.js';
import type { Cell } from './sizes.js';
import { Fields, readStored } from './snapshot.js';
import type { Snapshot } from './snapshot.js';

/** 'last': the state behind the last step; 'mean': the mean of the outputs of all steps. */
export const POOLS = ['last', 'mean'] as const;

/** Options of `Classifier`. */
export interface ClassifierOptions {
  /** The C columns that go in. */
  readonly columns: readonly string[];
  /** The classes, at least two. */
  readonly labels: readonly string[];
  /** The scale of every column, fitted on the training part. */
  readonly scaler: Scaler;
  /** What is left of all steps. Default 'last'. */
  readonly pool?: (typeof POOLS)[number] | undefined;
  /** Default 'lstm'. */
  readonly cell?: Cell | undefined;
  /** H. Default 32. */
  readonly hiddenSize?: number | undefined;
  /** Recurrent layers. Default 1. */
  readonly numLayers?: number | undefined;
  /** Whether every layer also reads from the end. Default false. */
  readonly bidirectional?: boolean | undefined;
  /** Dropout between layers and before the head. Default 0. */
  readonly dropout?: number | undefined;
}

/** Options with every default filled in. */
type FullOptions = { readonly [K in keyof ClassifierOptions]-?: Exclude<ClassifierOptions[K], undefined> };

/** What a sequence is taken for. */
export interface Classification {
  /** The most likely class. */
  readonly label: string;
  /** The probability of every class, in the order of the labels. */
  readonly probabilities: readonly number[];
}

const OPERATION = 'Classifier';
const OPTIONS = [
  'columns',
  'labels',
  'scaler',
  'pool',
  'cell',
  'hiddenSize',
  'numLayers',
  'bidirectional',
  'dropout',
] as const;

/** Recurrent layers and a linear head over sequences of any length. */
export class Classifier extends Learner<LabelledBatch> {
  /** What its snapshots are called. */
  static readonly kind = 'Classifier';
  /** With the defaults filled in. */
  readonly options: FullOptions;
  readonly #recurrent: RecurrentLayer;
  readonly #head: Linear;

  /**
   * @param init how every weight begins, instead of as each layer has it: for weights that are replaced at once
   * @throws OptionError, MemoryError
   */
  constructor(engine: Engine, options: ClassifierOptions, init?: Initializer) {
    super(engine);
    this.options = fullOptions(options);
    const { columns, labels } = this.options;
    this.#recurrent = makeRecurrent(engine, { ...this.options, inputSize: columns.length }, init);
    const sizes = { inputSize: this.#recurrent.outputSize, outputSize: labels.length };
    this.#head = new Linear(engine, { ...sizes, ...(init === undefined ? {} : { init }) });
  }

  protected override get parts(): Readonly<Record<string, Layer>> {
    return { rnn: this.#recurrent, head: this.#head };
  }

  /** The layers, what goes in and what comes out, and the number of weights, in one line. */
  summary(): string {
    const { cell, hiddenSize, numLayers, bidirectional, columns, labels, pool } = this.options;
    const ways = bidirectional ? ' in both directions' : '';
    const given = columns.length === 1 ? '1 column' : `${columns.length} columns`;
    return (
      `${numLayers} ${cell} of ${hiddenSize}${ways}, ${given} a step in, ` +
      `${labels.length} classes out of the ${pool === 'last' ? 'last state' : 'mean'}, ` +
      `${this.parameterCount.toLocaleString('en-US')} parameters`
    );
  }

  /** The cross-entropy of the labels, in nats. @throws ShapeError; DataError for a batch without labels */
  loss(batch: LabelledBatch): View {
    return crossEntropy(this.#logits(batch), batch.targets, { ignoreIndex: IGNORED });
  }

  /** Sequences whose label is known. */
  weight({ targets }: LabelledBatch): number {
    return targets.data.reduce((count, target) => count + (target === IGNORED ? 0 : 1), 0);
  }

  /** The loss, the share that is right, and the F1 of the classes, a mean over those that are there (macro). */
  override evaluate(batches: Iterable<LabelledBatch>): Score {
    const { labels } = this.options;
    const counts = labels.map(() => ({ right: 0, asked: 0, answered: 0 }));
    let [loss, count, right] = [0, 0, 0];
    for (const batch of batches) {
      const weight = this.weight(batch);
      loss += weight * this.engine.evaluate(() => this.loss(batch).item());
      count += weight;
      for (const [b, { label }] of this.classify(batch).entries()) {
        const target = batch.targets.data[b]!;
        if (target === IGNORED) continue;
        const answer = labels.indexOf(label);
        counts[target]!.asked++;
        counts[answer]!.answered++;
        if (answer !== target) continue;
        counts[target]!.right++;
        right++;
      }
    }
    return { loss: loss / count, right: right / count, figures: { f1: macroF1(counts) } };
  }

  /** What each sequence of a batch is taken for; labels need not be there. Evaluates; call it outside of steps. */
  classify(batch: Pick<LabelledBatch, 'inputs' | 'lengths'>): Classification[] {
    const { labels } = this.options;
    const V = labels.length;
    const shares = this.engine.evaluate(() => softmax(this.#logits(batch)).toArray());
    return Array.from({ length: batch.lengths.length }, (_, b) => {
      const probabilities = Array.from(shares.subarray(b * V, (b + 1) * V));
      const best = probabilities.reduce((at, p, i) => (p > probabilities[at]! ? i : at), 0);
      return { label: labels[best]!, probabilities };
    });
  }

  /** (B, V). */
  #logits({ inputs, lengths }: Pick<LabelledBatch, 'inputs' | 'lengths'>): View {
    this.#checkInputs(inputs);
    const x = this.engine.input(this.#scaled(inputs), `inputs of ${OPERATION}`);
    const { output, state } = this.#recurrent.forward(x, undefined, { lengths });
    const { pool, dropout: p, bidirectional } = this.options;
    const last = bidirectional ? concat(state.h.slice(-2), 1) : state.h.at(-1)!;
    const read = pool === 'last' ? last : multiply(sum(output, 0), this.#shares(lengths));
    return this.#head.forward(dropout(read, p));
  }

  /** 1 / length of each row, (B, 1): outputs past the end of a row are 0. */
  #shares(lengths: ArrayLike<number>): View {
    const data = Float64Array.from(lengths, (length) => 1 / length);
    return this.engine.input({ data, shape: [data.length, 1] }, `lengths of ${OPERATION}`);
  }

  #scaled({ data, shape }: LabelledBatch['inputs']): HostArray {
    const { scaler, columns } = this.options;
    return { data: data.map((value, i) => scaler.apply(value, i % columns.length)), shape };
  }

  /** @throws ShapeError */
  #checkInputs({ shape }: LabelledBatch['inputs']): void {
    const C = this.options.columns.length;
    if (shape.length === 3 && shape[2] === C) return;
    throw new ShapeError(
      `${OPERATION}: inputs must be (T, B, C) = (T, B, ${C}), got ${formatShape(shape)}. C = ${C} comes from columns.`,
    );
  }

  /** Options and parameters, for a checkpoint. */
  override snapshot(): Snapshot {
    const { columns, labels, scaler, ...rest } = this.options;
    const lists = { columns: [...columns], labels: [...labels], scaler: scaler.toJSON() };
    return { arrays: this.stateDict(), values: { kind: Classifier.kind, ...lists, ...rest } };
  }

  /**
   * Makes a model from a snapshot.
   * @throws CheckpointError, OptionError, ShapeError if the snapshot is damaged
   */
  static fromSnapshot(engine: Engine, snapshot: Snapshot): Classifier {
    const { kind: _, ...stored } = snapshot.values;
    const fields = new Fields('model', stored);
    for (const name of OPTIONS) if (!fields.has(name)) fields.string(name); // says which one is missing
    return readStored('model', () => {
      const options = { ...stored, scaler: Scaler.fromJSON(stored['scaler']) } as unknown as ClassifierOptions;
      return fromStored(snapshot, (init) => new Classifier(engine, options, init));
    });
  }
}

/** The mean of 2 right / (asked + answered) over the classes that were asked for or answered. */
function macroF1(counts: readonly { right: number; asked: number; answered: number }[]): number {
  const there = counts.filter(({ asked, answered }) => asked + answered > 0);
  return there.reduce((f1, { right, asked, answered }) => f1 + (2 * right) / (asked + answered), 0) / there.length;
}

/** Fills in defaults and checks everything. @throws OptionError */
function fullOptions(options: ClassifierOptions): FullOptions {
  checkKnown(OPERATION, options, OPTIONS);
  const columns = checkNames(OPERATION, 'columns', options.columns);
  const { scaler } = options;
  if (!(scaler instanceof Scaler && scaler.columns === columns.length)) {
    throw new OptionError(`${OPERATION}: scaler must be a Scaler of the ${columns.length} columns. Use Scaler.fit.`);
  }
  return {
    columns,
    labels: checkLabels(options.labels),
    scaler,
    pool: checkChoice(OPERATION, 'pool', options.pool ?? 'last', POOLS),
    cell: checkChoice(OPERATION, 'cell', options.cell ?? 'lstm', CELLS),
    hiddenSize: checkSize(OPERATION, 'hiddenSize', options.hiddenSize ?? 32),
    numLayers: checkSize(OPERATION, 'numLayers', options.numLayers ?? 1),
    bidirectional: checkFlag(OPERATION, 'bidirectional', options.bidirectional ?? false),
    dropout: checkNumber(OPERATION, 'dropout', options.dropout ?? 0, { least: 0, below: 1 }),
  };
}

function checkLabels(value: unknown): readonly string[] {
  const labels = checkNames(OPERATION, 'labels', value);
  if (labels.length >= 2) return labels;
  throw new OptionError(`${OPERATION}: labels must be at least two classes, got '${labels[0]}' alone.`);
}
