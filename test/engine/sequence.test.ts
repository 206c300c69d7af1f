/**
 * Sequences in pieces and batches in rows: carried states, truncated BPTT (Williams and Peng 1990), stacks. Which
 * results are the same bit for bit, and which gradients are cut.
 */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { RecurrentState } from '../../src/layers/state.js';
import { View } from '../../src/memory/view.js';
import type { StateSource } from '../../src/ops/sequence.js';
import { copyLayer, stacks, stacksEverywhere } from '../layers/stacks.js';
import type { Stack } from '../layers/stacks.js';
import { drawn, gradcheck, numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { doubleEngine } from './settings.js';

const [T, CUT, B, I, H] = [10, 4, 3, 5, 7];

const stack = { inputSize: I, hiddenSize: H, numLayers: 2 };

/** A stack of two layers, numbers for T steps and upstream gradients for them. */
function bench(engine: Engine, make: Stack['make']) {
  const layer = make(engine, stack);
  const data = numbers(engine.random, T * B * I);
  const upstream = numbers(engine.random, T * B * H);
  const piece = (from: number, to: number): View =>
    engine.input({ data: data.slice(from * B * I, to * B * I), shape: [to - from, B, I] });
  const term = (view: View, from: number, to: number) => ({ view, weights: upstream.slice(from * B * H, to * B * H) });
  const gradients = () => layer.parameters().map((parameter) => parameter.gradientToArray());
  return { layer, data, piece, term, gradients };
}

/** All numbers of a state. */
function valuesOf({ h, c }: RecurrentState): number[][] {
  return [...h, ...c].map((source: StateSource) => Array.from(source instanceof View ? source.toArray() : source.data));
}

/** The largest difference, relative to the largest value. */
function distance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  const [left, right] = [a, b].map((list) => list.flatMap((values) => Array.from(values))) as [number[], number[]];
  expect(left).toHaveLength(right.length);
  const scale = Math.max(...left.map(Math.abs));
  return Math.max(...left.map((value, i) => Math.abs(value - right[i]!))) / scale;
}

