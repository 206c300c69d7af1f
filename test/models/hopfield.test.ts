/** Hopfield's network: the rules against their equations, both dynamics, energies, overlaps, state dicts, refusals. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { DataError, OptionError, ShapeError } from '../../src/errors.js';
import { Hopfield } from '../../src/models/hopfield.js';
import type { HopfieldOptions, RecallOptions } from '../../src/models/hopfield.js';
import { STORAGES } from '../../src/models/hopfield-storage.js';
import type { Storage } from '../../src/models/hopfield-storage.js';
import { everywhere, float32 } from '../engine/settings.js';
import { thrown } from '../thrown.js';
import { corrupted, difference, rowOf, signs } from './patterns.js';
import type { Signs } from './patterns.js';

const at = (N: number, i: number, j: number): number => i * N + j;

/** W written from the equations, in 64 bits. */
function reference(storage: Storage, { data, shape: [p, N] }: Signs, selfConnections: boolean): Float64Array {
  const W = new Float64Array(N * N);
  const xi = (mu: number, i: number): number => data[mu * N + i]!;
  const pairs = Array.from({ length: N * N }, (_, k) => [Math.floor(k / N), k % N] as const);
  if (storage === 'hebbian') {
    for (const [i, j] of pairs) for (let mu = 0; mu < p; mu++) W[at(N, i, j)]! += (xi(mu, i) * xi(mu, j)) / N;
  } else if (storage === 'pseudo-inverse') {
    // W += v v^T / v^T v with v = xi - W xi (Greville's recursion).
    for (let mu = 0; mu < p; mu++) {
      const v = Array.from({ length: N }, (_, i) => {
        return xi(mu, i) - Array.from({ length: N }, (_, j) => W[at(N, i, j)]! * xi(mu, j)).reduce((a, b) => a + b);
      });
      const length = v.reduce((sum, value) => sum + value * value, 0);
      for (const [i, j] of pairs) W[at(N, i, j)]! += (v[i]! * v[j]!) / length;
    }
  } else {
    for (let mu = 0; mu < p; mu++) {
      const before = W.slice();
      const h = (i: number, j: number): number => {
        let sum = 0;
        for (let k = 0; k < N; k++) if (k !== i && k !== j) sum += before[at(N, i, k)]! * xi(mu, k);
        return sum;
      };
      for (const [i, j] of pairs) {
        if (i === j) continue;
        W[at(N, i, j)]! += (xi(mu, i) * xi(mu, j) - xi(mu, i) * h(j, i) - h(i, j) * xi(mu, j)) / N;
      }
    }
  }
  if (!selfConnections) for (let i = 0; i < N; i++) W[at(N, i, i)] = 0;
  return W;
}

const rules: HopfieldOptions[] = [
  ...STORAGES.map((storage) => ({ size: 21, storage })),
  { size: 21, storage: 'hebbian', selfConnections: true },
  { size: 21, storage: 'pseudo-inverse', selfConnections: true },
];

