/** The modern Hopfield network: its update against attention written out, energies, capacity, regimes, refusals. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { HostArray } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import { ModernHopfield } from '../../src/models/modern-hopfield.js';
import type { ModernHopfieldOptions } from '../../src/models/modern-hopfield.js';
import { Random } from '../../src/random.js';
import { everywhere } from '../engine/settings.js';
import { thrown } from '../thrown.js';
import { corrupted, difference, signs } from './patterns.js';

/** Normal numbers, (rows, N). */
function normals(rows: number, N: number, seed: number): HostArray & { data: Float64Array } {
  const data = new Float64Array(rows * N);
  new Random(seed).fillNormal(data, 1);
  return { data: Float64Array.from(Float32Array.from(data)), shape: [rows, N] };
}

const rows = ({ data, shape }: HostArray): number[][] =>
  Array.from({ length: shape[0]! }, (_, row) => Array.from(data).slice(row * shape[1]!, (row + 1) * shape[1]!));

const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** softmax(scale Q K^T) of one query, as attention has it. */
function attention(query: number[], keys: number[][], scale: number): number[] {
  const scores = keys.map((key) => Math.exp(scale * dot(query, key)));
  const sum = scores.reduce((a, b) => a + b);
  return scores.map((score) => score / sum);
}

function energy(state: number[], patterns: number[][], beta: number): number {
  const lse = Math.log(patterns.reduce((sum, x) => sum + Math.exp(beta * dot(x, state)), 0)) / beta;
  const largest = Math.max(...patterns.map((x) => dot(x, x)));
  return -lse + dot(state, state) / 2 + Math.log(patterns.length) / beta + largest / 2;
}

describe.each(everywhere)('on $name', ({ options, unit }) => {
  test.each([0.3, undefined])('an update is attention over the patterns, beta %s', async (beta) => {
    const [patterns, states] = [normals(11, 7, 1), normals(5, 7, 2)];
    const given = beta === undefined ? { size: 7 } : { size: 7, beta };
    const memory = new ModernHopfield(await createEngine(options), given).store(patterns);
    const shares = memory.attention(states);
    const { states: next, steps, ends } = memory.recall(states);
    expect([shares.shape, next.shape]).toEqual([[5, 11], [5, 7]]); // prettier-ignore
    expect([[...steps], ends]).toEqual([[1, 1, 1, 1, 1], Array.from({ length: 5 }, () => 'limit')]);
    rows(states).forEach((query, b) => {
      const weights = attention(query, rows(patterns), beta ?? 1 / Math.sqrt(7));
      weights.forEach((weight, mu) => expect(Math.abs(shares.data[b * 11 + mu]! - weight)).toBeLessThan(20 * unit));
      for (let i = 0; i < 7; i++) {
        const mean = weights.reduce((sum, weight, mu) => sum + weight * patterns.data[mu * 7 + i]!, 0);
        expect(Math.abs(next.data[b * 7 + i]! - mean)).toBeLessThan(50 * unit);
      }
    });
  });

  test('the energy is that of the equations', async () => {
    const [patterns, states] = [normals(9, 6, 3), normals(4, 6, 4)];
    const memory = new ModernHopfield(await createEngine(options), { size: 6, beta: 0.7 }).store(patterns);
    const wanted = rows(states).map((state) => energy(state, rows(patterns), 0.7));
    memory.energy(states).forEach((value, b) => expect(Math.abs(value - wanted[b]!)).toBeLessThan(200 * unit));
  });
});

test('no update raises the energy, which stays within its bounds', async () => {
  const engine = await createEngine({ precision: 'float64' });
  const patterns = normals(20, 10, 5);
  for (const beta of [0.05, 0.3, 1, 4]) {
    const memory = new ModernHopfield(engine, { size: 10, beta }).store(patterns);
    let states: HostArray = normals(8, 10, 6);
    let before = memory.energy(states);
    let fell = 0;
    for (let step = 0; step < 20; step++) {
      ({ states } = memory.recall(states));
      const after = memory.energy(states);
      after.forEach((value, b) => {
        expect(value).toBeLessThan(before[b]! + 1e-12);
        expect(value).toBeGreaterThan(-1e-12);
        if (value < before[b]! - 1e-3) fell++;
      });
      before = after;
    }
    expect(fell).toBeGreaterThanOrEqual(8);
  }
});

