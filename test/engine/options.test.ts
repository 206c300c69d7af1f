/** The options of createEngine and the report of what was chosen. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { EngineOptions } from '../../src/engine.js';
import { KernelUnavailableError, OptionError } from '../../src/errors.js';
import { Linear } from '../../src/layers/linear.js';
import { everywhere, hasRelaxed, tiers } from './settings.js';

const refused: [object, string][] = [
  [
    { kernel: 'simd' },
    "createEngine: unknown option 'kernel'. Known options: seed, kernels, precision, threads, memoryLimit, revectorize, wasm, debug.",
  ],
  [{ kernels: 'wasm' }, 'createEngine: kernels must be one of auto, relaxed, simd, js, got wasm.'],
  [{ precision: 'float16' }, 'createEngine: precision must be one of float32, float64, got float16.'],
  [
    { precision: 'float64', kernels: 'simd' },
    'createEngine: precision float64 runs on the js kernels only, got kernels simd.',
  ],
  [
    { precision: 'float64', kernels: 'relaxed' },
    'createEngine: precision float64 runs on the js kernels only, got kernels relaxed.',
  ],
  [{ seed: -1 }, 'createEngine: seed must be a whole number from 0 to 4294967295, got -1.'],
  [{ seed: 2 ** 32 }, 'createEngine: seed must be a whole number from 0 to 4294967295, got 4294967296.'],
  [{ seed: 1.5 }, 'createEngine: seed must be a whole number from 0 to 4294967295, got 1.5.'],
  [{ seed: '1' }, "createEngine: seed must be a whole number from 0 to 4294967295, got '1'."],
  [{ memoryLimit: 1000 }, 'createEngine: memoryLimit must be a number at least 1048576, got 1000.'],
  [{ memoryLimit: NaN }, 'createEngine: memoryLimit must be a number at least 1048576, got NaN.'],
];

test.each(refused)('refused: %j', async (options, message) => {
  await expect(createEngine(options as EngineOptions)).rejects.toThrow(new OptionError(message));
});

test('without options the fastest kernels of this runtime run on 32-bit floats', async () => {
  const { kernels, precision, notes } = (await createEngine()).report();
  expect({ kernels, precision }).toEqual({ kernels: tiers[0], precision: 'float32' });
  expect(notes).toHaveLength(hasRelaxed ? 0 : 1);
});

test.each(everywhere)('the report says what was asked for: $name', async ({ name, options }) => {
  const report = (await createEngine(options)).report();
  expect(report.precision).toBe(name === 'float64' ? 'float64' : 'float32');
  expect(report.kernels).toBe(name === 'float64' ? 'js' : name);
  const why = 'WebAssembly kernels are 32-bit, float64 runs on js';
  expect(report.notes).toEqual(name === 'float64' ? [`relaxed: ${why}`, `simd: ${why}`] : []);
});

test('float64 runs on the JavaScript kernels, asked for by name or not', async () => {
  for (const kernels of ['auto', 'js'] as const) {
    const report = (await createEngine({ precision: 'float64', kernels })).report();
    expect([report.kernels, report.precision]).toEqual(['js', 'float64']);
  }
});

test('relaxed kernels are given where the runtime has them, and refused with the reason where it has not', async () => {
  const relaxed = createEngine({ kernels: 'relaxed' });
  if (hasRelaxed) expect((await relaxed).report().kernels).toBe('relaxed');
  else await expect(relaxed).rejects.toThrow(KernelUnavailableError);
});

test.each(everywhere)('the report counts the bytes of the memory and of the largest step: $name', async (setting) => {
  const engine = await createEngine(setting.options);
  expect(engine.report()).toMatchObject({ memoryBytes: 2 ** 20, peakStepBytes: 0 });
  const linear = new Linear(engine, { inputSize: 16, outputSize: 32 });
  const forward = (rows: number) => () =>
    void linear.forward(engine.input({ data: new Float64Array(rows * 16), shape: [rows, 16] }));
  const width = setting.name === 'float64' ? 8 : 4;
  for (const rows of [8, 64, 8]) engine.evaluate(forward(rows));
  expect(engine.report().peakStepBytes).toBe(64 * (16 + 32) * width);
  engine.evaluate(() => engine.output('large', [2 ** 19], false));
  expect(engine.report().peakStepBytes).toBe(2 ** 19 * width);
  expect(engine.report().memoryBytes).toBeGreaterThan(2 ** 19 * width);
});

test('the same seed gives the same numbers, another seed others, and the default seed is 1', async () => {
  const draw = async (options: EngineOptions) => (await createEngine(options)).random.bits();
  expect(await draw({ seed: 7 })).toBe(await draw({ seed: 7 }));
  expect(await draw({ seed: 7 })).not.toBe(await draw({ seed: 8 }));
  expect(await draw({})).toBe(await draw({ seed: 1 }));
});