describe.each(everywhere)('on $name', ({ options, unit }) => {
  test.each(rules)('the connections of %o are those of the equations, and symmetric', async (rule) => {
    const engine = await createEngine(options);
    const patterns = signs(6, 21, 1);
    const memory = new Hopfield(engine, rule).store(signs(3, 21, 9)).store(patterns);
    const wanted = reference(rule.storage!, patterns, rule.selfConnections ?? false);
    const { data: W, shape } = memory.weights();
    expect(shape).toEqual([21, 21]);
    for (let i = 0; i < 21; i++) {
      for (let j = 0; j < 21; j++) {
        expect(Math.abs(W[at(21, i, j)]! - wanted[at(21, i, j)]!)).toBeLessThan(16 * unit);
        expect(W[at(21, i, j)]).toBe(W[at(21, j, i)]);
      }
    }
  });

  test.each(STORAGES)('%s: energies and overlaps are those of the equations', async (storage) => {
    const engine = await createEngine(options);
    const [patterns, states] = [signs(4, 19, 2), signs(5, 19, 3)];
    const memory = new Hopfield(engine, { size: 19, storage }).store(patterns);
    const W = reference(storage, patterns, false);
    const [energies, overlaps] = [memory.energy(states), memory.overlap(states)];
    expect([energies.length, overlaps.shape]).toEqual([5, [5, 4]]);
    for (let b = 0; b < 5; b++) {
      let energy = 0;
      for (let k = 0; k < 19 * 19; k++) {
        energy -= (states.data[b * 19 + Math.floor(k / 19)]! * W[k]! * states.data[b * 19 + (k % 19)]!) / 2;
      }
      expect(Math.abs(energies[b]! - energy)).toBeLessThan(100 * unit);
      for (let mu = 0; mu < 4; mu++) {
        let sum = 0;
        for (let i = 0; i < 19; i++) sum += states.data[b * 19 + i]! * patterns.data[mu * 19 + i]!;
        expect(overlaps.data[b * 4 + mu]).toBe(sum / 19);
      }
    }
  });

  test.each<RecallOptions>([{ update: 'synchronous' }, { update: 'asynchronous' }])(
    '%o: a tenth of the units turned over come back, and a row is recalled as it is alone',
    async (recall) => {
      const engine = await createEngine(options);
      const patterns = signs(5, 200, 4);
      const states = corrupted(patterns, 0.1, 5);
      const memory = new Hopfield(engine, { size: 200 }).store(patterns);
      const together = memory.recall(states, recall);
      expect([...together.states.data]).toEqual([...patterns.data]);
      expect(together.states.shape).toEqual([5, 200]);
      expect(together.ends).toEqual(Array.from({ length: 5 }, () => 'fixed point'));
      for (let row = 0; row < 5; row++) {
        const alone = memory.recall(rowOf(states, row), recall);
        expect([...alone.states.data]).toEqual([...rowOf(patterns, row).data]);
        expect(alone.steps[0]).toBe(together.steps[row]);
        expect(alone.steps[0]).toBeGreaterThan(0);
      }
      expect([...memory.recall(patterns, recall).steps]).toEqual([0, 0, 0, 0, 0]);
    },
  );
});

describe.each(everywhere)('units without a field: $name', ({ options }) => {
  const alike = (n: number, value: number): number[] => Array.from({ length: n }, () => value);
  const zeros: [string, HopfieldOptions, number[], number[]][] = [
    [
      'a state at right angles to the pattern',
      { size: 6, storage: 'pseudo-inverse', selfConnections: true },
      alike(6, 1),
      [1, 1, 1, -1, -1, -1],
    ],
    // Patterns that say everything twice, and a state that takes it back.
    ...[5, 20, 100].map((half): [string, HopfieldOptions, number[], number[]] => {
      const patterns = Array.from(signs(half >> 1, half, 3).data);
      const twice = patterns.flatMap((_, i) => {
        return i % half > 0 ? [] : [...patterns.slice(i, i + half), ...patterns.slice(i, i + half)];
      });
      const state = Array.from(signs(1, half, 9).data);
      return [
        `${half} units and their opposites`,
        { size: 2 * half, storage: 'pseudo-inverse', selfConnections: true },
        twice,
        [...state, ...state.map((value) => -value)],
      ];
    }),
  ];
  test.each(zeros)('%s', async (_, network, patterns, state) => {
    const memory = new Hopfield(await createEngine(options), network);
    memory.store({ data: patterns, shape: [patterns.length / network.size, network.size] });
    for (const update of ['asynchronous', 'synchronous'] as const) {
      const { states, steps, ends } = memory.recall({ data: state, shape: [1, network.size] }, { update });
      expect([[...states.data], [...steps], ends]).toEqual([state, [0], ['fixed point']]);
    }
  });

  test("a field of Storkey's rule that is 0 in fractions leaves its unit", async () => {
    const memory = new Hopfield(await createEngine(options), { size: 5, storage: 'storkey' });
    memory.store({ data: [-1, -1, 1, 1, -1, -1, -1, -1, 1, -1], shape: [2, 5] });
    // 25 W, from the equations by hand: row 2 is (-8, -8, 0, 8, -8), row 3 (-16, -16, 8, 0, -16), the others alike.
    const { states } = memory.recall({ data: [-1, -1, -1, -1, -1], shape: [1, 5] }, { update: 'synchronous', maxSteps: 1 }); // prettier-ignore
    expect(states.data[2]).toBe(-1);
  });
});