test('one update brings back patterns with a fifth of the units turned over, 10 N of them', async () => {
  const patterns = signs(1000, 100, 7);
  const memory = new ModernHopfield(await createEngine(), { size: 100, beta: 1 }).store(patterns);
  const { states, steps } = memory.recall(corrupted(patterns, 0.2, 8));
  expect(new Set(steps)).toEqual(new Set([1]));
  const wrong = difference(states.data.map(Math.sign), patterns.data);
  expect(wrong).toBeLessThan(0.005);
  expect(difference(memory.recall(patterns).states.data.map(Math.sign), patterns.data)).toBe(0);
});

test('a small beta goes to the mean of all patterns, a large one to the nearest', async () => {
  const engine = await createEngine();
  const [patterns, states] = [signs(5, 40, 9), normals(3, 40, 10)];
  const recalled = (beta: number) => {
    return new ModernHopfield(engine, { size: 40, beta }).store(patterns).recall(states, { maxSteps: 200 });
  };
  const mean = Array.from({ length: 40 }, (_, i) => rows(patterns).reduce((sum, row) => sum + row[i]! / 5, 0));
  const global = recalled(1e-4);
  expect(global.ends).toEqual(['fixed point', 'fixed point', 'fixed point']);
  rows(global.states).forEach((state) => state.forEach((value, i) => expect(value).toBeCloseTo(mean[i]!, 2)));
  const nearest = recalled(2);
  expect(nearest.ends).toEqual(['fixed point', 'fixed point', 'fixed point']);
  rows(nearest.states).forEach((state, b) => {
    const scores = rows(patterns).map((row) => dot(row, rows(states)[b]!));
    const best = rows(patterns)[scores.indexOf(Math.max(...scores))]!;
    state.forEach((value, i) => expect(value).toBeCloseTo(best[i]!, 4));
  });
});

test('steps and tolerance decide where it ends, for each state alone', async () => {
  const patterns = signs(5, 40, 9);
  const memory = new ModernHopfield(await createEngine(), { size: 40, beta: 1 }).store(patterns);
  const states = { data: [...patterns.data.subarray(0, 40), ...normals(1, 40, 11).data], shape: [2, 40] };
  const { steps, ends } = memory.recall(states, { maxSteps: 50 });
  expect(ends).toEqual(['fixed point', 'fixed point']);
  expect(steps[0]).toBe(1);
  expect(steps[1]).toBeGreaterThan(1);
  expect(memory.recall(states, { maxSteps: 50, tolerance: 100 }).steps[1]).toBe(1);
  const alone = memory.recall({ data: states.data.slice(40), shape: [1, 40] }, { maxSteps: 50 });
  expect(alone.steps[0]).toBe(steps[1]);
});

test('a state dict brings it back', async () => {
  const engine = await createEngine();
  const memory = new ModernHopfield(engine, { size: 6 }).store(normals(3, 6, 12));
  const again = new ModernHopfield(engine, { size: 6 });
  again.loadStateDict(memory.stateDict());
  expect(again.recall(normals(2, 6, 13))).toEqual(memory.recall(normals(2, 6, 13)));
  const error = thrown(() => again.loadStateDict(new Map()));
  expect(error).toBeInstanceOf(ShapeError);
  expect(error.message).toBe(
    "ModernHopfield.loadStateDict: takes a Map of 'patterns' alone, as stateDict() gives it, got the names none.",
  );
});

