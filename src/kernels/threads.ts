/**
 * Kernels over several threads: fork and join within each call. The main thread is one of them, so the call stays
 * synchronous and nothing above the kernel table knows of threads. Main writes each worker's arguments into its
 * control block, runs a share itself, and waits for the others.
 */

import { startWorker } from '#workers';
import { RecurraError } from '../errors.js';
import type { WasmHeap } from '../memory/heap.js';
import { Control, DONE, GENERATION, PARKED } from './control.js';
import type { Kernels } from './kernels.js';
import { SPLITS } from './splits.js';
import type { Split, Splitter } from './splits.js';
import { exportOf } from './tune.js';
import type { Tile } from './tune.js';
import type { RunningWorker } from './worker.js';

/** Least work of a share, in multiply-adds: a fork and a join take as long as about a third of it. */
export const GRAIN = 50_000;

/** Milliseconds that workers may take to start. */
const START_LIMIT = 30_000;

/** Milliseconds that a worker may take longer than main for a share, and how many times as long. */
const SLACK = 10_000;
const SLOWEST = 20;

/** Looks at a worker's answer between two looks at the clock. */
const LOOKS = 1024;

/**
 * Milliseconds of waiting before main sleeps between looks, where it may, and for how long at a time. Sleeping sooner
 * would make workers spin in vain, and so sleep in their turn.
 */
const IMPATIENCE = 2;
const NAP = 0.05;

/** Milliseconds between two looks at the clock that count at most. */
const LONGEST_GAP = 100;

type Routine = (...args: number[]) => number | void;

/** The workers of one engine, and the kernel table that uses them. */
export class Team {
  /** Every kernel, with the signatures of a single thread. */
  readonly kernels: Kernels;
  readonly #heap: WasmHeap;
  readonly #grain: number;
  readonly #routines: readonly Routine[];
  readonly #names: readonly string[];
  /** Calls divided so far, by routine. */
  readonly #forks: number[];
  readonly #controls: readonly Control[];
  readonly #pillow: Int32Array = new Int32Array(new SharedArrayBuffer(4));
  readonly #maySleep: boolean;
  #workers: readonly RunningWorker[] = [];
  /** Why nothing can run any more. */
  #broken: string | undefined;

  /** @param own the instance of the main thread. @param grain least work of a share */
  constructor(threads: number, heap: WasmHeap, own: Kernels, grain: number = GRAIN) {
    this.#heap = heap;
    this.#grain = grain;
    this.#names = Object.keys(own);
    this.#routines = Object.values(own) as Routine[];
    this.#forks = this.#names.map(() => 0);
    this.#maySleep = maySleep(this.#pillow);
    this.#controls = Array.from({ length: threads - 1 }, () => new Control());
    this.kernels = Object.fromEntries(
      this.#names.map((name, routine) => [name, this.#threaded(routine, SPLITS[name as keyof Kernels])]),
    ) as unknown as Kernels;
  }

  /** Threads, the main one included. */
  get threads(): number {
    return this.#controls.length + 1;
  }

  /** Calls of a kernel that were divided so far. */
  forksOf(name: keyof Kernels): number {
    return this.#forks[this.#names.indexOf(name)]!;
  }

