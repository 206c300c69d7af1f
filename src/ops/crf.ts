/**
 * The log-likelihood of label sequences under a linear-chain conditional random field (Lafferty, McCallum and Pereira
 * 2001). With emissions e, transitions A from one label to the next, and scores of beginning and of ending with a label:
 *
 *     score(y) = start_{y_1} + sum_t e_{t, y_t} + sum_{t > 1} A_{y_{t-1}, y_t} + end_{y_T}
 *     log p(y | x) = score(y) - log Z          Z = sum over all K^T sequences y' of exp score(y')
 *
 * log Z comes of the forward algorithm (./crf-scan).
 */

import { checkEngine, engineOf } from '../engine.js';
import type { Ids } from '../engine.js';
import { DataError, ShapeError } from '../errors.js';
import type { FloatArray } from '../memory/heap.js';
import type { Parameter } from '../memory/parameter.js';
import type { View } from '../memory/view.js';
import { checkKnown } from '../options.js';
import { Axes, formatShape } from '../shape.js';
import { Batches } from './batches.js';
import { CrfScan } from './crf-scan.js';
import { checkForm, checkIds } from './embedding.js';
import { countPositions } from './loss.js';
import { raggedBatch } from './ragged.js';
import { reshape } from './transpose.js';

/** What a chain of K labels is scored by. */
export interface CrfParameters {
  /** (K, K): of label j behind label i. */
  readonly transitions: Parameter;
  /** (K): of beginning with a label. */
  readonly start: Parameter;
  /** (K): of ending with a label. */
  readonly end: Parameter;
}

/** Options of `crfLogLikelihood` and `viterbi`. */
export interface CrfOptions {
  /** Labels of each of the B sequences, from 1 to T; what is behind them may hold anything. Default: T for each. */
  readonly lengths?: ArrayLike<number> | undefined;
}

/**
 * log p(targets | emissions) of each sequence, in nats. Sums over time are taken in 64 bits.
 * @param emissions (T, B, K)
 * @param targets (T, B), each below K
 * @returns (B)
 * @throws ShapeError, OptionError; DataError for a target or a length that cannot be
 */
export function crfLogLikelihood(
  emissions: View,
  targets: Ids,
  parameters: CrfParameters,
  options: CrfOptions = {},
): View {
  const operation = 'crfLogLikelihood';
  const lengths = checkCrf(operation, emissions, parameters, options);
  checkTargets(operation, targets, emissions, lengths);
  const engine = engineOf(emissions);
  const { kernels, memory, tape } = engine;
  const [T, B, K] = emissions.shape as [number, number, number];
  const ragged = raggedBatch(operation, emissions, lengths);
  const batches = ragged?.batches ?? Batches.dense(T, B);
  const packed = ragged?.pack(emissions) ?? emissions;
  const path = new Path(ragged?.packIds(targets.data) ?? targets.data, batches, K);
  const scan = new CrfScan(engine, parameters, batches);
  const y = engine.output(`output of ${operation}`, [B, 1], packed.requiresGrad || tape.recording);
  const logZ = scan.forward(packed.ptr);
  const scores = path.scores(valuesOf(parameters), memory.view(packed.ptr, packed.size));
  memory.view(y.ptr, B).set(scores.map((score, b) => score - logZ[b]!));
  tape.record(operation, () => {
    if (!y.hasGradient) return;
    const dy = Float64Array.from(memory.view(y.gradient(), B));
    const dEmissions = packed.requiresGrad ? packed.gradient() : 0;
    memory.scratch(() => {
      const tmp = memory.reserve(packed.size);
      scan.backward(tmp, dy.map((d) => -d)); // prettier-ignore
      path.addGradients(gradientsOf(parameters), memory.view(tmp, packed.size), dy);
      if (packed.requiresGrad) kernels.axpy(dEmissions, tmp, packed.size, 1);
    });
  });
  return reshape(ragged?.restore(y) ?? y, [B]);
}

/** Numbers, or gradients, of the parameters. */
type Arrays = Readonly<Record<keyof CrfParameters, FloatArray>>;

