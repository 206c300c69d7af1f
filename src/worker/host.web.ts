/** What runs in the worker of a page. */

import { serve } from './host.js';

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
};

serve({
  post: (message, transfer = []) => scope.postMessage(message, [...transfer]),
  listen: (onMessage) => scope.addEventListener('message', ({ data }) => onMessage(data)),
});
