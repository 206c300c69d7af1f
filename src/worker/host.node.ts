/** What runs in the worker thread of Node, Bun and Deno. */

import { parentPort } from 'node:worker_threads';
import { serve } from './host.js';

serve({
  post: (message, transfer = []) => parentPort!.postMessage(message, [...transfer]),
  listen: (onMessage) => void parentPort!.on('message', onMessage),
});
