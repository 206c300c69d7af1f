/** The entry of a worker in a page. Its setup is the first message; it answers once, when it is ready. */

import { prepareWorker } from './worker.js';
import type { WorkerSetup } from './worker.js';

addEventListener('message', ({ data }: MessageEvent<WorkerSetup>) => {
  const serve = prepareWorker(data);
  postMessage('ready');
  // The loop never ends, so let this turn end first and the answer leave.
  setTimeout(serve, 0);
});
