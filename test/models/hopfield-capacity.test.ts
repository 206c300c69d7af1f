/**
 * How much a Hopfield network holds: the numbers of statistical mechanics, on random patterns of fixed seeds. Hebb's
 * fields are exact in every tier, so these are the same rates everywhere.
 */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { Hopfield } from '../../src/models/hopfield.js';
import type { Storage } from '../../src/models/hopfield-storage.js';
import { difference, meanOf, signs } from './patterns.js';

/** The complementary error function of x >= 0 (Abramowitz and Stegun 7.1.26, to 1.5e-7 of the whole). */
function erfc(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const series = 0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)));
  return t * series * Math.exp(-x * x);
}

/**
 * The fraction of units that flip in one step is 1/2 erfc(sqrt(N / 2p)). The sizes and the counts are such that the
 * standard error of the mean is about 1.5 %, so that 5 % is three of them. At p = 0.105 N finite size, (p - 1)(N - 1) / N^2 in place of p / N, takes 2.2 % away.
 */
describe('the first step flips 1/2 erfc(sqrt(N / 2p)) of the units', () => {
  test.each([
    { alpha: 0.105, N: 2500, networks: 6 },
    { alpha: 0.138, N: 1500, networks: 8 },
    { alpha: 0.185, N: 1000, networks: 16 },
    { alpha: 0.37, N: 1000, networks: 4 },
  ])('p / N = $alpha', async ({ alpha, N, networks }) => {
    const p = Math.round(alpha * N);
    const memory = new Hopfield(await createEngine(), { size: N });
    const rates = Array.from({ length: networks }, (_, seed) => {
      const patterns = signs(p, N, seed);
      const { states } = memory.store(patterns).recall(patterns, { update: 'synchronous', maxSteps: 1 });
      return difference(states.data, patterns.data);
    });
    const { mean, error } = meanOf(rates);
    const theory = erfc(Math.sqrt(N / (2 * p))) / 2;
    const finite = erfc(Math.sqrt(N ** 2 / (2 * (p - 1) * (N - 1)))) / 2;
    expect(Math.abs(mean / theory - 1)).toBeLessThan(0.05);
    expect(error / theory).toBeLessThan(0.02);
    expect(Math.abs(mean - finite)).toBeLessThan(3 * error);
  });
});

/** Overlaps with the pattern each state began as, after asynchronous recall; the mean of each network. */
function convergedOverlaps(memory: Hopfield, p: number, networks: number): number[] {
  return Array.from({ length: networks }, (_, seed) => {
    const patterns = signs(p, memory.size, 100 + seed);
    const { states, ends } = memory.store(patterns).recall(patterns);
    expect(new Set(ends)).toEqual(new Set(['fixed point']));
    return 1 - 2 * difference(states.data, patterns.data);
  });
}

test('recall of the patterns themselves holds at p = 0.12 N and breaks down at 0.18 N', async () => {
  const memory = new Hopfield(await createEngine(), { size: 1000 });
  const below = meanOf(convergedOverlaps(memory, 120, 3));
  const above = meanOf(convergedOverlaps(memory, 180, 3));
  expect(below.mean - 4 * below.error).toBeGreaterThan(0.95);
  expect(above.mean + 4 * above.error).toBeLessThan(0.7);
});

describe('300 units', () => {
  const wrong = async (storage: Storage, p: number, selfConnections = false): Promise<number> => {
    const patterns = signs(p, 300, p);
    const memory = new Hopfield(await createEngine(), { size: 300, storage, selfConnections }).store(patterns);
    const { states } = memory.recall(patterns, { update: 'synchronous', maxSteps: 1 });
    return difference(states.data, patterns.data);
  };

  test.each([30, 150, 270])('the pseudo-inverse recalls %i patterns exactly, where Hebb fails', async (p) => {
    expect(await wrong('pseudo-inverse', p)).toBe(0);
    expect(await wrong('hebbian', p)).toBeGreaterThan(0);
  });

  test('with the connections of units with themselves it holds as many patterns as units', async () => {
    expect(await wrong('pseudo-inverse', 300, true)).toBe(0);
  });

  test('Storkey’s rule holds 60 patterns, of which Hebb’s loses an eighth of the units', async () => {
    const overlaps = async (storage: Storage): Promise<number> => {
      const memory = new Hopfield(await createEngine(), { size: 300, storage });
      return meanOf(convergedOverlaps(memory, 60, 3)).mean;
    };
    expect(await overlaps('storkey')).toBe(1);
    expect(await overlaps('hebbian')).toBeLessThan(0.75);
  });
});