function valuesOf({ transitions, start, end }: CrfParameters): Arrays {
  const values = ({ memory, ptr, size }: Parameter): FloatArray => memory.view(ptr, size);
  return { transitions: values(transitions), start: values(start), end: values(end) };
}

function gradientsOf({ transitions, start, end }: CrfParameters): Arrays {
  const gradient = ({ memory, gradientPtr, size }: Parameter): FloatArray => memory.view(gradientPtr, size);
  return { transitions: gradient(transitions), start: gradient(start), end: gradient(end) };
}

/** A label for each step and row: its score is the sum of few of all the numbers there are. */
class Path {
  readonly #ids: Int32Array;
  readonly #batches: Batches;
  readonly #K: number;

  /** @param ids (N), of the rows of all steps */
  constructor(ids: Int32Array, batches: Batches, K: number) {
    this.#ids = ids;
    this.#batches = batches;
    this.#K = K;
  }

  /** (B), in 64 bits. @param emissions (N, K) */
  scores(parameters: Arrays, emissions: FloatArray): Float64Array {
    const scores = new Float64Array(this.#batches.B);
    this.#forEach(parameters, emissions, (array, i, b) => (scores[b]! += array[i]!));
    return scores;
  }

  /** Adds the gradients of the scores. @param dScores (B) */
  addGradients(parameters: Arrays, emissions: FloatArray, dScores: Float64Array): void {
    this.#forEach(parameters, emissions, (array, i, b) => (array[i]! += dScores[b]!));
  }

  /** Visits every number that counts: the array it is in, its place there, and the row whose score it counts for. */
  #forEach(
    { transitions, start, end }: Arrays,
    emissions: FloatArray,
    visit: (array: FloatArray, i: number, b: number) => void,
  ): void {
    const [K, { T }] = [this.#K, this.#batches];
    const idOf = (t: number, b: number): number => this.#ids[this.#batches.at(t) + b]!;
    for (let t = 0; t < T; t++) {
      const next = t + 1 < T ? this.#batches.rows(t + 1) : 0;
      for (let b = 0; b < this.#batches.rows(t); b++) {
        const id = idOf(t, b);
        visit(emissions, (this.#batches.at(t) + b) * K + id, b);
        if (t === 0) visit(start, id, b);
        else visit(transitions, idOf(t - 1, b) * K + id, b);
        if (b >= next) visit(end, id, b);
      }
    }
  }
}

/**
 * Checks what a chain is scored by.
 * @returns the length of each sequence
 * @throws ShapeError, OptionError, DataError
 */
export function checkCrf(
  operation: string,
  emissions: View,
  { transitions, start, end }: CrfParameters,
  options: CrfOptions,
): ArrayLike<number> {
  checkEngine(operation, emissions, engineOf(transitions));
  checkKnown(operation, options, ['lengths']);
  const axes = new Axes(operation).check('emissions', emissions.shape, 'T B K');
  axes.check('transitions', transitions.shape, 'K K').check('start', start.shape, 'K').check('end', end.shape, 'K');
  const [T, B] = emissions.shape as [number, number];
  if (emissions.size === 0) {
    throw new ShapeError(`${operation}: emissions of shape ${formatShape(emissions.shape)} hold nothing to label.`);
  }
  const { lengths = new Int32Array(B).fill(T) } = options;
  raggedBatch(operation, emissions, lengths);
  const empty = Array.from(lengths).indexOf(0);
  if (empty < 0) return lengths;
  throw new DataError(`${operation}: lengths[${empty}] is 0, and a sequence has at least one label. Leave it out.`);
}

function checkTargets(operation: string, targets: Ids, { shape }: View, lengths: ArrayLike<number>): void {
  const [T, B, K] = shape as [number, number, number];
  const axes = new Axes(operation).bind('T', T, 'emissions (T, B, K)').bind('B', B, 'emissions (T, B, K)');
  axes.check('targets', checkForm(operation, 'targets', targets).shape, 'T B');
  const { positions } = countPositions(operation, 'targets', [T, B], { lengths });
  checkIds(operation, targets, K, undefined, positions, `the ${K} labels of emissions (T, B, K)`);
}
