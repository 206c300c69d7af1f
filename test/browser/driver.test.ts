/** The room itself: without a browser the tests fail, and no error in a page passes unseen. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chromium, findChromium } from './chromium.js';
import { outcomeOf } from './outcome.js';
import { serve } from './server.js';
import type { ServeOptions, Site } from './server.js';

describe('Chromium', () => {
  it('is asked for where there is none', () => {
    expect(() => findChromium({ PATH: '/nowhere' })).toThrow(
      'the tests in the browser need Chromium, and PATH has none of chromium, chromium-browser, google-chrome. ' +
        'Install it (Debian: apt-get install --no-install-recommends chromium), or set CHROMIUM to its path.',
    );
  });

  it('is the one that is named, or none', () => {
    expect(findChromium({ CHROMIUM: process.execPath, PATH: '' })).toBe(process.execPath);
    expect(() => findChromium({ CHROMIUM: '/nowhere', PATH: process.env.PATH })).toThrow(
      'CHROMIUM is /nowhere, which is no program. Set it to the path of Chromium.',
    );
  });
});

describe('a page', () => {
  let browser: Chromium;
  beforeAll(async () => {
    browser = await Chromium.launch();
  });
  afterAll(async () => browser?.close());

  /** Serves a page of one script. */
  async function sited(script: string, options: ServeOptions = {}): Promise<Site> {
    const html =
      '<!doctype html><html lang="en"><title>page</title><script type="module" src="script.js"></script></html>';
    const worker = 'setTimeout(() => { throw new Error("in a worker"); }, 0)';
    const files = { 'index.html': html, 'script.js': script, 'worker.js': worker };
    return serve(new Map(Object.entries(files)), options);
  }

  async function outcome(script: string, options: ServeOptions = {}): Promise<unknown> {
    const site = await sited(script, options);
    try {
      return await outcomeOf(browser, site.url, null);
    } finally {
      await site.close();
    }
  }

  const done = 'globalThis.outcome = new Promise((resolve) => setTimeout(() => resolve({ value: 42 }), 300));';

  it('gives its result', async () => {
    expect(await outcome(done)).toBe(42);
  });

  it.each([
    ['console.error("one");', 'error: one'],
    ['console.warn("two");', 'warning: two'],
    ['setTimeout(() => { throw new Error("three"); }, 0);', 'uncaught: Error: three'],
    ['void Promise.reject(new Error("four"));', 'uncaught: Error: four'],
    ['void fetch("missing.txt");', 'error: Failed to load resource: the server responded with a status of 404'],
    ['new Worker("worker.js", { type: "module" });', 'in a worker'],
  ])('fails for %s', async (script, message) => {
    await expect(outcome(`${script}\n${done}`)).rejects.toThrow(message);
  });

  it('fails for an error that it publishes, and for nothing published', async () => {
    await expect(outcome('globalThis.outcome = Promise.resolve({ error: "five" });')).rejects.toThrow('threw: five');
    await expect(outcome('')).rejects.toThrow('published nothing');
  });

  it('lives under the policies that are asked for', async () => {
    const script = 'globalThis.outcome = Promise.resolve({ value: crossOriginIsolated });';
    expect(await outcome(script)).toBe(false);
    expect(await outcome(script, { isolated: true })).toBe(true);
    await expect(outcome(script, { csp: "script-src 'none'" })).rejects.toThrow('Content Security Policy');
  });
});

describe('the server', () => {
  it('gives nothing outside of its folder', async () => {
    const site = await serve(new URL('.', import.meta.url).pathname);
    expect((await fetch(`${site.url}server.ts`)).status).toBe(200);
    expect((await fetch(`${site.url}..%2f..%2fpackage.json`)).status).toBe(404);
    expect((await fetch(`${site.url}%2e%2e/%2e%2e/package.json`)).status).toBe(404);
    await site.close();
  });

  it('says what a file is', async () => {
    const site = await serve(new Map([['a.wasm', new Uint8Array([0])]]), { isolated: true, csp: "default-src 'self'" });
    const { headers } = await fetch(`${site.url}a.wasm`);
    expect(headers.get('content-type')).toBe('application/wasm');
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(headers.get('content-security-policy')).toBe("default-src 'self'");
    await site.close();
  });
});
