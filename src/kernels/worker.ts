/**
 * One worker: an instance of the kernels over the shared memory, and a loop that runs the jobs of its control block.
 * It spins for the next job, since the next kernel of a step is microseconds away, then sleeps. Where spinning is in
 * vain, the cores are too few for it and a worker may be in the way of the thread it waits for: then it spins ever
 * more rarely, until it helps again.
 */

import { Control, DONE, GENERATION, PARKED } from './control.js';

/** What a worker begins with. */
export interface WorkerSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  /** The kernels by routine number. */
  readonly routines: readonly string[];
}

/** A worker that was started. */
export interface RunningWorker {
  /** Resolves when it waits for jobs, rejects if it never will. */
  readonly ready: Promise<void>;
  /** Ends it, whatever it is doing. */
  readonly end: () => void;
}

type Routine = (...args: number[]) => unknown;

/** Milliseconds without work before a worker sleeps: longer than the host's gaps, shorter than anybody notices. */
const SPIN = 0.5;

/** Most jobs in a row that a worker sleeps for at once, because spinning was in vain. */
const MOST_NAPS = 63;

/** Looks at the generation between two looks at the clock. */
const LOOKS = 64;

/**
 * Makes the instance, which writes the constants of the binary into memory once more, so no kernel may run yet.
 * @returns the loop; it never returns
 */
export function prepareWorker({ module, memory, control, routines }: WorkerSetup): () => void {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = routines.map((name) => exports[name] as Routine);
  return () => serve(new Control(control), kernels);
}

function serve(control: Control, kernels: readonly Routine[]): void {
  const { words } = control;
  const wait = patience(words);
  for (let generation = 0; ;) {
    generation = wait(generation);
    try {
      runJob(control.job, kernels);
    } catch (error) {
      control.fail((error as Error).message);
    }
    Atomics.store(words, DONE, generation);
  }
}

function runJob(job: Float64Array, kernels: readonly Routine[]): void {
  // A kernel of WebAssembly takes the arguments it has and ignores the rest.
  kernels[job[0]!]!(job[1]!, job[2]!, job[3]!, job[4]!, job[5]!, job[6]!, job[7]!, job[8]!, job[9]!, job[10]!, job[11]!, job[12]!, job[13]!); // prettier-ignore
}

/** A function that waits until the generation is no longer the last one, and returns the new one. */
function patience(words: Int32Array): (last: number) => number {
  let naps = 0;
  let backoff = 0;
  return (last) => {
    if (naps > 0) {
      naps--;
      return sleep(words, last);
    }
    const generation = spin(words, last);
    if (generation !== last) {
      backoff = 0;
      return generation;
    }
    // Once is a pause of the host's. From the second time in a row on, the next jobs are slept for.
    naps = backoff;
    backoff = Math.min(2 * backoff + 1, MOST_NAPS);
    return sleep(words, last);
  };
}

/** Spins for a while. @returns the generation, which may still be the last one */
function spin(words: Int32Array, last: number): number {
  const deadline = performance.now() + SPIN;
  do {
    for (let look = 0; look < LOOKS; look++) {
      const generation = Atomics.load(words, GENERATION);
      if (generation !== last) return generation;
    }
  } while (performance.now() < deadline);
  return last;
}

/** Sleeps until main says that the generation has moved. @returns the new one */
function sleep(words: Int32Array, last: number): number {
  // Main stores the generation, then looks at `parked`; here it is the other way round, and wait() looks once more at
  // the generation. So one of the two sees what the other has written, and no wake-up is lost.
  Atomics.store(words, PARKED, 1);
  while (Atomics.load(words, GENERATION) === last) Atomics.wait(words, GENERATION, last);
  Atomics.store(words, PARKED, 0);
  return Atomics.load(words, GENERATION);
}
