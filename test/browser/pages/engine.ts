/** Makes an engine in the page's own thread or in a worker. */

import type { EngineOptions } from '../../../src/engine.js';
import { runEngine } from './engine-run.js';
import type { EngineRequest } from './engine-run.js';
import { publish } from './outcome.js';

publish(async (request) => {
  const { options, inWorker = false } = request as EngineRequest;
  return inWorker ? runInWorker(options) : runEngine(options);
});

async function runInWorker(options: EngineOptions): Promise<unknown> {
  const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's messages have no origin
    worker.postMessage(options);
  });
}
