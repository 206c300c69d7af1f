/** The examples of the documentation, run as they stand on the package as built. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'recurra-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the first JavaScript example of a page in a folder of its own. @returns what it prints */
function run(page: string): string {
  const code = /```js\n([^]*?)```/.exec(readFileSync(page, 'utf8'))?.[1];
  if (code === undefined) throw new Error(`${page} has no JavaScript example`);
  const file = join(folder, 'example.mjs');
  writeFileSync(file, code.replace("from 'recurra'", `from '${pathToFileURL('dist/index.js').href}'`));
  return execFileSync(process.execPath, [file], { encoding: 'utf8', cwd: folder });
}

test('the example of the README learns its sentence', () => {
  const loss = Number(/^([\d.]+) nats per character\n$/.exec(run('README.md'))?.[1]);
  expect(loss).toBeLessThan(0.3);
});

test('the example of docs/tasks.md adds all pairs of numbers', () => {
  expect(run('docs/tasks.md')).toMatch(/^0\.0\d+ 65536 of 65536\n$/);
});

test('the example of docs/library.md learns its sentences, and saves them', () => {
  const output = run('docs/library.md');
  expect(Number(/^(\d\.\d+) the old cat sleeps/m.exec(output)?.[1])).toBeLessThan(2);
  expect(existsSync(join(folder, 'run', 'checkpoint.safetensors'))).toBe(true);
});
