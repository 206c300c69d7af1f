/** Attention: values from the equations, gradients of every kind, memories that end early, what is refused. */

import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import { Attention, ATTENTIONS } from '../../src/layers/attention.js';
import type { AttentionKind, AttentionOptions } from '../../src/layers/attention.js';
import { constant, normal } from '../../src/layers/initializers.js';
import type { Parameter } from '../../src/memory/parameter.js';
import { doubleEngine } from '../engine/settings.js';
import { drawn, gradcheck } from '../ops/gradcheck.js';

const [T, B, S, A] = [3, 4, 5, 7];
const lengths = [5, 2, 0, 1];

/** Q, and M where it need not be Q. */
function sizesOf(kind: AttentionKind): { querySize: number; memorySize: number } {
  return { querySize: 6, memorySize: kind === 'dot' || kind === 'scaled' ? 6 : 4 };
}

interface Case {
  readonly engine: Engine;
  readonly layer: Attention;
  readonly query: Parameter;
  readonly memory: Parameter;
}

async function make(kind: AttentionKind): Promise<Case> {
  const engine = await doubleEngine();
  const { querySize, memorySize } = sizesOf(kind);
  const size = kind === 'additive' ? { size: A } : {};
  const layer = new Attention(engine, { kind, querySize, memorySize, ...size });
  for (const parameter of layer.parameters()) parameter.set(drawn(engine, 'values', parameter.shape).toArray());
  const query = drawn(engine, 'query', [T, B, querySize]);
  return { engine, layer, query, memory: drawn(engine, 'memory', [S, B, memorySize]) };
}

/** The score of a query and a row of the memory, from the equations. */
function score(layer: Attention, q: readonly number[], m: readonly number[]): number {
  const dict = layer.stateDict();
  const of = (name: string): number[] => Array.from(dict.get(name)!.data);
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const times = (W: number[], x: readonly number[]): number[] =>
    Array.from({ length: W.length / x.length }, (_, r) => dot(W.slice(r * x.length, (r + 1) * x.length), x));
  if (layer.kind === 'dot') return dot(q, m);
  if (layer.kind === 'scaled') return of('scale')[0]! * dot(q, m);
  if (layer.kind === 'general') return dot(q, times(of('weight'), m));
  const [fromQ, fromM, bias] = [times(of('weight_q'), q), times(of('weight_m'), m), of('bias')];
  return dot(
    of('weight_v'),
    fromQ.map((x, i) => Math.tanh(x + fromM[i]! + bias[i]!)),
  );
}

function rowOf({ shape, toArray }: { shape: readonly number[]; toArray: number[] }, t: number, b: number): number[] {
  const W = shape[2]!;
  return toArray.slice((t * B + b) * W, (t * B + b + 1) * W);
}

/** A copy of the memory with NaN behind the end of each row. */
function spoilt({ memory }: Case): { data: Float64Array; shape: readonly number[] } {
  const data = Float64Array.from(memory.toArray());
  const M = memory.shape[2]!;
  for (let s = 0; s < S; s++) {
    for (let b = 0; b < B; b++) if (s >= lengths[b]!) data.fill(NaN, (s * B + b) * M, (s * B + b + 1) * M);
  }
  return { data, shape: memory.shape };
}

describe.each(ATTENTIONS)('%s', (kind) => {
  test.each([undefined, lengths])('weights and contexts as the equations give them, lengths %o', async (given) => {
    const { engine, layer, query, memory } = await make(kind);
    const { context, weights } = engine.evaluate(() => {
      const result = layer.forward(query.view(), layer.prepare(memory.view(), given));
      expect(result.context.shape).toEqual([T, B, layer.memorySize]);
      expect(result.weights.shape).toEqual([B, T, S]);
      return { context: Array.from(result.context.toArray()), weights: Array.from(result.weights.toArray()) };
    });
    const [q, m] = [query, memory].map(({ shape, toArray }, i) => ({
      shape,
      toArray: Array.from(toArray.call(i === 0 ? query : memory)),
    }));
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        const valid = given?.[b] ?? S;
        const powers = Array.from({ length: valid }, (_, s) =>
          Math.exp(score(layer, rowOf(q!, t, b), rowOf(m!, s, b))),
        );
        const total = powers.reduce((a, x) => a + x, 0);
        const mean = new Array<number>(layer.memorySize).fill(0);
        for (let s = 0; s < S; s++) {
          const wanted = s < valid ? powers[s]! / total : 0;
          const got = weights[(b * T + t) * S + s]!;
          if (s < valid) expect(got).toBeCloseTo(wanted, 12);
          else expect(got).toBe(0);
          rowOf(m!, s, b).forEach((x, i) => (mean[i]! += wanted * x));
        }
        mean.forEach((x, i) => expect(context[(t * B + b) * mean.length + i]).toBeCloseTo(x, 12));
      }
    }
  });

  test.each([undefined, lengths])('gradients, lengths %o', async (given) => {
    const { engine, layer, query, memory } = await make(kind);
    const outputs = () => {
      const { context, weights } = layer.forward(query.view(), layer.prepare(memory.view(), given));
      return [context, weights];
    };
    expect(gradcheck(engine, [query, memory, ...layer.parameters()], outputs)).toEqual([]);
  });

  test('NaN behind the end of a memory changes nothing, in values and gradients', async () => {
    const made = await make(kind);
    const { engine, layer, query, memory } = made;
    const run = (data: ArrayLike<number>) => {
      const outputs = () => {
        const x = engine.input({ data, shape: memory.shape });
        return [layer.forward(query.view(), layer.prepare(x, lengths)).context];
      };
      expect(gradcheck(engine, [query, ...layer.parameters()], outputs, { directional: true })).toEqual([]);
      const gradients = [query, ...layer.parameters()].map((parameter) => Array.from(parameter.gradientToArray()));
      return { values: engine.evaluate(() => Array.from(outputs()[0]!.toArray())), gradients };
    };
    expect(run(spoilt(made).data)).toEqual(run(memory.toArray()));
  });

  test('one memory serves several calls', async () => {
    const { engine, layer, query, memory } = await make(kind);
    const [whole, parts] = engine.evaluate(() => {
      const prepared = layer.prepare(memory.view(), lengths);
      const all = Array.from(layer.forward(query.view(), prepared).context.toArray());
      const rows = query.toArray();
      const steps = Array.from({ length: T }, (_, t) => {
        const size = rows.length / T;
        const x = engine.input({ data: rows.slice(t * size, (t + 1) * size), shape: [1, B, layer.querySize] });
        return Array.from(layer.forward(x, prepared).context.toArray());
      });
      return [all, steps.flat()];
    });
    whole.forEach((value, i) => expect(parts[i]).toBeCloseTo(value, 14));
  });
});

