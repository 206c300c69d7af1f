/** --threads: the same bytes and numbers whatever it is, and processes that end by themselves. */

import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { Workplace, outcome } from './command.js';

const place = new Workplace();
place.file('text');

/** Large enough that the products of a step are divided. */
const SIZES = '--text text --hidden 64 --batch 16 --window 16 --dropout 0.1 --kernels simd --seed 3'.split(' ');

function run(...args: string[]): ReturnType<Workplace['run']> {
  return place.run(...args);
}

test('two threads write the checkpoint of one, also half-way, and read it alike', async () => {
  const [one, two, half] = await Promise.all([
    run('train', ...SIZES, '--out', 'one', '--epochs', '2'),
    run('train', ...SIZES, '--out', 'two', '--epochs', '2', '--threads', '2'),
    run('train', ...SIZES, '--out', 'half', '--epochs', '1', '--threads', '2'),
  ]);
  expect([one.code, two.code, half.code]).toEqual([0, 0, 0]);
  expect(one.stderr).toMatch(/^kernels simd, 1 thread$/m);
  expect(two.stderr).toMatch(/^kernels simd, 2 threads$/m);
  expect(place.checkpoint('two').equals(place.checkpoint('one'))).toBe(true);
  expect((await run('train', '--resume', 'half', '--epochs', '2', '--threads', '3')).code).toBe(0);
  expect(place.checkpoint('half').equals(place.checkpoint('one'))).toBe(true);
  for (const command of [
    ['evaluate', 'one', '--text', 'text', '--json'],
    ['generate', 'one', '--length', '40'],
  ]) {
    const alone = await run(...command);
    expect(await run(...command, '--threads', '2')).toEqual(alone);
    expect(alone).toMatchObject({ code: 0, stderr: '' });
  }
});

test.each([
  ['0', /--threads must be a whole number from 1 to 64, or auto, got '0'/],
  ['65', /--threads must be a whole number from 1 to 64, or auto, got '65'/],
  ['two', /--threads must be a whole number from 1 to 64, or auto, got 'two'/],
  ['2 --kernels js', /^recurra: --kernels js runs on one thread, got threads 2\. Leave --threads out\.$/m],
])('--threads %s is refused', async (threads, message) => {
  const sizes = SIZES.slice(0, SIZES.indexOf('--kernels'));
  const { code, stderr } = await run('train', ...sizes, '--out', 'refused', '--threads', ...threads.split(' '));
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('a program that leaves its engine alone ends by itself, whether workers sleep or spin', async () => {
  const library = new URL('../../dist/index.js', import.meta.url).href;
  const program = (wait: number) => `
    import { createEngine, LSTM } from ${JSON.stringify(library)};
    const engine = await createEngine({ kernels: 'simd', threads: 3 });
    const lstm = new LSTM(engine, { inputSize: 64, hiddenSize: 64 });
    await new Promise((resolve) => setTimeout(resolve, ${wait}));
    engine.evaluate(() => lstm.forward(engine.input({ data: new Float32Array(64 * 1024), shape: [16, 64, 64] })).output.toArray());
    console.log(engine.report().threads);
  `;
  for (const wait of [0, 20]) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program(wait)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(await outcome(child)).toEqual({ code: 0, stdout: '3\n', stderr: '' });
  }
});