test('an empty memory goes through its state dict, and forgets what it is given none of', async () => {
  const engine = await createEngine();
  for (const storage of STORAGES) {
    const [empty, full] = [1, 2].map(() => new Hopfield(engine, { size: 4, storage }));
    empty!.loadStateDict(full!.stateDict());
    expect(empty!.patternCount).toBe(0);
    full!.store(signs(2, 4, 1)).loadStateDict(empty!.stateDict());
    expect([full!.patternCount, Array.from(full!.weights().data)]).toEqual([0, new Array(16).fill(0)]);
  }
  const memory = new Hopfield(engine, { size: 4 });
  expect(() => memory.loadStateDict(new Map([['patterns', { data: [], shape: [0, 3] }]]))).toThrow(ShapeError);
});

test('what Hebb stores beyond its capacity is recalled to the same bits in every tier', async () => {
  const [patterns, states] = [signs(60, 201, 6), signs(20, 201, 7)];
  const results = await Promise.all(
    float32.map(async ({ options }) => {
      const memory = new Hopfield(await createEngine(options), { size: 201 }).store(patterns);
      return [
        memory.recall(states).states.data,
        memory.recall(states, { update: 'synchronous' }).states.data,
        memory.energy(states),
      ].map((values) => [...values]);
    }),
  );
  for (const result of results) expect(result).toEqual(results[0]);
});

describe.each(STORAGES)('%s', (storage) => {
  test('the energy falls with every asynchronous step, to a fixed point of synchronous ones', async () => {
    const engine = await createEngine();
    const memory = new Hopfield(engine, { size: 150, storage }).store(signs(30, 150, 8));
    const states = signs(10, 150, 9);
    const { steps, ends, states: last } = memory.recall(states, { seed: 3 });
    expect(ends).toEqual(Array.from({ length: 10 }, () => 'fixed point'));
    expect(Math.max(...steps)).toBeGreaterThan(2);
    let before = memory.energy(states);
    for (let maxSteps = 1; maxSteps <= Math.max(...steps); maxSteps++) {
      const energy = memory.energy(memory.recall(states, { seed: 3, maxSteps }).states);
      energy.forEach((value, row) => {
        if (maxSteps <= steps[row]!) expect(value).toBeLessThan(before[row]!);
        else expect(value).toBe(before[row]);
      });
      before = energy;
    }
    expect([...memory.recall(last, { update: 'synchronous' }).steps]).toEqual(Array.from({ length: 10 }, () => 0));
  });

  test('synchronous recall ends in a fixed point or a cycle of two, after as many steps as it says', async () => {
    const engine = await createEngine();
    const memory = new Hopfield(engine, { size: 101, storage }).store(signs(14, 101, 10));
    const step = (states: Signs): Signs => memory.recall(states, { update: 'synchronous', maxSteps: 1 }).states;
    const states = signs(40, 101, 11);
    const { states: ended, steps, ends } = memory.recall(states, { update: 'synchronous' });
    for (let row = 0; row < 40; row++) {
      let state = rowOf(states, row);
      for (let k = 0; k < steps[row]!; k++) {
        const next = step(state);
        expect(difference(next.data, state.data)).toBeGreaterThan(0);
        state = next;
      }
      expect([...state.data]).toEqual([...rowOf(ended, row).data]);
      const [first, second] = [step(state), step(step(state))];
      expect([...second.data]).toEqual([...state.data]);
      expect(ends[row]).toBe(difference(first.data, state.data) === 0 ? 'fixed point' : 'cycle');
    }
  });
});

