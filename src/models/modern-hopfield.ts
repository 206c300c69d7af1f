/**
 * The modern Hopfield network (Ramsauer et al. 2020, "Hopfield networks is all you need"): patterns X (p, N) and states
 * xi of real numbers, and one update
 *
 *     xi' = X^T softmax(beta X xi)
 *
 * which is attention with the states as queries and the patterns as keys and values. It never raises the energy
 *
 *     E = -lse(beta, X xi) + xi^T xi / 2 + ln(p) / beta + M^2 / 2,   lse(beta, x) = ln(sum of exp(beta x)) / beta
 *
 * with M the largest length of a pattern, so that 0 <= E <= 2 M^2. Patterns far enough apart are fixed points, reached in
 * one update, and there may be exponentially many in N; where beta is too small, all states go to a mean of patterns.
 */

import type { Engine, HostArray } from '../engine.js';
import { DataError } from '../errors.js';
import type { FloatArray } from '../memory/heap.js';
import type { StateDict } from '../layers/layer.js';
import { checkKnown, checkNumber, checkSize } from '../options.js';
import { checkFinite, checkRows, isEmpty, mixtures, patternsIn, similarities } from './patterns.js';
import type { Recall, RecallEnd } from './patterns.js';

/** Options of `ModernHopfield`. */
export interface ModernHopfieldOptions {
  /** N, the numbers of a pattern. */
  readonly size: number;
  /** How sharply the nearest pattern is preferred. Default 1 / sqrt(N), as in attention. */
  readonly beta?: number;
}

/** Options of the modern `recall`. */
export interface ModernRecallOptions {
  /** Most updates. Default 1. */
  readonly maxSteps?: number;
  /** An update that moves no number by more than this has reached a fixed point. Default 1e-4. */
  readonly tolerance?: number;
}

/** An associative memory of patterns of real numbers. */
export class ModernHopfield {
  readonly engine: Engine;
  /** N. */
  readonly size: number;
  readonly beta: number;
  #patterns: FloatArray = new Float32Array(0);

  /** @throws OptionError */
  constructor(engine: Engine, options: ModernHopfieldOptions) {
    checkKnown('ModernHopfield', options, ['size', 'beta']);
    this.engine = engine;
    this.size = checkSize('ModernHopfield', 'size', options.size);
    this.beta = checkNumber('ModernHopfield', 'beta', options.beta ?? 1 / Math.sqrt(this.size), { above: 0 });
  }

  /** How many patterns are stored, p. */
  get patternCount(): number {
    return this.#patterns.length / this.size;
  }

  /**
   * Stores patterns in place of those that were there.
   * @param patterns finite numbers, (p, N)
   * @throws ShapeError, DataError; then nothing has changed
   */
  store(patterns: HostArray): this {
    const rows = this.#rows('ModernHopfield.store', 'patterns', patterns);
    this.#patterns = rows.data;
    return this;
  }