describe.each(stacksEverywhere)('$cell, $name', ({ make, options, unit }) => {
  test('one call of T = 10 equals 4 + 6 with the state carried over, exactly', async () => {
    const engine = await createEngine(options);
    const { layer, piece } = bench(engine, make);
    const run = (from: number, to: number, state?: RecurrentState) =>
      engine.evaluate(() => {
        const result = layer.forward(piece(from, to), state);
        return { output: Array.from(result.output.toArray()), state: result.state.detach() };
      });
    const whole = run(0, T);
    const first = run(0, CUT);
    const second = run(CUT, T, first.state);
    expect([...first.output, ...second.output]).toEqual(whole.output);
    expect(valuesOf(second.state)).toEqual(valuesOf(whole.state));
    let state = layer.zeroState(B);
    for (let t = 0; t < T; t++) ({ state } = run(t, t + 1, state));
    expect(valuesOf(state)).toEqual(valuesOf(whole.state));
    expect(run(CUT, T).output).not.toEqual(second.output);
  });

  test('a batch is its rows: each alone has the same values, exactly', async () => {
    const engine = await createEngine(options);
    const { layer, data, piece } = bench(engine, make);
    const whole = engine.evaluate(() => layer.forward(piece(0, T)).output.toArray());
    for (let b = 0; b < B; b++) {
      const row = data.filter((_, i) => Math.floor(i / I) % B === b);
      const alone = engine.evaluate(() =>
        layer.forward(engine.input({ data: row, shape: [T, 1, I] })).output.toArray(),
      );
      expect(alone).toEqual(whole.filter((_, i) => Math.floor(i / H) % B === b));
    }
  });

  test('4 + 6 within one step, the state not detached, has the gradient of T = 10', async () => {
    const engine = await createEngine(options);
    const { layer, piece, term, gradients } = bench(engine, make);
    const whole = engine.step(() => weightedSum([term(layer.forward(piece(0, T)).output, 0, T)]));
    const expected = gradients();
    const pieces = engine.step(() => {
      const first = layer.forward(piece(0, CUT));
      const second = layer.forward(piece(CUT, T), first.state);
      return weightedSum([term(first.output, 0, CUT), term(second.output, CUT, T)]);
    });
    expect(Math.abs(pieces - whole)).toBeLessThan(16 * unit * Math.abs(whole) + 16 * unit);
    expect(distance(expected, gradients())).toBeLessThan(64 * unit);
  });

  test('a detached state cuts the gradient: it is that of a constant, and not the full one', async () => {
    const engine = await createEngine(options);
    const { layer, piece, term, gradients } = bench(engine, make);
    const carried = engine.evaluate(() => layer.forward(piece(0, CUT)).state.detach());
    const constant = new RecurrentState(...([carried.h, carried.c].map(asInputs) as [StateSource[], StateSource[]]));

    const train = (state: (first: RecurrentState) => RecurrentState) => {
      engine.step(() => {
        const first = layer.forward(piece(0, CUT));
        return weightedSum([term(layer.forward(piece(CUT, T), state(first.state)).output, CUT, T)]);
      });
      return gradients();
    };
    const cut = train((first) => first.detach());
    expect(train(() => carried)).toEqual(cut);
    engine.step(() => weightedSum([term(layer.forward(piece(CUT, T), constant).output, CUT, T)]));
    expect(gradients()).toEqual(cut);
    expect(
      distance(
        train((first) => first),
        cut,
      ),
    ).toBeGreaterThan(1e-3);
  });

  test('windows with detached states, their gradients added up, are one step that detaches between them', async () => {
    const engine = await createEngine(options);
    const { layer, piece, term, gradients } = bench(engine, make);
    engine.step(() => {
      const first = layer.forward(piece(0, CUT));
      const second = layer.forward(piece(CUT, T), first.state.detach());
      return weightedSum([term(first.output, 0, CUT), term(second.output, CUT, T)]);
    });
    const expected = gradients();
    let state = layer.zeroState(B);
    for (const [from, to] of [
      [0, CUT],
      [CUT, T],
    ] as const) {
      // prettier-ignore
      const window = (): View => {
        const result = layer.forward(piece(from, to), state);
        state = result.state.detach();
        return weightedSum([term(result.output, from, to)]);
      };
      engine.step(window, { accumulate: from > 0 });
    }
    expect(distance(expected, gradients())).toBeLessThan(64 * unit);
  });

  test('a stack is its layers one after the other: values, states and gradients exactly', async () => {
    const engine = await createEngine(options);
    const { layer, piece, term, gradients } = bench(engine, make);
    const x = drawn(engine, 'x', [T, B, I]);
    const singles = [I, H].map((inputSize) => make(engine, { inputSize, hiddenSize: H })) as [
      RecurrentLayer,
      RecurrentLayer,
    ];
    singles.forEach((single, k) => copyLayer(layer, k, single));
    const begin = engine.evaluate(() => layer.forward(piece(0, CUT)).state.detach());
    const beginOf = (k: number) => new RecurrentState([begin.h[k]!], begin.c.slice(k, k + 1));
    const values: number[][][] = [];

    engine.step(() => {
      const { output, state } = layer.forward(x.view(), begin);
      values.push([Array.from(output.toArray()), ...valuesOf(state)]);
      return weightedSum([term(output, 0, T)]);
    });
    const expected = [...gradients(), x.gradientToArray()];
    engine.step(() => {
      const lower = singles[0].forward(x.view(), beginOf(0));
      const upper = singles[1].forward(lower.output, beginOf(1));
      const state = new RecurrentState([...lower.state.h, ...upper.state.h], [...lower.state.c, ...upper.state.c]);
      values.push([Array.from(upper.output.toArray()), ...valuesOf(state)]);
      return weightedSum([term(upper.output, 0, T)]);
    });
    expect(values[1]).toEqual(values[0]);
    const parameters = singles.flatMap((single) => single.parameters());
    expect([...parameters, x].map((parameter) => parameter.gradientToArray())).toEqual(expected);
  });
});

test.each(stacks)(
  '$cell: truncated gradients are those of finite differences with the state held fixed',
  async ({ make }) => {
    const engine = await doubleEngine();
    const { layer, piece } = bench(engine, make);
    const later = drawn(engine, 'later', [3, B, I]);
    const earlier = drawn(engine, 'earlier', [3, B, I]);
    const carried = engine.evaluate(() => layer.forward(piece(0, CUT)).state.detach());
    const outputs = () => {
      layer.forward(earlier.view());
      const { output, state } = layer.forward(later.view(), carried);
      return [output, ...[...state.h, ...state.c].filter((source) => source instanceof View)];
    };
    const parameters = [...layer.parameters(), later, earlier];
    expect(gradcheck(engine, parameters, outputs, { unused: [earlier] })).toEqual([]);
  },
);

/** Copies of carried numbers, so that nothing can depend on their being the same arrays. */
function asInputs(sources: readonly StateSource[]): StateSource[] {
  return sources.map((source) => {
    if (source instanceof View) throw new Error('a detached state holds no views');
    return { data: Array.from(source.data), shape: [...source.shape] };
  });
}
