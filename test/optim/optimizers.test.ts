/** Every optimizer against its rule written independently; subsets of parameters, states, gradients that are not finite. */

import { describe, expect, test, vi } from 'vitest';
import { createEngine, engineOf } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { CheckpointError, DivergenceError } from '../../src/errors.js';
import type { Parameter } from '../../src/memory/parameter.js';
import { Adam, AdamW } from '../../src/optim/adam.js';
import { clipGradNorm } from '../../src/optim/clip.js';
import type { Optimizer } from '../../src/optim/optimizer.js';
import { RMSprop } from '../../src/optim/rmsprop.js';
import { SGD } from '../../src/optim/sgd.js';
import { Random } from '../../src/random.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, numbers } from '../ops/gradcheck.js';
import { adam, rmsprop, sgd } from './rules.js';
import type { Rule } from './rules.js';
import { fourParameters, gradientsOf, setGradients, valuesOf } from './weights.js';

interface Kind {
  readonly kind: string;
  readonly make: (parameters: readonly Parameter[], lr?: number) => Optimizer;
  readonly rule: Rule;
}

const kinds: readonly Kind[] = [
  {
    kind: 'SGD',
    make: (parameters, lr = 0.3) => new SGD(parameters, { lr }),
    rule: sgd({ gamma: 0.3 }),
  },
  {
    kind: 'SGD with weight decay',
    make: (parameters, lr = 0.3) => new SGD(parameters, { lr, weightDecay: 0.1 }),
    rule: sgd({ gamma: 0.3, lambda: 0.1 }),
  },
  {
    kind: 'SGD with momentum',
    make: (parameters, lr = 0.3) => new SGD(parameters, { lr, momentum: 0.8, weightDecay: 0.1 }),
    rule: sgd({ gamma: 0.3, mu: 0.8, lambda: 0.1 }),
  },
  {
    kind: 'SGD with Nesterov momentum',
    make: (parameters, lr = 0.3) => new SGD(parameters, { lr, momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
    rule: sgd({ gamma: 0.3, mu: 0.8, nesterov: true, lambda: 0.1 }),
  },
  {
    kind: 'RMSprop',
    make: (parameters, lr = 0.02) => new RMSprop(parameters, { lr }),
    rule: rmsprop({ gamma: 0.02 }),
  },
  {
    kind: 'RMSprop with every option',
    make: (parameters, lr = 0.02) => new RMSprop(parameters, { lr, alpha: 0.7, epsilon: 0.01, weightDecay: 0.1 }),
    rule: rmsprop({ gamma: 0.02, alpha: 0.7, epsilon: 0.01, lambda: 0.1 }),
  },
  {
    kind: 'Adam',
    make: (parameters, lr = 0.02) => new Adam(parameters, { lr }),
    rule: adam({ gamma: 0.02 }),
  },
  {
    kind: 'Adam with every option',
    make: (parameters, lr = 0.02) =>
      new Adam(parameters, { lr, beta1: 0.8, beta2: 0.9, epsilon: 0.01, weightDecay: 0.1 }),
    rule: adam({ gamma: 0.02, beta1: 0.8, beta2: 0.9, epsilon: 0.01, lambda: 0.1 }),
  },
  {
    kind: 'AdamW',
    make: (parameters, lr = 0.02) => new AdamW(parameters, { lr }),
    rule: adam({ gamma: 0.02, lambda: 0.01, decoupled: true }),
  },
  {
    kind: 'AdamW with every option',
    make: (parameters, lr = 0.02) =>
      new AdamW(parameters, { lr, beta1: 0.8, beta2: 0.9, epsilon: 0.01, weightDecay: 0.5 }),
    rule: adam({ gamma: 0.02, beta1: 0.8, beta2: 0.9, epsilon: 0.01, lambda: 0.5, decoupled: true }),
  },
];
const cases = kinds.flatMap(({ kind, make, rule }) =>
  everywhere.map(({ name, options, unit }) => ({ kind, make, rule, name, options, unit })),
);

/** The gradients of the t-th update, the same for everyone. */
function drawGradients(parameters: readonly Parameter[], t: number): Float64Array[] {
  const random = new Random(1000 + t);
  return parameters.map(({ size }) => numbers(random, size, 2));
}

function update(optimizer: Optimizer, t: number): void {
  setGradients(optimizer.parameters, drawGradients(optimizer.parameters, t));
  optimizer.step();
}

describe.each(cases)('$kind, $name', ({ make, rule, options, unit }) => {
  test('ten updates are those of the rule', async () => {
    const parameters = fourParameters(await createEngine(options));
    const optimizer = make(parameters);
    const expected = valuesOf(parameters);
    const memories = expected.map((values) => values.map(() => new Map<string, number>()));
    for (let t = 1; t <= 10; t++) {
      update(optimizer, t);
      expect(optimizer.updates).toBe(t);
      const gradients = gradientsOf(parameters);
      expected.forEach((values, p) => {
        values.forEach((theta, i) => (values[i] = rule(theta, gradients[p]![i]!, memories[p]![i]!, t)));
      });
      valuesOf(parameters).forEach((values, p) => {
        values.forEach((value, i) => expect(Math.abs(value - expected[p]![i]!)).toBeLessThan(64 * t * unit));
      });
    }
  });

  test('parameters that are not neighbours are updated, those between them are not touched', async () => {
    const all = fourParameters(await createEngine(options));
    const some = fourParameters(await createEngine(options));
    const optimizers = [make(all), make([some[2], some[0]])] as const;
    const before = valuesOf(some);
    for (let t = 1; t <= 3; t++) {
      const gradients = drawGradients(all, t);
      setGradients(all, gradients);
      setGradients(some, gradients);
      optimizers.forEach((optimizer) => optimizer.step());
    }
    const [a, b, c, d] = valuesOf(some);
    expect([b, d]).toEqual([before[1], before[3]]);
    expect([a, c]).toEqual([valuesOf(all)[0], valuesOf(all)[2]]);
    expect([a, c]).not.toEqual([before[0], before[2]]);
  });

  test('from a saved state training goes on bit for bit, in another engine too', async () => {
    const choose = (engine: Engine): Parameter[] => {
      const [a, , c, d] = fourParameters(engine);
      return [c, a, d];
    };
    const straight = make(choose(await createEngine(options)));
    for (let t = 1; t <= 3; t++) update(straight, t);
    const state = straight.state();
    const weights = valuesOf(straight.parameters);
    straight.lr *= 0.5;
    const later = straight.state();
    for (let t = 4; t <= 7; t++) update(straight, t);

    const resumed = make(choose(await createEngine({ ...options, seed: 77 })), 123);
    update(resumed, 50);
    resumed.parameters.forEach((parameter, i) => parameter.set(weights[i]!));
    resumed.setState(state);
    expect(resumed.state()).toEqual(state);
    resumed.setState(later);
    for (let t = 4; t <= 7; t++) update(resumed, t);
    expect(valuesOf(resumed.parameters)).toEqual(valuesOf(straight.parameters));
    expect(resumed.state()).toEqual(straight.state());
    expect([resumed.updates, resumed.lr]).toEqual([7, straight.lr]);
  });

  test.each([NaN, Infinity, -Infinity])(
    'a gradient of %f is refused before any weight or moment changes',
    async (bad) => {
      const parameters = fourParameters(await createEngine(options));
      const optimizer = make(parameters);
      const twin = make(fourParameters(await createEngine(options)));
      for (const one of [optimizer, twin]) update(one, 1);
      const [weights, state] = [valuesOf(parameters), optimizer.state()];
      for (const [p, parameter] of parameters.entries()) {
        const gradients = drawGradients(parameters, 2);
        gradients[p]![parameter.size - 1] = bad;
        setGradients(parameters, gradients);
        expect(() => optimizer.step()).toThrow(
          new DivergenceError(
            'the gradient is not finite. The weights were not touched. Lower the learning rate, clip the gradient, or look at the data.',
          ),
        );
        expect(valuesOf(parameters)).toEqual(weights);
        expect(optimizer.state()).toEqual(state);
      }
      for (const one of [optimizer, twin]) update(one, 2);
      expect(valuesOf(parameters)).toEqual(valuesOf(twin.parameters));
    },
  );

  test('with the norm that is known: the same update, without a look at the gradients', async () => {
    const [known, unknown] = [
      make(fourParameters(await createEngine(options))),
      make(fourParameters(await createEngine(options))),
    ];
    for (const { parameters } of [known, unknown]) setGradients(parameters, drawGradients(parameters, 1));
    known.step(clipGradNorm(known.parameters, 0.1));
    clipGradNorm(unknown.parameters, 0.1);
    unknown.step();
    expect(valuesOf(known.parameters)).toEqual(valuesOf(unknown.parameters));
    for (const norm of [NaN, Infinity, -1]) expect(() => known.step(norm)).toThrow(/^optimizer\.step: norm must be /);
    expect(valuesOf(known.parameters)).toEqual(valuesOf(unknown.parameters));
    const sumSquares = vi.spyOn(engineOf(known.parameters[0]!).kernels, 'sumSquares');
    known.step(1);
    expect(sumSquares).not.toHaveBeenCalled();
    known.step();
    expect(sumSquares).toHaveBeenCalled();
  });

  test('layers made after the optimizer move its memory, and nothing else changes', async () => {
    const engines = [await createEngine(options), await createEngine(options)] as const;
    const [still, moved] = engines.map((engine) => make(fourParameters(engine))) as [Optimizer, Optimizer];
    for (let t = 1; t <= 4; t++) {
      update(still, t);
      fourParameters(engines[1]);
      update(moved, t);
    }
    expect(valuesOf(moved.parameters)).toEqual(valuesOf(still.parameters));
    expect(moved.state()).toEqual(still.state());
  });
});

test('a state is a copy, and holds one moment a parameter under its index', async () => {
  const parameters = fourParameters(await doubleEngine());
  const optimizer = new Adam(parameters, { lr: 0.1 });
  update(optimizer, 1);
  const state = optimizer.state();
  const keys = ['mean', 'square'].flatMap((moment) => [0, 1, 2, 3].map((index) => `${moment}.${index}`));
  expect([...state.moments.keys()]).toEqual(keys);
  expect([...state.moments.values()].map(({ shape }) => shape)).toEqual(
    [0, 1].flatMap(() => parameters.map((p) => p.shape)),
  );
  const copy = structuredClone(state);
  update(optimizer, 2);
  expect(state).toEqual(copy);
  expect(optimizer.state()).not.toEqual(copy);
});

test('a state of another optimizer, or of other parameters, is refused and changes nothing', async () => {
  const [a, b, c] = fourParameters(await doubleEngine());
  const optimizers = {
    sgd: new SGD([a, b], { lr: 0.1 }),
    momentum: new SGD([a, b], { lr: 0.1, momentum: 0.9 }),
    rmsprop: new RMSprop([a, b], { lr: 0.1 }),
    adam: new Adam([a, b], { lr: 0.1 }),
    others: new Adam([a, c], { lr: 0.1 }),
    more: new Adam([a, b, c], { lr: 0.1 }),
  };
  for (const optimizer of Object.values(optimizers)) update(optimizer, 1);
  for (const [from, source] of Object.entries(optimizers)) {
    for (const [to, target] of Object.entries(optimizers)) {
      if (from === to) continue;
      const before = target.state();
      expect(() => target.setState(source.state()), `${from} to ${to}`).toThrow(CheckpointError);
      expect(target.state()).toEqual(before);
    }
  }
  expect(() => optimizers.adam.setState(optimizers.rmsprop.state())).toThrow(
    'optimizer: the state has no moment mean.0 of 15 values for a.',
  );
  expect(() => optimizers.sgd.setState(optimizers.momentum.state())).toThrow(
    'optimizer: the state has momentum.0, so it is that of another kind of optimizer.',
  );
  const { moments, numbers: counters } = optimizers.adam.state();
  const { power1: _, ...incomplete } = counters;
  expect(() => optimizers.adam.setState({ moments, numbers: incomplete })).toThrow(
    'optimizer: the state has no number power1 of at least 0.',
  );
});

test('moments of a weight without gradients come to exactly 0, not to a denormal, on the wasm kernels', async () => {
  const engine = await createEngine({ kernels: 'simd' });
  const weight = drawn(engine, 'weight', [16]);
  const adam = new Adam([weight], { lr: 1e-3, beta2: 0.9 });
  engine.memory.view(weight.gradientPtr, 16).fill(1e-3);
  adam.step();
  engine.memory.view(weight.gradientPtr, 16).fill(0);
  for (let i = 0; i < 1200; i++) adam.step();
  for (const { data } of adam.state().moments.values()) expect(Array.from(data)).toEqual(new Array(16).fill(0));
});

test('released moments serve the next optimizer, zeroed, and memory stays as it was', async () => {
  const engine = await createEngine({ kernels: 'js' });
  const weight = drawn(engine, 'weight', [100]);
  const first = new Adam([weight], { lr: 1e-3 });
  engine.memory.view(weight.gradientPtr, 100).fill(1);
  first.step();
  const arena = (): number => engine.evaluate(() => engine.memory.reserve(1));
  const before = arena();
  first.release();
  expect(() => first.step()).toThrow('optimizer: its moments were released. Make a new one.');
  const second = new Adam([weight], { lr: 1e-3 });
  expect(arena()).toBe(before);
  for (const { data } of second.state().moments.values()) expect(Array.from(data).every((m) => m === 0)).toBe(true);
});