describe('two units that want to be alike', () => {
  const make = async (): Promise<Hopfield> => {
    return new Hopfield(await createEngine(), { size: 2 }).store({ data: [1, 1], shape: [1, 2] });
  };
  const states = { data: [1, -1], shape: [1, 2] };

  test('go round in a cycle when updated together, and agree when one is first', async () => {
    const memory = await make();
    const together = memory.recall(states, { update: 'synchronous' });
    expect(together).toMatchObject({ ends: ['cycle'], steps: Int32Array.of(0) });
    expect([...together.states.data]).toEqual([1, -1]);
    const apart = memory.recall(states);
    expect(apart).toMatchObject({ ends: ['fixed point'], steps: Int32Array.of(1) });
    expect(Math.abs(apart.states.data[0]! + apart.states.data[1]!)).toBe(2);
    expect([memory.energy(states)[0], memory.energy(apart.states)[0]]).toEqual([0.5, -0.5]);
  });

  test('the order of the seed decides which way', async () => {
    const memory = await make();
    const ends = Array.from({ length: 20 }, (_, seed) => memory.recall(states, { seed }).states.data[0]);
    expect(new Set(ends)).toEqual(new Set([-1, 1]));
    expect(memory.recall(states, { seed: 5 })).toEqual(memory.recall(states, { seed: 5 }));
  });

  test('stop at the limit', async () => {
    const result = (await make()).recall(states, { update: 'synchronous', maxSteps: 1 });
    expect(result).toMatchObject({ ends: ['limit'], steps: Int32Array.of(1) });
    expect([...result.states.data]).toEqual([-1, 1]);
  });

  test('a unit without a field stays as it is', async () => {
    const memory = new Hopfield(await createEngine(), { size: 3 }).store({ data: [1, 1, 1, 1, -1, 1], shape: [2, 3] });
    // Unit 1 is connected to nobody: the two patterns cancel.
    for (const update of ['synchronous', 'asynchronous'] as const) {
      const { states } = memory.recall({ data: [1, 1, 1, 1, -1, 1], shape: [2, 3] }, { update });
      expect([...states.data]).toEqual([1, 1, 1, 1, -1, 1]);
    }
  });
});

describe('a state dict', () => {
  test.each(STORAGES)('brings a memory of %s back', async (storage) => {
    const engine = await createEngine();
    const memory = new Hopfield(engine, { size: 40, storage }).store(signs(7, 40, 12));
    const again = new Hopfield(engine, { size: 40, storage });
    again.loadStateDict(memory.stateDict());
    expect(again.patternCount).toBe(7);
    expect(again.weights()).toEqual(memory.weights());
  });

  test('that is something else is refused, and nothing changes', async () => {
    const memory = new Hopfield(await createEngine(), { size: 4 }).store(signs(1, 4, 1));
    const before = memory.weights();
    const patterns = signs(1, 4, 2);
    const cases: [unknown, string][] = [
      [{ patterns }, 'got object'],
      [new Map(), 'got the names none'],
      [new Map([['weight', patterns]]), 'got the names weight'],
      [new Map([['patterns', patterns], ['bias', patterns]]), 'got the names patterns, bias'], // prettier-ignore
    ];
    for (const [dict, got] of cases) {
      const error = thrown(() => memory.loadStateDict(dict as ReadonlyMap<string, Signs>));
      expect(error).toBeInstanceOf(ShapeError);
      expect(error.message).toBe(
        `Hopfield.loadStateDict: takes a Map of 'patterns' alone, as stateDict() gives it, ${got}.`,
      );
    }
    expect(memory.weights()).toEqual(before);
  });
});