  /**
   * The share of each pattern in the update of each state: softmax(beta X xi).
   * @param states finite numbers, (b, N)
   * @returns (b, p), rows that sum to 1
   * @throws ShapeError, DataError
   */
  attention(states: HostArray): { readonly data: Float64Array; readonly shape: readonly [b: number, p: number] } {
    const rows = this.#check('attention', states);
    const [b] = rows.shape;
    return { data: this.#attention(rows), shape: [b, this.patternCount] };
  }

  /**
   * Updates states until they rest.
   * @param states finite numbers, (b, N)
   * @returns for each state 'fixed point' if its last update moved no number by more than `tolerance`, else 'limit'; steps
   * counts the updates made
   * @throws OptionError, ShapeError, DataError
   */
  recall(states: HostArray, options: ModernRecallOptions = {}): Recall<FloatArray> {
    checkKnown('ModernHopfield.recall', options, ['maxSteps', 'tolerance']);
    const maxSteps = checkSize('ModernHopfield.recall', 'maxSteps', options.maxSteps ?? 1);
    const tolerance = checkNumber('ModernHopfield.recall', 'tolerance', options.tolerance ?? 1e-4, { least: 0 });
    const { data, shape } = this.#check('recall', states);
    const [b, N] = shape;
    const steps = new Int32Array(b);
    const ends = new Array<RecallEnd>(b).fill('limit');
    let running = [...ends.keys()];
    for (let step = 1; step <= maxSteps && running.length > 0; step++) {
      const rows = running.map((row) => data.subarray(row * N, (row + 1) * N));
      const inputs = { data: rows.flatMap((row) => [...row]), shape: [rows.length, N] };
      const shares = { data: this.#attention(inputs), shape: [rows.length, this.patternCount] };
      const next = mixtures(this.engine, shares, this.#stored());
      running = running.filter((row, k) => {
        const moved = move(rows[k]!, next.subarray(k * N, (k + 1) * N));
        steps[row] = step;
        if (moved <= tolerance) ends[row] = 'fixed point';
        return moved > tolerance;
      });
    }
    return { states: { data, shape: [b, N] }, steps, ends };
  }

  /**
   * The energy of each state, from 0 on.
   * @param states finite numbers, (b, N)
   * @returns (b)
   * @throws ShapeError, DataError
   */
  energy(states: HostArray): Float64Array {
    const rows = this.#check('energy', states);
    const [b] = rows.shape;
    const { size: N, patternCount: p, beta } = this;
    const scores = this.#scores(rows);
    const lengths = Array.from({ length: p }, (_, row) => squares(this.#patterns, row, N));
    const rest = Math.log(p) / beta + lengths.reduce((a, b) => Math.max(a, b)) / 2;
    return Float64Array.from({ length: b }, (_, row) => {
      const lse = logSumExp(scores.subarray(row * p, (row + 1) * p), beta);
      return rest - lse + squares(rows.data, row, N) / 2;
    });
  }

  /** A copy of the patterns, (p, N). */
  stateDict(): StateDict {
    return new Map([['patterns', { data: this.#patterns.slice(), shape: [this.patternCount, this.size] }]]);
  }

  /**
   * Stores the patterns of a state dict.
   * @throws ShapeError, DataError; then nothing has changed
   */
  loadStateDict(dict: ReadonlyMap<string, HostArray>): void {
    const patterns = patternsIn('ModernHopfield', dict);
    if (isEmpty(patterns, this.size)) this.#patterns = this.#floats([]);
    else this.store(patterns);
  }

  /** X xi of each state, checked before: (b, p). @throws DataError */
  #scores(states: HostArray): Float64Array {
    const scores = Float64Array.from(similarities(this.engine, states, this.#stored()));
    const wrong = scores.find((score) => !Number.isFinite(score));
    if (wrong === undefined) return scores;
    throw new DataError(
      `ModernHopfield: products of states and patterns must be finite, got ${wrong}. Divide both by a number.`,
    );
  }

  /** softmax(beta X xi) of each state, checked before: (b, p). */
  #attention(states: HostArray): Float64Array {
    const p = this.patternCount;
    const shares = this.#scores(states);
    for (let at = 0; at < shares.length; at += p) {
      const row = shares.subarray(at, at + p);
      const lse = logSumExp(row, this.beta);
      row.forEach((score, i) => (row[i] = Math.exp(this.beta * (score - lse))));
    }
    return shares;
  }

  /** States, once there is something to compare them with. @returns a copy */
  #check(method: string, states: HostArray): Rows {
    const operation = `ModernHopfield.${method}`;
    if (this.patternCount === 0) throw new DataError(`${operation}: no patterns are stored. Call store first.`);
    return this.#rows(operation, 'states', states);
  }

  /** A copy in the engine's precision, in which every number must be finite. @throws ShapeError, DataError */
  #rows(operation: string, argument: string, given: HostArray): Rows {
    checkRows(operation, argument, given, this.size);
    const data = this.#floats(given.data);
    const rows = checkFinite(operation, argument, { data, shape: given.shape }, this.size, given.data);
    return { data, shape: [rows, this.size] };
  }

  #stored(): HostArray {
    return { data: this.#patterns, shape: [this.patternCount, this.size] };
  }

  /** A copy in the engine's precision. */
  #floats(values: ArrayLike<number>): FloatArray {
    return this.engine.memory.heap.shift === 3 ? Float64Array.from(values) : Float32Array.from(values);
  }
}

/** Rows of N numbers in the engine's precision. */
interface Rows {
  readonly data: FloatArray;
  readonly shape: readonly [rows: number, N: number];
}

/** ln(sum of exp(beta x)) / beta, the largest taken out first. */
function logSumExp(values: Float64Array, beta: number): number {
  const largest = values.reduce((a, b) => Math.max(a, b));
  const sum = values.reduce((sum, value) => sum + Math.exp(beta * (value - largest)), 0);
  return largest + Math.log(sum) / beta;
}

function squares(values: ArrayLike<number>, row: number, N: number): number {
  let sum = 0;
  for (let i = row * N; i < (row + 1) * N; i++) sum += values[i]! ** 2;
  return sum;
}

/** Overwrites a state. @returns by how much the number that changed most did */
function move(state: FloatArray, next: FloatArray): number {
  let most = 0;
  for (let i = 0; i < state.length; i++) most = Math.max(most, Math.abs(state[i]! - next[i]!));
  state.set(next);
  return most;
}
