/**
 * What holds bit for bit of every recurrent layer with every option, on every kernel: sequences in pieces, rows in any
 * order and company, padding that is never read.
 */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { everywhere } from '../engine/settings.js';
import { casesEverywhere, I, layerOf, listed } from './layer-cases.js';
import { drawnBatch, evaluated, trained } from './layer-runs.js';
import type { Batch, Results } from './layer-runs.js';

/** Results with the rows of every step or state in another order. */
function reordered(results: Results, order: readonly number[]): Results {
  const B = order.length;
  const moved = (name: string, values: readonly number[]): number[] => {
    const steps = name.startsWith('output') || name.startsWith('all') ? T : 1;
    const W = values.length / steps / B;
    return values.map((_, i) => values[Math.floor(i / (B * W)) * B * W + order[Math.floor(i / W) % B]! * W + (i % W)]!);
  };
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, moved(name, values)]));
}

function rowsOf({ data, shape: [T, B, W] }: Batch, order: readonly number[]): Batch {
  const at = (i: number): number =>
    (Math.floor(i / (order.length * W)) * B + order[Math.floor(i / W) % order.length]!) * W;
  return {
    data: Float64Array.from({ length: T * order.length * W }, (_, i) => data[at(i) + (i % W)]!),
    shape: [T, order.length, W],
  };
}

const T = 5;
const LENGTHS = [2, 0, 5, 3];
const B = LENGTHS.length;

const engines: readonly [string, Engine][] = await Promise.all(
  everywhere.map(async ({ name, options }): Promise<[string, Engine]> => [name, await createEngine(options)]),
);

describe.each(engines)('%s', (_, engine) => {
  test.each(listed(casesEverywhere))('%s', (_, layerCase) => {
    const layer = layerOf(engine, layerCase);
    const x = drawnBatch(T, B);
    const whole = evaluated(layer, x, { lengths: LENGTHS }).results;

    // One sequence of 5 is one of 2 and one of 3 that begins from its state, where nothing is read from the end.
    if (!layer.options.bidirectional && !layer.options.reverse) {
      const all = evaluated(layer, x);
      const [first, second] = [0, 2].map((from) => ({
        data: Float64Array.from(x.data).slice(from * B * I, from === 0 ? 2 * B * I : undefined),
        shape: [from === 0 ? 2 : 3, B, I] as const,
      }));
      const begun = evaluated(layer, first!);
      const ended = evaluated(layer, second!, {}, begun.state);
      expect([...begun.results['output[0]']!, ...ended.results['output[0]']!]).toEqual(all.results['output[0]']);
      expect(ended.state).toEqual(all.state);
    }

    // Rows in another order.
    const order = [3, 2, 0, 1];
    const mixed = evaluated(layer, rowsOf(x, order), { lengths: order.map((b) => LENGTHS[b]!) }).results;
    expect(mixed).toEqual(reordered(whole, order));

    // Each row alone, no longer than it is.
    for (const [b, length] of LENGTHS.entries()) {
      const { data } = rowsOf(x, [b]);
      const alone = evaluated(layer, { data: Array.from(data).slice(0, length * I), shape: [length, 1, I] }).results;
      for (const [name, values] of Object.entries(alone)) {
        const isState = name.startsWith('h') || name.startsWith('c');
        const W = whole[name]!.length / B / (isState ? 1 : T);
        const row = whole[name]!.filter((_, i) => Math.floor(i / W) % B === b);
        const padding = new Array<number>(row.length - values.length).fill(0);
        expect({ [name]: [...values, ...padding] }).toEqual({ [name]: row });
      }
    }

    // Padding of NaN, and of anything, forward and backward.
    const beyond = (i: number): boolean => Math.floor(i / (B * I)) >= LENGTHS[Math.floor(i / I) % B]!;
    const filled = { data: Float64Array.from(x.data).map((value, i) => (beyond(i) ? NaN : value)), shape: x.shape };
    const clean = trained(layer, x, { lengths: LENGTHS });
    expect(trained(layer, filled, { lengths: LENGTHS })).toEqual(clean);
    expect(Object.values(clean).flat().every(Number.isFinite)).toBe(true);
    expect(clean['dx']!.filter((_, i) => beyond(i)).every((value) => value === 0)).toBe(true);
    expect(clean['dx']!.some((value) => value !== 0)).toBe(true);

    // No steps hand on the state they were given, and no rows are a batch.
    const { state } = evaluated(layer, x);
    expect(evaluated(layer, { data: [], shape: [0, B, I] }, {}, state).state).toEqual(state);
    expect(evaluated(layer, { data: [], shape: [T, 0, I] }).results['output[0]']).toEqual([]);
    expect(evaluated(layer, { data: [], shape: [T, 0, I] }, { lengths: [] }).results['output[0]']).toEqual([]);

    // Lengths of T are none.
    expect(trained(layer, x, { lengths: [T, T, T, T] })).toEqual(trained(layer, x, {}));
  });
});
