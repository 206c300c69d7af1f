/** The workers of a page, run on threads of Node that are given a page's way of talking. */

import { Worker as Thread } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { selectKernels } from '../../src/kernels/select.js';
import type { SelectionRequest } from '../../src/kernels/select.js';

vi.mock('../../src/kernels/workers.node.js', async () => import('../../src/kernels/workers.web.js'));

/** What a page's worker has, and then the script itself, as built. */
const bootstrap = (script: string): string => `
  const { parentPort } = require('node:worker_threads');
  globalThis.addEventListener = (type, listen) => parentPort.on(type, (data) => listen({ data }));
  globalThis.postMessage = (message) => parentPort.postMessage(message);
  import(${JSON.stringify(script)});
`;

let script: (url: URL) => string;

/** A page's Worker over a thread. */
class PageWorker {
  readonly #thread: Thread;

  constructor(url: URL) {
    this.#thread = new Thread(script(url), { eval: true });
  }

  addEventListener(type: string, listen: (event: unknown) => void): void {
    this.#thread.on(type, listen);
  }

  postMessage(message: unknown): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's messages have no origin
    this.#thread.postMessage(message);
  }

  terminate(): void {
    void this.#thread.terminate();
  }
}

beforeEach(() => {
  script = (url) => bootstrap(url.href.replace('/src/', '/dist/'));
  vi.stubGlobal('Worker', PageWorker);
  vi.stubGlobal('crossOriginIsolated', true);
  vi.stubGlobal('navigator', { hardwareConcurrency: 2 });
});

afterEach(() => void vi.unstubAllGlobals());

const request: SelectionRequest = {
  tier: 'simd',
  precision: 'float32',
  memoryLimit: 2 ** 24,
  threads: 'auto',
  grain: 0,
};

test('they run kernels', async () => {
  const { team, heap, kernels, notes } = await selectKernels(request);
  expect({ threads: team?.threads, notes }).toEqual({ threads: 2, notes: [] });
  heap.floats.fill(1, 1024, 1124);
  kernels.scale(4096, 100, 3);
  expect(team!.forksOf('scale')).toBe(1);
  expect(heap.floats.slice(1024, 1125)).toEqual(Float32Array.from({ length: 101 }, (_, i) => (i < 100 ? 3 : 0)));
  team!.close();
});

test('a script that does not load is told', async () => {
  script = () => "throw new Error('404')";
  const { team, notes } = await selectKernels(request);
  expect(team).toBeUndefined();
  expect(notes).toEqual(['threads: 1, loading failed: a worker did not start: 404']);
});

test('a page that is not isolated has one thread, and says what it lacks', async () => {
  vi.stubGlobal('crossOriginIsolated', false);
  const { team, notes } = await selectKernels(request);
  expect(team).toBeUndefined();
  expect(notes[0]).toMatch(/^threads: 1, the page is not cross-origin isolated \(headers COOP/);
  await expect(selectKernels({ ...request, threads: 2 })).rejects.toThrow(
    /^createEngine: kernels 'simd' with threads 2 cannot run here: the page is not cross-origin isolated/,
  );
});
