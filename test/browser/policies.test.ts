/**
 * What a page lets an engine do: threads with cross-origin isolation, WebAssembly with its directive of the content
 * security policy, and what is said where a page does not let it.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from './bundle.js';
import { Chromium } from './chromium.js';
import { outcomeOf } from './outcome.js';
import type { EngineRequest, EngineResult } from './pages/engine-run.js';
import { traceOf } from './pages/seeded-runs.js';
import type { Trace } from './pages/seeded-runs.js';
import { serve } from './server.js';
import type { Files, ServeOptions } from './server.js';

const WITH_WASM = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
const WITHOUT_WASM = WITH_WASM.replace(" 'wasm-unsafe-eval'", '');
const UNSHARED =
  'the page is not cross-origin isolated (headers COOP same-origin and COEP require-corp), so it has no shared memory';
const FORBIDDEN = "the page's Content-Security-Policy does not allow WebAssembly: script-src needs 'wasm-unsafe-eval'";

let browser: Chromium;
let files: Files;
let inNode: Trace;

beforeAll(async () => {
  inNode = await traceOf('lstm');
  browser = await Chromium.launch();
  files = await bundlePage('engine');
});

afterAll(async () => browser?.close());

/** What becomes of an engine in a page under a policy. */
async function engineIn(policy: ServeOptions, request: EngineRequest): Promise<EngineResult> {
  const site = await serve(files, policy);
  try {
    return await outcomeOf<EngineResult>(browser, site.url, { ...request, options: { seed: 7, ...request.options } });
  } finally {
    await site.close();
  }
}

const places = [
  ["the page's thread", false],
  ['a worker', true],
] as const;

describe.each(places)('in %s', (_, inWorker) => {
  it('isolated: two threads give the bits of one in Node', async () => {
    const result = await engineIn({ isolated: true }, { options: { kernels: 'simd', threads: 2 }, inWorker });
    expect(result).toMatchObject({ isolated: true, report: { kernels: 'simd', threads: 2, notes: [] }, trace: inNode });
  });

  it('isolated, with a strict policy that allows WebAssembly: two threads', async () => {
    const result = await engineIn({ isolated: true, csp: WITH_WASM }, { options: { threads: 2 }, inWorker });
    expect(result).toMatchObject({ report: { kernels: 'relaxed', threads: 2, notes: [] }, trace: { steps: 200 } });
  });

  it('not isolated: threads auto comes to one and says why', async () => {
    const result = await engineIn({}, { options: { kernels: 'simd', threads: 'auto' }, inWorker });
    const report = { kernels: 'simd', threads: 1, notes: [`threads: 1, ${UNSHARED}`] };
    expect(result).toMatchObject({ isolated: false, report, trace: inNode });
  });

  it('not isolated: two threads are refused with the reason', async () => {
    const result = await engineIn({}, { options: { kernels: 'simd', threads: 2 }, inWorker });
    const message =
      `createEngine: kernels 'simd' with threads 2 cannot run here: ${UNSHARED}. ` +
      "Leave threads out, or say 'auto', for the best there is.";
    expect(result).toEqual({ isolated: false, error: { name: 'KernelUnavailableError', message } });
  });

  it('a policy that allows WebAssembly: the fastest kernels', async () => {
    const result = await engineIn({ csp: WITH_WASM }, { options: {}, inWorker });
    expect(result).toMatchObject({ report: { kernels: 'relaxed', notes: [] }, trace: { steps: 200 } });
  });

  it('a policy that does not: the js kernels, and why', async () => {
    const result = await engineIn({ csp: WITHOUT_WASM }, { options: {}, inWorker });
    const notes = [`relaxed: ${FORBIDDEN}`, `simd: ${FORBIDDEN}`];
    expect(result).toMatchObject({ report: { kernels: 'js', notes }, trace: { steps: 200 } });
  });

  it('a policy that does not: a tier by name is refused with the reason', async () => {
    const result = await engineIn({ csp: WITHOUT_WASM }, { options: { kernels: 'simd' }, inWorker });
    const message = `createEngine: kernels 'simd' cannot run here: ${FORBIDDEN}. Leave it out, or say 'auto', for the best there is.`;
    expect(result).toEqual({ isolated: false, error: { name: 'KernelUnavailableError', message } });
  });
});
