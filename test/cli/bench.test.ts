/** `recurra bench`: rows as a table and as JSON lines, and what is refused. What it measures is not asserted. */

import { once } from 'node:events';
import { expect, test } from 'vitest';
import { lines, outcome, Workplace } from './command.js';

const place = new Workplace();
const seq = { name: 'one', kind: 'seq', cell: 'lstm', B: 2, T: 3, I: 2, H: 4, L: 1 };
const lm = { name: 'two', kind: 'lm', cell: 'gru', B: 2, T: 3, E: 5, H: 4, L: 1, V: 7 };
place.file('shapes.json', JSON.stringify({ note: 'tiny', shapes: [seq, lm] }));
place.file('broken.json', '{ "shapes": [');
place.file('wrong.json', JSON.stringify({ shapes: [{ ...seq, H: 0 }] }));
place.file('huge.json', JSON.stringify({ shapes: [{ ...seq, B: 1e6, T: 1e6 }] }));

test('one shape, as a JSON line with every figure', async () => {
  const options = '--shapes shapes.json --shape two --kernels simd --threads 1 --json'.split(' ');
  const { code, stdout, stderr } = await place.run('bench', ...options);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/^bench: 0%/) as unknown });
  expect(lines(stdout)).toHaveLength(1);
  const row = JSON.parse(stdout) as Record<string, unknown>;
  expect(row).toMatchObject({ bench: 'train-step', shape: 'two', kernels: 'simd', revectorized: false, threads: 1 });
  const figures =
    'msPerStep tokensPerSecond gflops fractionOfPeak peakGflops stepBytes floorBytes bytesOverFloor'.split(' ');
  for (const figure of figures) expect(row[figure]).toBeGreaterThan(0);
  expect(Object.keys(row)).toHaveLength(5 + figures.length);
});

test('one shape, as a table', async () => {
  const { code, stdout } = await place.run('bench', '--shapes', 'shapes.json', '--shape', 'one', '--kernels', 'js');
  expect(code).toBe(0);
  const [kernels, gap, heading, row, ...rest] = lines(stdout);
  expect([kernels, gap, rest]).toEqual(['js kernels, 1 thread', '', []]);
  expect(heading).toMatch(/^training step +ms +tokens\/s +GFLOP\/s +peak +fraction +MB +of floor$/);
  expect(row).toMatch(/^one( +[\d.]+){7}$/);
});

test('without a name the products come first, a row each, then every shape of the file', async () => {
  const { code, stdout } = await place.run('bench', '--shapes', 'shapes.json', '--kernels', 'simd', '--json');
  expect(code).toBe(0);
  const rows = lines(stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
  const products = rows.filter(({ bench }) => bench === 'product');
  expect(rows.slice(products.length).map(({ bench, shape }) => [bench, shape])).toEqual([
    ['train-step', 'one'],
    ['train-step', 'two'],
  ]);
  expect(products.map(({ product }) => product)).toEqual(expect.arrayContaining(['480x240x480', '120x200x960']));
  for (const row of products) expect(row).toMatchObject({ kernels: 'simd', threads: 1 });
});

test.each<[string, number, RegExp]>([
  ['bench --shapes missing.json', 3, /missing.json: cannot be read, there is no such file or folder.*Check the path/],
  ['bench --shapes broken.json', 3, /broken.json: is not JSON: .*Correct it there/],
  ['bench --shapes wrong.json', 3, /wrong.json: shapes\[0\] \(one\): H must be a whole number of at least 1, got 0/],
  ['bench --shapes huge.json --shape one', 5, /bench: the values and weights of one take about .* MB.*limit/],
  ['bench --shapes shapes.json --shape three', 2, /--shape must be one of one, two, got 'three'/],
  ['bench --shape x', 2, /--shape must be one of adding_lstm_B32_T50_H32, .*, got 'x'/],
  ['bench --threads 0', 2, /--threads must be/],
  ['bench --threads many', 2, /--threads must be .* got 'many'/],
  ['bench --kernels cuda', 2, /--kernels must be one of auto, relaxed, simd, js, got 'cuda'/],
  ['bench --json --json=1', 2, /--json/],
  ['bench --fast', 2, /unknown option '--fast'/],
  ['bench extra', 2, /too many arguments/],
])('%s', async (args, code, message) => {
  const ended = await place.run(...args.split(' '));
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(lines(ended.stderr).at(-1)).toMatch(message);
  expect(ended.stderr).not.toMatch(/\n\s+at /);
});

test('SIGINT ends it with 130; the rows that are done stay', async () => {
  const child = place.start(['bench', '--kernels', 'simd', '--json']);
  const ended = outcome(child);
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toMatch(/^stopping; once more to quit at once$/m);
  for (const line of lines(stdout)) expect(JSON.parse(line)).toMatchObject({ bench: 'product' });
});