describe('refusals', () => {
  test.each<[object, string]>([
    [{ size: 0 }, 'ModernHopfield: size must be a whole number of at least 1, got 0.'],
    [{ size: 4, beta: 0 }, 'ModernHopfield: beta must be a number above 0, got 0.'],
    [{ size: 4, storage: 'hebbian' }, "ModernHopfield: unknown option 'storage'. Known options: size, beta."],
  ])('options %o', async (options, message) => {
    const engine = await createEngine();
    const error = thrown(() => new ModernHopfield(engine, options as ModernHopfieldOptions));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(message);
  });

  test.each<[object, string]>([
    [{ seed: 1 }, "ModernHopfield.recall: unknown option 'seed'. Known options: maxSteps, tolerance."],
    [{ maxSteps: 1.5 }, 'ModernHopfield.recall: maxSteps must be a whole number of at least 1, got 1.5.'],
    [{ tolerance: -1 }, 'ModernHopfield.recall: tolerance must be a number at least 0, got -1.'],
  ])('options of recall %o', async (options, message) => {
    const memory = new ModernHopfield(await createEngine(), { size: 4 }).store(signs(2, 4, 1));
    const error = thrown(() => memory.recall(signs(1, 4, 1), options));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(message);
  });

  test('numbers that 32 bits do not hold, where 64 do', async () => {
    const large = { data: [1, 1e300], shape: [1, 2] };
    const memory = new ModernHopfield(await createEngine(), { size: 2 }).store(signs(1, 2, 1));
    for (const [argument, run] of [
      ['store: patterns', () => memory.store(large)],
      ['recall: states', () => memory.recall(large)],
      ['energy: states', () => memory.energy(large)],
      ['attention: states', () => memory.attention(large)],
    ] as const) {
      const error = thrown(run);
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toBe(
        `ModernHopfield.${argument} must be finite everywhere, got 1e+300 in row 0, unit 1. Take out what is not a number, ` +
          'or too large for one of 32 bits.',
      );
    }
    expect(memory.patternCount).toBe(1);
    const wide = new ModernHopfield(await createEngine({ precision: 'float64' }), { size: 2 });
    const less = { data: [1, 1e100], shape: [1, 2] };
    expect([...wide.store(less).recall(less).states.data]).toEqual(less.data);
    wide.store(large);
    for (const method of ['recall', 'energy', 'attention'] as const) {
      expect(thrown(() => wide[method](large))).toEqual(
        new DataError(
          'ModernHopfield: products of states and patterns must be finite, got Infinity. Divide both by a number.',
        ),
      );
    }
  });

  test('an empty memory goes through its state dict', async () => {
    const engine = await createEngine();
    const [empty, full] = [1, 2].map(() => new ModernHopfield(engine, { size: 2 }));
    full!.store(signs(1, 2, 1)).loadStateDict(empty!.stateDict());
    expect(full!.patternCount).toBe(0);
  });

  test.each(['recall', 'energy', 'attention'] as const)('%s before store, and what is no state', async (method) => {
    const memory = new ModernHopfield(await createEngine(), { size: 2 });
    const empty = thrown(() => memory[method](signs(1, 2, 1)));
    expect(empty).toBeInstanceOf(DataError);
    expect(empty.message).toBe(`ModernHopfield.${method}: no patterns are stored. Call store first.`);
    memory.store(signs(1, 2, 1));
    const wide = thrown(() => memory[method](signs(1, 3, 1)));
    expect(wide).toBeInstanceOf(ShapeError);
    expect(wide.message).toBe(
      `ModernHopfield.${method}: states must be (rows, N) = (rows, 2), got (1, 3). N = 2 comes from size.`,
    );
    const infinite = thrown(() => memory[method]({ data: [1, 1, 1, Infinity], shape: [2, 2] }));
    expect(infinite).toBeInstanceOf(DataError);
    expect(infinite.message).toBe(
      `ModernHopfield.${method}: states must be finite everywhere, got Infinity in row 1, unit 1. Take out what is not a number, or too large for one of 32 bits.`,
    );
  });
});
