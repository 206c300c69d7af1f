/** Workers of a page. They share memory only where the page is cross-origin isolated. */

import type { RunningWorker, WorkerSetup } from './worker.js';

/** The cores that the browser owns up to. */
export function availableCores(): number {
  return navigator.hardwareConcurrency ?? 1;
}

/** Why threads cannot share memory here, or undefined. */
export function whyUnshared(): string | undefined {
  return globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined'
    ? undefined
    : 'the page is not cross-origin isolated (headers COOP same-origin and COEP require-corp), so it has no shared memory';
}

/**
 * Starts a worker.
 * @param onDeath told when it fails by itself
 */
export function startWorker(setup: WorkerSetup, onDeath: (reason: string) => void): RunningWorker {
  // One expression, so that bundlers see the worker and ship its file.
  const worker = new Worker(new URL('./worker.web.js', import.meta.url), { type: 'module', name: 'recurra' });
  const ready = new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true });
    worker.addEventListener('error', ({ message }) => {
      const reason = message || 'its script could not be loaded';
      onDeath(reason);
      reject(new Error(reason));
    });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's messages have no origin
  worker.postMessage(setup);
  return { ready, end: () => worker.terminate() };
}
