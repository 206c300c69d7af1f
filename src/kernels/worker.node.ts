/** The entry of a worker thread in Node. Its setup comes with it; it answers once, when it is ready. */

import { parentPort, workerData } from 'node:worker_threads';
import { prepareWorker } from './worker.js';
import type { WorkerSetup } from './worker.js';

const serve = prepareWorker(workerData as WorkerSetup);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's messages have no origin
parentPort!.postMessage('ready');
serve();
