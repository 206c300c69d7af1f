/**
 * Hopfield's network (1982): N units of -1 and 1, symmetric connections W, and the energy E = -1/2 s^T W s, which
 * asynchronous updates never raise. Patterns are stored as its minima, and recalled from a part of them.
 * Rules of storage: src/models/hopfield-storage.ts. Dynamics: src/models/hopfield-recall.ts.
 *
 * With Hebb's rule a fraction 1/2 erfc(sqrt(N / 2p)) of the units of p random patterns flips in the first step, and
 * near p = 0.138 N recall breaks down (Amit, Gutfreund and Sompolinsky 1985).
 */

import type { Engine, HostArray } from '../engine.js';
import { DataError, OptionError } from '../errors.js';
import type { StateDict } from '../layers/layer.js';
import { checkChoice, checkFlag, checkKnown, checkSeed, checkSize } from '../options.js';
import { recallApart, recallTogether } from './hopfield-recall.js';
import { clearDiagonal, fields, roundingOf, RULES, scaleOf, STORAGES } from './hopfield-storage.js';
import type { Connections, Storage } from './hopfield-storage.js';
import { checkSigns, isEmpty, patternsIn, similarities } from './patterns.js';
import type { Recall } from './patterns.js';
import { reserveMemory } from './sizes.js';

/** Options of `Hopfield`. */
export interface HopfieldOptions {
  /** N, the units. */
  readonly size: number;
  /** How patterns become connections. Default 'hebbian'. */
  readonly storage?: Storage;
  /**
   * Whether units are connected with themselves, as the rule has it. Default false: the diagonal of W is zero. Storkey's
   * rule has none.
   */
  readonly selfConnections?: boolean;
}

/** Options of `recall`. */
export interface RecallOptions {
  /** One unit after another (the default), or all at once. */
  readonly update?: 'asynchronous' | 'synchronous';
  /** Most updates of all units. Default 100. */
  readonly maxSteps?: number;
  /** Seed of the order of asynchronous updates. Default 1. */
  readonly seed?: number;
}

/** An associative memory of patterns of -1 and 1. */
export class Hopfield {
  readonly engine: Engine;
  /** N. */
  readonly size: number;
  readonly storage: Storage;
  readonly selfConnections: boolean;
  readonly #region: string;
  #patterns: Int8Array = new Int8Array(0);

  /** @throws OptionError, MemoryError */
  constructor(engine: Engine, options: HopfieldOptions) {
    checkKnown('Hopfield', options, ['size', 'storage', 'selfConnections']);
    this.engine = engine;
    this.size = checkSize('Hopfield', 'size', options.size);
    this.storage = checkChoice('Hopfield', 'storage', options.storage ?? 'hebbian', STORAGES);
    this.selfConnections = checkFlag('Hopfield', 'selfConnections', options.selfConnections ?? false);
    if (this.selfConnections && this.storage === 'storkey') {
      throw new OptionError(
        'Hopfield: storage storkey has no selfConnections, got selfConnections true. Leave it out.',
      );
    }
    // The connections, and the panels of a synchronous recall.
    reserveMemory(engine, engine.memory.bytes(2 * this.size ** 2), `Hopfield: ${this.size} units`);
    this.#region = engine.memory.acquire(this.size ** 2);
  }

  /** How many patterns are stored, p. */
  get patternCount(): number {
    return this.#patterns.length / this.size;
  }