describe('refusals', () => {
  test.each<[object, string]>([
    [{}, 'Hopfield: size must be a whole number of at least 1, got undefined.'],
    [{ size: 0 }, 'Hopfield: size must be a whole number of at least 1, got 0.'],
    [{ size: 4, beta: 1 }, "Hopfield: unknown option 'beta'. Known options: size, storage, selfConnections."],
    [{ size: 4, storage: 'hebb' }, 'Hopfield: storage must be one of hebbian, pseudo-inverse, storkey, got hebb.'],
    [{ size: 4, selfConnections: 1 }, 'Hopfield: selfConnections must be true or false, got 1.'],
    [
      { size: 4, storage: 'storkey', selfConnections: true },
      'Hopfield: storage storkey has no selfConnections, got selfConnections true. Leave it out.',
    ],
  ])('options %o', async (options, message) => {
    const engine = await createEngine();
    const error = thrown(() => new Hopfield(engine, options as HopfieldOptions));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(message);
  });

  test.each<[object, string]>([
    [{ steps: 3 }, "Hopfield.recall: unknown option 'steps'. Known options: update, maxSteps, seed."],
    [{ update: 'both' }, 'Hopfield.recall: update must be one of asynchronous, synchronous, got both.'],
    [{ maxSteps: 0 }, 'Hopfield.recall: maxSteps must be a whole number of at least 1, got 0.'],
    [{ seed: -1 }, 'Hopfield.recall: seed must be a whole number from 0 to 4294967295, got -1.'],
    [
      { update: 'synchronous', seed: 3 },
      'Hopfield.recall: update synchronous draws no order, got seed 3. Leave seed out.',
    ],
  ])('options of recall %o', async (options, message) => {
    const memory = new Hopfield(await createEngine(), { size: 4 });
    const error = thrown(() => memory.recall(signs(1, 4, 1), options));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(message);
  });

  test.each<[unknown, typeof ShapeError | typeof DataError, string]>([
    [undefined, ShapeError, 'patterns must be { data, shape: [rows, 4] }, got undefined.'],
    [Int8Array.of(1, 1, 1, 1), ShapeError, 'patterns must be { data, shape: [rows, 4] }, got object.'],
    [signs(2, 5, 1), ShapeError, 'patterns must be (rows, N) = (rows, 4), got (2, 5). N = 4 comes from size.'],
    [
      { data: [1, 1, 1, 1], shape: [4] },
      ShapeError,
      'patterns must be (rows, N) = (rows, 4), got (4,). N = 4 comes from size.',
    ],
    [{ data: [], shape: [0, 4] }, ShapeError, 'patterns must hold at least one row, got none.'],
    [{ data: [1, 1], shape: [1, 4] }, ShapeError, 'patterns of shape (1, 4) takes 4 values, got 2.'],
    [
      { data: [1, 1, 1, 1, 1, 0, 1, 1], shape: [2, 4] },
      DataError,
      'patterns must be -1 or 1 everywhere, got 0 in row 1, unit 1. Write binary units 0 and 1 as -1 and 1.',
    ],
    [
      { data: [NaN, 1, 1, 1], shape: [1, 4] },
      DataError,
      'patterns must be -1 or 1 everywhere, got NaN in row 0, unit 0. Write binary units 0 and 1 as -1 and 1.',
    ],
  ])('patterns %o', async (patterns, type, message) => {
    const memory = new Hopfield(await createEngine(), { size: 4 });
    const error = thrown(() => memory.store(patterns as Signs));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toBe(`Hopfield.store: ${message}`);
    expect(memory.patternCount).toBe(0);
  });

  test.each(['recall', 'energy', 'overlap'] as const)('states of %s', async (method) => {
    const memory = new Hopfield(await createEngine(), { size: 4 }).store(signs(1, 4, 1));
    const error = thrown(() => memory[method](signs(1, 3, 1)));
    expect(error.message).toBe(
      `Hopfield.${method}: states must be (rows, N) = (rows, 4), got (1, 3). N = 4 comes from size.`,
    );
  });

  test('overlap with nothing', async () => {
    const memory = new Hopfield(await createEngine(), { size: 4 });
    const error = thrown(() => memory.overlap(signs(1, 4, 1)));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe('Hopfield.overlap: no patterns are stored. Call store first.');
  });

  test('patterns whose pseudo-inverse there is not; what was stored stays', async () => {
    const memory = new Hopfield(await createEngine(), { size: 4, storage: 'pseudo-inverse' }).store(signs(2, 4, 1));
    const before = memory.weights();
    const many = thrown(() => memory.store(signs(5, 4, 1)));
    expect(many).toBeInstanceOf(DataError);
    expect(many.message).toBe(
      'Hopfield.store: storage pseudo-inverse takes at most N = 4 patterns, got 5. N comes from size. Store fewer.',
    );
    const dependent = thrown(() => memory.store({ data: [1, 1, 1, 1, 1, -1, 1, 1, -1, -1, -1, -1], shape: [3, 4] }));
    expect(dependent).toBeInstanceOf(DataError);
    expect(dependent.message).toBe(
      'Hopfield.store: storage pseudo-inverse needs linearly independent patterns, and row 2 is a sum of multiples of ' +
        'those before it. Leave it out.',
    );
    expect(memory.weights()).toEqual(before);
    expect(memory.patternCount).toBe(2);
  });
});
