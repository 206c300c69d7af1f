/** The examples of the documentation, run as they stand on the package as built. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'recurra-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a JavaScript example of a page, the first if not told otherwise, in a folder of its own. @returns what it prints */
function run(page: string, example: number = 0): string {
  const code = [...readFileSync(page, 'utf8').matchAll(/```js\n([^]*?)```/g)][example]?.[1];
  if (code === undefined) throw new Error(`${page} has no JavaScript example ${example + 1}`);
  const file = join(folder, 'example.mjs');
  const built = (path: string): string => `from '${pathToFileURL(`dist/${path}`).href}'`;
  const imports = code.replaceAll("from 'recurra'", built('index.js'));
  writeFileSync(file, imports.replaceAll("from 'recurra/worker'", built('worker/index.js')));
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

test('the example of docs/recurrent.md prints the shapes it says', () => {
  expect(run('docs/recurrent.md')).toBe('[ 4, 2, 10 ] 4\n');
});

test('the example of docs/tagging.md labels names it has never seen', () => {
  const [figures, tagged] = run('docs/tagging.md').trim().split('\n');
  const [, accuracy, f1] = /^accuracy ([\d.]+), F1 ([\d.]+), sentences right [\d.]+$/.exec(figures!)!.map(Number);
  expect(accuracy).toBeGreaterThan(0.99);
  expect(f1).toBeGreaterThan(0.97);
  expect(tagged).toBe('near/O the/O old/O Zimbudo/B-LOC Laka/I-LOC that/O opened/O ./O');
});

test('the example of docs/language-models.md learns two sentences, and writes one of them', () => {
  const [perplexity, ...text] = run('docs/language-models.md').split('\n');
  expect(Number(perplexity)).toBeLessThan(1.5);
  expect(text.join('\n')).toMatch(/^the old cat sleeps in the sun\.$/);
});

test('the example of docs/masked-language-model.md fills in what the word behind the blank decides', () => {
  expect(run('docs/masked-language-model.md')).toMatch(/^the cat sleeps here \[[^]*\]\nthe cats sleep here \[/);
});

test('the example of docs/rtrl.md learns online what truncated gradients do not', () => {
  const error = Number(/^mean squared error ([\d.]+)\n$/.exec(run('docs/rtrl.md'))?.[1]);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(0.05);
});

test('the example of docs/autoencoders.md learns its pictures and draws them', () => {
  const [, loss, kl] = /^-ELBO ([\d.]+) nats a picture, of which ([\d.]+) are the code\n$/
    .exec(run('docs/autoencoders.md'))!
    .map(Number);
  expect(loss).toBeGreaterThan(4.1);
  expect(loss).toBeLessThan(11);
  expect(kl).toBeGreaterThan(4);
  expect(readFileSync(join(folder, 'bars.png')).subarray(1, 4).toString()).toBe('PNG');
});

test('the example of docs/inspect.md prints what the page says, to the last digit', () => {
  const printed = /```text\n([^]*?)```/.exec(readFileSync('docs/inspect.md', 'utf8'))?.[1];
  expect(run('docs/inspect.md')).toBe(printed);
});

test('the example of docs/hopfield.md prints the table below it', () => {
  const rows = run('docs/hopfield.md').trim().split('\n').slice(1);
  const cells = rows.map((row) => row.split('  ').map(Number));
  const page = readFileSync('docs/hopfield.md', 'utf8');
  const table = [...page.matchAll(/^\|((?: +[\d.]+ +\|){5})$/gm)].map(([, row]) =>
    row!.split('|').slice(0, 5).map(Number),
  );
  expect(cells.length).toBe(6);
  // Hebb's column is the same in every tier, the others but for rounding.
  expect(cells).toEqual(table.map((row) => row.map((value) => expect.closeTo(value, 2) as number)));
});

test('the example of docs/dialogue.md answers by what was said first', () => {
  expect(run('docs/dialogue.md')).toBe('Your name is Boris.\nYour name is Carla.\n');
});

test('the example of docs/translation.md writes four letters from their end, and draws what they attended to', () => {
  expect(run('docs/translation.md')).toBe('dcba true\n');
  expect(readFileSync(join(folder, 'attention.svg'), 'utf8')).toMatch(/^<svg /);
});

test('the examples of docs/forecasting.md beat the baselines, and tell walks apart', () => {
  const [mse, last, season] = run('docs/forecasting.md')
    .split('\n')
    .map((line) => Number(/[\d.]+$/.exec(line)?.[0]));
  expect(mse).toBeLessThan(1.4);
  expect(mse).toBeLessThan(0.7 * season!);
  expect(season).toBeLessThan(last!);
  expect(Number(/^(\d+) % right/.exec(run('docs/forecasting.md', 1))?.[1])).toBeGreaterThan(80);
});

test('the example of docs/browser.md trains in a worker, pauses and goes on', () => {
  const output = run('docs/browser.md');
  expect(output).toMatch(/^1 gru of 32, 14 symbols, [\d,]+ parameters (relaxed|simd)$/m);
  expect(output).toMatch(/^the .{40}$/m);
  expect(Number(/^(\d+\.\d+)\n\d{5,}\n$/m.exec(output)?.[1])).toBeLessThan(6);
});