test('names and first values of the weights', async () => {
  const engine = await doubleEngine();
  const shapes = (kind: AttentionKind): string[] => {
    const layer = new Attention(engine, { kind, ...sizesOf(kind) });
    return layer.parameters().map(({ name, shape }) => `${name} ${shape.join('x')}`);
  };
  expect(ATTENTIONS.map(shapes)).toEqual([
    [],
    ['scale 1'],
    ['weight 6x4'],
    ['bias 6', 'weight_q 6x6', 'weight_m 6x4', 'weight_v 1x6'],
  ]);
  const scaled = new Attention(engine, { kind: 'scaled', querySize: 4, memorySize: 4 });
  expect(Array.from(scaled.parameters()[0]!.toArray())).toEqual([0.5]);
  const fixed = new Attention(engine, { kind: 'general', querySize: 1, memorySize: 2, init: constant(3) });
  expect(Array.from(fixed.parameters()[0]!.toArray())).toEqual([3, 3]);
});

test('options and arguments that do not fit are refused', async () => {
  const engine = await doubleEngine();
  const refused = (options: object) => () => new Attention(engine, options as AttentionOptions);
  const sizes = { querySize: 4, memorySize: 6 };
  expect(refused({ kind: 'cosine', ...sizes })).toThrow(
    new OptionError('Attention: kind must be one of dot, scaled, general, additive, got cosine.'),
  );
  for (const kind of ['dot', 'scaled']) {
    expect(refused({ kind, ...sizes })).toThrow(
      new OptionError(
        `Attention: kind '${kind}' takes queries as wide as the memory, got querySize 4 and memorySize 6. Take ` +
          "'general' or 'additive'.",
      ),
    );
  }
  expect(refused({ kind: 'general', ...sizes, size: 3 })).toThrow(
    new OptionError("Attention: size 3 is for kind 'additive', and kind is 'general'. Leave it out."),
  );
  expect(refused({ kind: 'general', memorySize: 6 })).toThrow(/^Attention: querySize must be a whole number/);
  expect(refused({ kind: 'general', querySize: 6 })).toThrow(/^Attention: memorySize must be a whole number/);
  expect(refused({ kind: 'additive', ...sizes, size: 0 })).toThrow(/^Attention: size must be a whole number/);
  expect(refused({ kind: 'additive', ...sizes, heads: 2 })).toThrow(/^Attention: unknown option 'heads'/);
  expect(refused({ kind: 'additive', ...sizes, init: 2 })).toThrow(OptionError);

  const layer = new Attention(engine, { kind: 'general', ...sizes, init: normal(1) });
  const view = (shape: number[]) => engine.input({ data: new Float64Array(shape.reduce((a, b) => a * b)), shape });
  const attempt = (run: () => unknown) => () => engine.evaluate(run);
  expect(attempt(() => layer.prepare(view([S, B, 4])))).toThrow(
    new ShapeError('attention: x must be (S, B, M) = (S, B, 6), got (5, 4, 4). M = 6 comes from memorySize.'),
  );
  expect(attempt(() => layer.prepare(view([S, B, 6]), [1, 2]))).toThrow(ShapeError);
  expect(attempt(() => layer.prepare(view([S, B, 6]), [1, 2, 6, 0]))).toThrow(DataError);
  const memory = () => layer.prepare(view([S, B, 6]), lengths);
  expect(attempt(() => layer.forward(view([T, B, 5]), memory()))).toThrow(
    new ShapeError(
      'attention: query must be (T, B, Q) = (T, 4, 4), got (3, 4, 5). B = 4 comes from the memory. Q = 4 comes from querySize.',
    ),
  );
  expect(attempt(() => layer.forward(view([T, 3, 4]), memory()))).toThrow(ShapeError);
});
