/** Starts the worker thread of Node, Bun and Deno. */

import { Worker } from 'node:worker_threads';
import type { TrainingLine } from './client.js';

/** A worker that serves. It keeps the process alive until it is closed. */
export function spawnTraining(): TrainingLine {
  // Not the options of the process: what is preloaded for the user's program has no business in a worker.
  const options = { execArgv: [], name: 'recurra training' };
  const worker = new Worker(new URL('../../dist/worker/host.node.js', import.meta.url), options);
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    listen: (onMessage) => void worker.on('message', onMessage),
    onDeath(told) {
      worker.once('error', (error: Error) => told(error.message));
      worker.once('exit', (code) => told(`with code ${code}`));
    },
    end: () => void worker.terminate(),
  };
}