  /** Starts the workers, all at once. @throws RecurraError if one of them does not */
  async start(module: WebAssembly.Module, tile: Tile): Promise<void> {
    const { memory } = this.#heap;
    const routines = this.#names.map((name) => exportOf(name, tile));
    this.#workers = this.#controls.map(({ buffer }, i) =>
      startWorker({ module, memory, control: buffer, routines }, (reason) => {
        this.#broken ??= `worker ${i + 1} has ended: ${reason}`;
      }),
    );
    try {
      await withinLimit(Promise.all(this.#workers.map(({ ready }) => ready)));
    } catch (error) {
      this.close();
      throw new RecurraError(`a worker did not start: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Ends the workers; a kernel that would be divided throws from here on. */
  close(): void {
    this.#broken ??= 'the engine was disposed of';
    for (const worker of this.#workers) worker.end();
    this.#workers = [];
  }

  #threaded(routine: number, splitter: Splitter | undefined): Routine {
    const whole = this.#routines[routine]!;
    if (splitter === undefined) return whole;
    return (...args) => {
      const split = splitter(args);
      const units = Math.ceil(args[split.size]! / split.unit);
      const shares = Math.min(this.threads, units, Math.floor(split.work / this.#grain));
      if (shares > 1) this.#fork(routine, args, split, units, shares);
      else whole(...args);
    };
  }

  #fork(routine: number, args: readonly number[], split: Split, units: number, shares: number): void {
    if (this.#broken !== undefined) throw brokenTeam(this.#broken);
    const scratch = this.#scratch(split, shares);
    if (scratch === undefined) return void this.#routines[routine]!(...args);
    this.#forks[routine]!++;
    for (let rank = 1; rank < shares; rank++) {
      const job = shareOf(args, split, units, shares, rank);
      if (split.scratch !== undefined) job[split.scratch.position] = scratch.base + (rank - 1) * scratch.bytes;
      this.#send(rank, routine, job);
    }
    const began = performance.now();
    let failure: string | undefined;
    try {
      this.#routines[routine]!(...shareOf(args, split, units, shares, 0));
    } finally {
      // Whatever happened to main's share, the others are still writing.
      for (let rank = 1; rank < shares; rank++) failure = this.#join(rank, began) ?? failure;
    }
    if (failure !== undefined) throw new RecurraError(`${this.#names[routine]}: a worker failed: ${failure}.`);
  }

  /** Memory for the scratch of all shares but main's, which takes the one given; or none, if there is no room. */
  #scratch({ scratch }: Split, shares: number): { base: number; bytes: number } | undefined {
    if (scratch === undefined) return { base: 0, bytes: 0 };
    const bytes = 4 * scratch.floats;
    const base = this.#heap.behind((shares - 1) * bytes);
    return base === undefined ? undefined : { base, bytes };
  }

  #send(rank: number, routine: number, args: readonly number[]): void {
    const { words, job } = this.#controls[rank - 1]!;
    job[0] = routine;
    for (let i = 0; i < args.length; i++) job[i + 1] = args[i]!;
    Atomics.store(words, GENERATION, (words[GENERATION]! + 1) | 0);
    if (Atomics.load(words, PARKED) === 1) Atomics.notify(words, GENERATION);
  }

  /**
   * Waits for a worker: by spinning, as its share ends at about the same time.
   * @returns why its share failed, if it did
   */
  #join(rank: number, began: number): string | undefined {
    const control = this.#controls[rank - 1]!;
    const { words } = control;
    const generation = words[GENERATION]!;
    let last = performance.now();
    const share = last - began;
    for (let look = 1, waited = 0; Atomics.load(words, DONE) !== generation; look++) {
      if (look % LOOKS !== 0) continue;
      const now = performance.now();
      // A long gap is a process that was stopped and goes on, and its worker with it: no fault of the worker.
      waited += Math.min(now - last, LONGEST_GAP);
      last = now;
      if (waited > SLACK + SLOWEST * share)
        this.#giveUp(`worker ${rank} has not answered for ${Math.round(waited / 1000)} s`);
      // It may be waiting for this very core.
      if (this.#maySleep && waited > IMPATIENCE) Atomics.wait(this.#pillow, 0, 0, NAP);
    }
    return control.takeFailure();
  }

  #giveUp(reason: string): never {
    this.#broken ??= reason;
    this.close();
    throw brokenTeam(this.#broken);
  }
}

/** Whether this thread may sleep: the main thread of a page may not. */
function maySleep(pillow: Int32Array): boolean {
  try {
    Atomics.wait(pillow, 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

function brokenTeam(reason: string): RecurraError {
  return new RecurraError(`threads: ${reason}. Make a new engine with createEngine.`);
}

/** The arguments of one share. */
function shareOf(
  args: readonly number[],
  { size, unit, strides, first: counter }: Split,
  units: number,
  shares: number,
  rank: number,
): number[] {
  const first = Math.floor((units * rank) / shares) * unit;
  const end = Math.min(Math.floor((units * (rank + 1)) / shares) * unit, args[size]!);
  const share = [...args];
  for (let i = 0; i < strides.length; i++) share[i]! += first * strides[i]!;
  if (counter !== undefined) share[counter]! += first;
  share[size] = end - first;
  return share;
}

/** Rejects where the start takes too long. */
async function withinLimit(ready: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${START_LIMIT / 1000} s`)), START_LIMIT);
  });
  try {
    await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}
