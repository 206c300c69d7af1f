/** Starts the worker of a page. */

import type { TrainingLine } from './client.js';

/** A worker that serves. */
export function spawnTraining(): TrainingLine {
  // One expression, so that bundlers see the worker and ship its file.
  const worker = new Worker(new URL('./host.web.js', import.meta.url), { type: 'module', name: 'recurra training' });
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    listen: (onMessage) => worker.addEventListener('message', ({ data }) => onMessage(data)),
    onDeath(told) {
      worker.addEventListener('error', ({ message }) => told(message || 'its script could not be loaded'));
      worker.addEventListener('messageerror', () => told('what it sent could not be read'));
    },
    end: () => worker.terminate(),
  };
}
