/** `recurra summary`: the weights of a model, and what a step of its training costs. */

import { expect, test } from 'vitest';
import { english } from '../train/texts.js';
import { Workplace } from './command.js';

const place = new Workplace();
place.file('text', english(40));

test('of a language model: rows, their sum, and the products of a window', async () => {
  const sizes = ['--embedding', '8', '--hidden', '12', '--batch', '2', '--window', '5', '--steps', '1'];
  await place.run('train', '--text', 'text', '--out', 'run', ...sizes);
  const { code, stdout } = await place.run('summary', 'run', '--json');
  expect(code).toBe(0);
  const told = JSON.parse(stdout) as Record<string, number> & { rows: { name: string; shape: number[] }[] };
  const V = told.rows.find(({ name }) => name === 'head.bias')!.shape[0]!;
  expect(told.rows[1]).toEqual({ name: 'rnn.weight_ih_l0', shape: [48, 8], parameters: 384 });
  expect(told.parameters).toBe(V * 8 + 48 * (8 + 12 + 2) + 12 * V + V);
  // Forwards, for the weights, and for what went in: 2 operations each; the recurrent product has no step before the first.
  const products = 10 * (48 * 8 + 48 * 12 + 12 * V);
  expect(told.flops).toBeLessThanOrEqual(6 * products);
  expect(told.flops).toBeGreaterThan(5 * products);
  expect(told.stepBytes).toBeGreaterThan(4 * 10 * (V + 12 * 7));
});

test('of a task: a table, and lines for what it costs', async () => {
  await place.run('train', '--task', 'echo', '--hidden', '4', '--steps', '1', '--out', 'echo');
  const { stdout } = await place.run('summary', 'echo');
  expect(stdout).toMatch(/^name +shape +parameters\nrnn\.weight_ih_l0 +16 x 1 +16\n/);
  expect(stdout).toMatch(/\nin all +122\n/);
  expect(stdout).toMatch(/\na step of its training +\d+ MFLOP of products\nmemory of a step +0\.\d MB\n$/);
});