  /**
   * Stores patterns in place of those that were there.
   * @param patterns -1 and 1, (p, N)
   * @throws ShapeError, DataError; for 'pseudo-inverse' also if they are linearly dependent. Then nothing has changed
   */
  store(patterns: HostArray): this {
    const rows = checkSigns('Hopfield.store', 'patterns', patterns, this.size);
    RULES[this.storage](this.#connections(), rows);
    if (!this.selfConnections) clearDiagonal(this.#connections());
    this.#patterns = rows;
    return this;
  }

  /**
   * Runs states to where they lead.
   * @param states -1 and 1, (b, N)
   * @returns for each state 'fixed point', if an update changed nothing; 'cycle', if two states follow each other
   * (synchronous only), of which it is the one reached first; 'limit', if each of maxSteps updates changed something
   * @throws OptionError, ShapeError, DataError
   */
  recall(states: HostArray, options: RecallOptions = {}): Recall<Int8Array> {
    const { update, maxSteps, seed } = checkRecallOptions(options);
    const N = this.size;
    const rows = checkSigns('Hopfield.recall', 'states', states, N);
    const connections = this.#connections();
    const endings =
      update === 'synchronous'
        ? recallTogether(connections, rows, maxSteps)
        : recallApart(connections, rows, maxSteps, seed);
    const data = new Int8Array(rows.length);
    endings.forEach(({ state }, row) => data.set(state, row * N));
    return {
      states: { data, shape: [endings.length, N] },
      steps: Int32Array.from(endings, ({ steps }) => steps),
      ends: endings.map(({ end }) => end),
    };
  }

  /**
   * The energy -1/2 s^T W s of each state.
   * @param states -1 and 1, (b, N)
   * @returns (b)
   * @throws ShapeError, DataError
   */
  energy(states: HostArray): Float64Array {
    const N = this.size;
    const rows = checkSigns('Hopfield.energy', 'states', states, N);
    const h = fields(this.#connections(), rows);
    const scale = scaleOf(this.storage, N);
    return Float64Array.from({ length: rows.length / N }, (_, row) => {
      let sum = 0;
      for (let i = row * N; i < (row + 1) * N; i++) sum += h[i]! * rows[i]!;
      return -0.5 * scale * sum;
    });
  }

  /**
   * How alike each state is to each stored pattern: s xi / N, from -1 to 1.
   * @param states -1 and 1, (b, N)
   * @returns (b, p)
   * @throws ShapeError, DataError; DataError also before anything is stored
   */
  overlap(states: HostArray): { readonly data: Float64Array; readonly shape: readonly [b: number, p: number] } {
    const [N, p] = [this.size, this.patternCount];
    const rows = checkSigns('Hopfield.overlap', 'states', states, N);
    if (p === 0) throw new DataError('Hopfield.overlap: no patterns are stored. Call store first.');
    const shape = [rows.length / N, N];
    const sums = similarities(this.engine, { data: rows, shape }, { data: this.#patterns, shape: [p, N] });
    return { data: Float64Array.from(sums, (sum) => sum / N), shape: [rows.length / N, p] };
  }

  /** A copy of W, (N, N). */
  weights(): HostArray {
    const scale = scaleOf(this.storage, this.size);
    return { data: this.#connections().values.map((value) => value * scale), shape: [this.size, this.size] };
  }

  /** A copy of the patterns, (p, N), from which all else follows. */
  stateDict(): StateDict {
    return new Map([['patterns', { data: this.#patterns.slice(), shape: [this.patternCount, this.size] }]]);
  }

  /**
   * Stores the patterns of a state dict.
   * @throws ShapeError, DataError; then nothing has changed
   */
  loadStateDict(dict: ReadonlyMap<string, HostArray>): void {
    const patterns = patternsIn('Hopfield', dict);
    if (!isEmpty(patterns, this.size)) {
      this.store(patterns);
      return;
    }
    const { engine, ptr, N } = this.#connections();
    engine.memory.zero(ptr, N * N);
    this.#patterns = new Int8Array(0);
  }

  #connections(): Connections {
    const { engine, size: N } = this;
    const { memory } = engine;
    const ptr = memory.region(this.#region).base;
    return {
      engine,
      N,
      ptr,
      zero: roundingOf(this.storage, N, engine),
      get values() {
        return memory.view(ptr, N * N);
      },
    };
  }
}

/** Fills in defaults. @throws OptionError */
function checkRecallOptions(options: RecallOptions): Required<RecallOptions> {
  const operation = 'Hopfield.recall';
  checkKnown(operation, options, ['update', 'maxSteps', 'seed']);
  const update = checkChoice(operation, 'update', options.update ?? 'asynchronous', ['asynchronous', 'synchronous']);
  if (update === 'synchronous' && options.seed !== undefined) {
    throw new OptionError(
      `${operation}: update synchronous draws no order, got seed ${String(options.seed)}. Leave seed out.`,
    );
  }
  const maxSteps = checkSize(operation, 'maxSteps', options.maxSteps ?? 100);
  return { update, maxSteps, seed: checkSeed(operation, options.seed ?? 1) };
}
