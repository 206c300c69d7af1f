/**
 * The conformance suite of the kernels in Chromium, file by file as Node runs it. Not in a page:
 *
 *     codegen      has V8's command line print machine code, which Node alone can
 *     surface      reads the sources and the binaries of the package, and runs no kernel
 *     workers      puts a page's workers on threads of Node; here are the real ones (threads, isolation.test.ts)
 *     revectorize  a flag of V8, which no page can set
 */

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRelaxedSimd } from '../kernels/relaxed-probe.js';
import { bundlePage } from './bundle.js';
import { Chromium } from './chromium.js';
import { outcomeOf } from './outcome.js';
import type { TestResult } from './pages/kernels.js';
import { serve } from './server.js';
import type { Site } from './server.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILES = readdirSync(`${ROOT}test/kernels`).filter((name) => name.endsWith('.test.ts'));
const LEFT_OUT = ['codegen', 'surface', 'workers', 'revectorize'];
const IN_PAGE = FILES.map((name) => name.slice(0, -'.test.ts'.length)).filter((name) => !LEFT_OUT.includes(name));

let browser: Chromium;
let site: Site;
let inNode: ReadonlyMap<string, string[]>;

beforeAll(async () => {
  inNode = testsInNode();
  browser = await Chromium.launch();
  site = await serve(await bundlePage('kernels'), { isolated: true });
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** The names of the tests that Node has for each file, with the relaxed kernels that Chromium has. */
function testsInNode(): Map<string, string[]> {
  const flag = hasRelaxedSimd() ? [] : ['--execArgv=--experimental-wasm-relaxed-simd'];
  const files = IN_PAGE.map((name) => `test/kernels/${name}.test.ts`);
  const vitest = [`${ROOT}node_modules/vitest/vitest.mjs`, 'list', '--json', ...flag, ...files];
  const listed = execFileSync(process.execPath, vitest, { cwd: ROOT, maxBuffer: 2 ** 26 }).toString();
  const tests = JSON.parse(listed) as { name: string; file: string }[];
  const namesOf = (name: string): string[] =>
    tests.filter(({ file }) => file.endsWith(`/kernels/${name}.test.ts`)).map((test) => test.name);
  return new Map(IN_PAGE.map((name) => [name, namesOf(name)]));
}

describe('the suite of the kernels in Chromium', () => {
  it.each(IN_PAGE)('%s: the tests of Node, all passed', async (name) => {
    const results = await outcomeOf<TestResult[]>(browser, site.url, name);
    expect(results.filter(({ state }) => state !== 'pass')).toEqual([]);
    expect(results.length).toBeGreaterThan(0);
    expect(results.map((result) => result.name)).toEqual(inNode.get(name));
  });
});
