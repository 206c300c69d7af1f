/** Activations: values from the definitions, gradients, what is refused. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError, RecurraError } from '../../src/errors.js';
import { ACTIVATIONS } from '../../src/kernels/codes.js';
import type { Activation } from '../../src/kernels/codes.js';
import { activation, gelu, leakyRelu, relu, sigmoid, silu, tanh } from '../../src/ops/activation.js';
import { linear, LinearWeights } from '../../src/ops/linear.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { activationForward } from '../kernels/reference.js';
import { drawn, gradcheck } from './gradcheck.js';

const named = { tanh, relu, sigmoid, leakyRelu, silu, gelu };

/** 24 numbers on both sides of 0, none within a finite difference of it. */
const spread = (): number[] => Array.from({ length: 24 }, (_, i) => (i - 11.5) / 3);

describe.each(ACTIVATIONS)('%s', (name) => {
  test.each(everywhere)('values are those of the definition: $name', async ({ options, unit }) => {
    const engine = await createEngine(options);
    const x = drawn(engine, 'x', [4, 3, 5], 6);
    const [y, shape] = engine.evaluate(() => {
      const view = activation(x.view(), name);
      return [view.toArray(), view.shape] as const;
    });
    expect(shape).toEqual([4, 3, 5]);
    const wanted = activationForward(Array.from(x.toArray()), ACTIVATIONS.indexOf(name));
    // 64-bit references of gelu cancel a few digits.
    wanted.forEach((value, i) =>
      expect(Math.abs(y[i]! - value)).toBeLessThan(32 * unit * Math.max(1, Math.abs(value))),
    );
  });

  test('gradients, of an input read twice as well', async () => {
    const engine = await doubleEngine();
    const x = drawn(engine, 'x', [2, 3, 4]);
    x.set(spread());
    expect(gradcheck(engine, [x], () => [activation(x.view(), name)])).toEqual([]);
    const twice = () => {
      const view = x.view();
      return [activation(view, name), activation(view, name), view];
    };
    expect(gradcheck(engine, [x], twice)).toEqual([]);
  });

  test('gradients between two layers, where they take the first place there is', async () => {
    const engine = await doubleEngine(2);
    const x = drawn(engine, 'x', [5, 3]);
    const first = new LinearWeights(drawn(engine, 'first', [4, 3]), drawn(engine, 'bias', [4]));
    const second = new LinearWeights(drawn(engine, 'second', [2, 4]), undefined);
    const outputs = () => [linear(activation(linear(x.view(), first), name), second)];
    const parameters = [x, first.weight, first.bias!, second.weight];
    expect(gradcheck(engine, parameters, outputs, { step: 1e-4 })).toEqual([]);
  });
});

test.each(Object.entries(named))('%s is there by its name', async (name, byItself) => {
  const engine = await createEngine({ kernels: 'simd', debug: true });
  const x = drawn(engine, 'x', [3, 5], 3);
  const [byName, byOption] = engine.evaluate(() => [
    byItself(x.view()).toArray(),
    activation(x.view(), name as Activation).toArray(),
  ]);
  expect(byName).toEqual(byOption);
});

test('identity gives the view back', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [3]);
  engine.evaluate(() => {
    const view = x.view();
    expect(activation(view, 'identity')).toBe(view);
  });
});

test('an input without gradient is left alone', async () => {
  const engine = await doubleEngine();
  const [x, used] = [drawn(engine, 'x', [3]), drawn(engine, 'used', [3])];
  const data = x.toArray();
  const outputs = () => [tanh(engine.input({ data, shape: [3] })), tanh(used.view())];
  expect(gradcheck(engine, [x, used], outputs, { unused: [x] })).toEqual([]);
});

test('another name, and what is no view, are refused', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [3]);
  expect(() => engine.evaluate(() => activation(x.view(), 'swish' as never))).toThrow(
    new OptionError('activation: name must be one of tanh, relu, sigmoid, leakyRelu, identity, silu, gelu, got swish.'),
  );
  expect(() => engine.evaluate(() => relu([1, 2] as never))).toThrow(RecurraError);
});
