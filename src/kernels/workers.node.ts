/** Worker threads of Node, Bun and Deno. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RunningWorker, WorkerSetup } from './worker.js';

/** The cores that this process may use. */
export function availableCores(): number {
  return availableParallelism();
}

/** Why threads cannot share memory here, or undefined. */
export function whyUnshared(): string | undefined {
  return typeof SharedArrayBuffer === 'undefined' ? 'this runtime has no SharedArrayBuffer' : undefined;
}

/**
 * Starts a worker. Once it is ready it does not keep the process alive.
 * @param onDeath told when it ends by itself, at most once
 */
export function startWorker(setup: WorkerSetup, onDeath: (reason: string) => void): RunningWorker {
  // Not the options of the process: what is preloaded for the user's program has no business in a worker.
  const options = { workerData: setup, execArgv: [], name: 'recurra' };
  const worker = new Worker(new URL('../../dist/kernels/worker.node.js', import.meta.url), options);
  let ended = false;
  const die = (reason: string): void => {
    if (!ended) onDeath(reason);
    ended = true;
  };
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      worker.unref();
      resolve();
    });
    worker.once('error', (error: Error) => {
      die(error.message);
      reject(error);
    });
    worker.once('exit', (code) => {
      die(`it ended with code ${code}`);
      reject(new Error(`it ended with code ${code}`));
    });
  });
  const end = (): void => {
    ended = true;
    void worker.terminate();
  };
  return { ready, end };
}
