/** What is timed computes what it should, and the figures fit together. No time is asserted. */

import { describe, expect, test } from 'vitest';
import { alternate, finish, median, medianRatio, timed } from '../../src/bench/alternation.js';
import { stepFlops } from '../../src/bench/counts.js';
import { measureLayer } from '../../src/bench/layer.js';
import { PEAK_FLOPS, reached } from '../../src/bench/peak.js';
import { measureProduct, productName, PRODUCTS } from '../../src/bench/products.js';
import type { TrainingShape } from '../../src/bench/shapes.js';
import { buildTrainStep, measureTrainStep } from '../../src/bench/train-step.js';
import { createEngine } from '../../src/engine.js';
import { MemoryError } from '../../src/errors.js';
import { float32 } from '../engine/settings.js';

const blink = { sliceMs: 0, warmUpMs: 0, budgetMs: 0 };
const seq = { name: 's', kind: 'seq', B: 3, T: 4, I: 2, H: 5, L: 2 } as const;
const lm = { name: 'm', kind: 'lm', B: 3, T: 4, E: 6, H: 5, L: 1, V: 9 } as const;

describe('alternation', () => {
  test('rounds take turns, and every slice yields', () => {
    const turns: string[] = [];
    const measure = (name: string) => (calls: number) => {
      turns.push(name);
      return 2 * calls;
    };
    const samples = finish(alternate([measure('a'), measure('b')], blink));
    expect(samples).toEqual([new Array(5).fill(2), new Array(5).fill(2)]);
    expect(turns.slice(-10).join('')).toBe('ababababab');
    expect([...alternate([measure('a'), measure('b')], blink)]).toHaveLength(2 + 10);
  });

  test('a slice has calls enough to last, and the time is that of one', () => {
    const calls: number[] = [];
    const measure = (n: number): number => {
      calls.push(n);
      return 0.5 * n;
    };
    expect(finish(alternate([measure], { ...blink, sliceMs: 3 }))).toEqual([new Array(5).fill(0.5)]);
    expect(calls.at(-1)).toBe(8);
  });

  test('timed calls as often as asked', () => {
    let count = 0;
    expect(timed(() => count++)(7)).toBeGreaterThanOrEqual(0);
    expect(count).toBe(7);
  });

  test('medians', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([5])]).toEqual([2, 2.5, 5]);
    expect(medianRatio([2, 9, 4], [1, 3, 4])).toBe(2);
  });

  test('the fraction of the peak is taken within rounds, and shared by threads', () => {
    expect(reached([2, 4], PEAK_FLOPS, [1, 2]).fractionOfPeak).toBe(0.5);
    expect(reached([2, 4], PEAK_FLOPS, [1, 2], 2).fractionOfPeak).toBe(0.25);
    expect(reached([2, 4], PEAK_FLOPS, [1, 1]).peakGflops).toBe(PEAK_FLOPS / 1e6);
  });

  test('leaves out rounds in which the pace changed, if enough are left', () => {
    const ms = [4, 4, 40, 4, 4];
    const peaks = [1, 1, 1, 2, 2];
    expect(reached(ms, PEAK_FLOPS, peaks).fractionOfPeak).toBe(0.375);
    expect(reached(ms, PEAK_FLOPS, [1, 2, 1, 2, 1]).fractionOfPeak).toBe(0.25);
  });
});

describe.each(float32)('on $name', ({ options }) => {
  test.each<TrainingShape>([
    { ...seq, cell: 'lstm' },
    { ...seq, cell: 'gru' },
    { ...seq, cell: 'rnn' },
    { ...lm, cell: 'lstm' },
    { ...lm, cell: 'gru' },
  ])('a step of $kind with $cell learns its batch', async (shape) => {
    const step = buildTrainStep(await createEngine(options), shape);
    const first = step();
    for (let i = 0; i < 200; i++) step();
    expect(step()).toBeLessThan(first);
  });

  test('the figures of a step fit together', async () => {
    const shape = { ...lm, cell: 'lstm' } as const;
    const engine = await createEngine(options);
    const result = finish(measureTrainStep(engine, shape, 1, blink));
    expect(result).toMatchObject({ bench: 'train-step', shape: 'm', kernels: options.kernels, threads: 1 });
    expect(result.tokensPerSecond * result.msPerStep).toBeCloseTo(12_000, 6);
    expect(result.gflops * result.msPerStep * 1e6).toBeCloseTo(stepFlops(shape), 3);
    expect(result.stepBytes).toBeGreaterThan(engine.report().peakStepBytes);
    expect(result.bytesOverFloor).toBe(result.stepBytes / result.floorBytes);
    expect(result.fractionOfPeak).toBeGreaterThan(0);
  });

  test('every kind of product runs', async () => {
    const engine = await createEngine({ kernels: options.kernels! });
    const small = PRODUCTS.filter(({ M, K, N }) => M * K * N < 1e7);
    const kinds = [...small, { ...PRODUCTS.find(({ kernel }) => kernel === 'gemmTN')!, M: 20, K: 30, N: 10 }];
    for (const product of kinds) {
      const result = finish(measureProduct(engine, product, 1, blink));
      expect(result).toMatchObject({ bench: 'product', product: productName(product), threads: 1 });
      expect(result.peakGflops).toBeGreaterThan(0);
    }
  });

  test('both directions of a layer are timed', async () => {
    const result = finish(measureLayer(await createEngine(options), { T: 3, B: 2, I: 4, H: 5 }, blink));
    expect(result.msForward).toBeGreaterThan(0);
    expect(result.msBackward).toBeGreaterThan(0);
  });
});

test('a shape that no memory holds is told so by name, before anything is made', async () => {
  const engine = await createEngine({ kernels: 'simd' });
  const build = (): unknown => buildTrainStep(engine, { ...lm, cell: 'lstm', B: 1e6, T: 1e6 });
  expect(build).toThrow(MemoryError);
  expect(build).toThrow(/^bench: the values and weights of m take about/);
});
