/** The Jordan network: gradients by finite differences, teacher forcing, refusals. Its values: variants.test.ts. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { DataError, OptionError, RecurraError, ShapeError } from '../../src/errors.js';
import { Jordan } from '../../src/layers/jordan.js';
import type { JordanForwardOptions } from '../../src/layers/jordan.js';
import { RecurrentState } from '../../src/layers/state.js';
import type { View } from '../../src/memory/view.js';
import { doubleEngine, everywhere } from '../engine/settings.js';
import { drawn, gradcheck, numbers } from '../ops/gradcheck.js';

const [T, B, I, H, O] = [4, 2, 3, 7, 5];
const sizes = { inputSize: I, hiddenSize: H, outputSize: O };

/** A network with random weights, biases too. */
function jordanOf(engine: Engine, options: object = {}): Jordan {
  const layer = new Jordan(engine, { ...sizes, ...options });
  for (const parameter of layer.parameters()) parameter.set(numbers(engine.random, parameter.size, 0.8));
  return layer;
}

const options = [
  {},
  { bias: false },
  { selfRecurrence: 0.6 },
  { selfRecurrence: 1, outputNonlinearity: 'sigmoid' },
  { selfRecurrence: 0.6, feedback: 'before', outputNonlinearity: 'tanh' },
  { feedback: 'before', outputNonlinearity: 'gelu', nonlinearity: 'sigmoid' },
  { outputNonlinearity: 'silu', nonlinearity: 'gelu' },
];

describe.each(options)('%j', (given) => {
  test.each([undefined, [2, 0, 4], [3, 3], [0, 0]])('gradients, rows of length %j', async (lengths) => {
    const engine = await doubleEngine();
    const layer = jordanOf(engine, given);
    const rows = lengths?.length ?? B;
    const [x, s0] = [drawn(engine, 'x', [T, rows, I]), drawn(engine, 's0', [rows, O])];
    const outputs = () => {
      const { output, state } = layer.forward(x.view(), new RecurrentState([s0.view()]), { lengths });
      return [output, ...state.h];
    };
    const unused = lengths?.every((length) => length === 0) === true ? [...layer.parameters(), x] : [];
    expect(gradcheck(engine, [...layer.parameters(), x, s0], outputs, { unused, directional: true })).toEqual([]);
  });

  test.each([undefined, [2, 0, 4]])('gradients with teacher forcing, rows of length %j', async (lengths) => {
    const engine = await doubleEngine();
    const layer = jordanOf(engine, given);
    const rows = lengths?.length ?? B;
    const [x, s0] = [drawn(engine, 'x', [T, rows, I]), drawn(engine, 's0', [rows, O])];
    const targets = drawn(engine, 'targets', [T, rows, O]);
    const outputs = () => {
      const forced: JordanForwardOptions = { lengths, targets: targets.view() };
      const { output, state } = layer.forward(x.view(), new RecurrentState([s0.view()]), forced);
      return [output, ...state.h];
    };
    expect(gradcheck(engine, [...layer.parameters(), x, s0, targets], outputs, { directional: true })).toEqual([]);
  });
});

describe.each(everywhere)('$name', ({ options: setting }) => {
  const xOf = (engine: Engine): View => engine.input({ data: numbers(engine.random, T * B * I), shape: [T, B, I] });

  test('targets that are the outputs change nothing, as a view and as numbers', async () => {
    const engine = await createEngine(setting);
    const layer = jordanOf(engine, { selfRecurrence: 0.5, outputNonlinearity: 'tanh' });
    engine.evaluate(() => {
      const x = xOf(engine);
      const free = layer.forward(x);
      const [output, context] = [free.output.toArray(), free.state.h[0]!.toArray()];
      for (const targets of [free.output, { data: output, shape: [T, B, O] }]) {
        const forced = layer.forward(x, undefined, { targets });
        expect(forced.output.toArray()).toEqual(output);
        expect(forced.state.h[0]!.toArray()).toEqual(context);
      }
    });
  });

  test('the context is fed the targets: step t + 1 changes with target t, and no earlier one does', async () => {
    const engine = await createEngine(setting);
    const layer = jordanOf(engine);
    engine.evaluate(() => {
      const x = xOf(engine);
      const data = numbers(engine.random, T * B * O);
      const run = (values: Float64Array) =>
        layer.forward(x, undefined, { targets: { data: values, shape: [T, B, O] } }).output.toArray();
      const changed = data.map((value, i) => (Math.floor(i / (B * O)) === 1 ? value + 1 : value));
      const [one, other] = [run(data), run(changed)];
      const steps = [0, 1, 2, 3].map((t) => one.slice(t * B * O, (t + 1) * B * O));
      const same = steps.map((step, t) => step.every((value, i) => value === other[t * B * O + i]));
      expect(same).toEqual([true, true, false, true]);
    });
  });

  test('the final context of targets without self-recurrence is the last target of each row', async () => {
    const engine = await createEngine(setting);
    const layer = jordanOf(engine);
    engine.evaluate(() => {
      const data = Float32Array.from(numbers(engine.random, T * B * O));
      const targets = { data, shape: [T, B, O] };
      const { state } = layer.forward(xOf(engine), undefined, { targets, lengths: [2, 4] });
      const last = [data.slice(B * O, B * O + O), data.slice(3 * B * O + O)].flatMap((row) => Array.from(row));
      expect(Array.from(state.h[0]!.toArray())).toEqual(last);
    });
  });
});

const known = 'inputSize, hiddenSize, outputSize, nonlinearity, outputNonlinearity, selfRecurrence, feedback, bias';
const refused: [object, string][] = [
  [{ gates: 'all' }, `unknown option 'gates'. Known options: ${known}, inputInit, recurrentInit.`],
  [{ inputSize: 0 }, 'inputSize must be a whole number of at least 1, got 0.'],
  [{ hiddenSize: [3, 4] }, 'hiddenSize must be a whole number of at least 1, got 3,4.'],
  [{ outputSize: undefined }, 'outputSize must be a whole number of at least 1, got undefined.'],
  [{ selfRecurrence: 1.5 }, 'selfRecurrence must be a number at least 0 and at most 1, got 1.5.'],
  [{ selfRecurrence: NaN }, 'selfRecurrence must be a number at least 0 and at most 1, got NaN.'],
  [{ feedback: 'both' }, 'feedback must be one of after, before, got both.'],
  [{ inputInit: null }, 'inputInit must be a function, such as xavier or uniform(0.1), got null.'],
  [{ recurrentInit: 1 }, 'recurrentInit must be a function, such as xavier or uniform(0.1), got 1.'],
  [{ bias: 1 }, 'bias must be true or false, got 1.'],
  [
    { outputNonlinearity: 'softmax' },
    'outputNonlinearity must be one of tanh, relu, sigmoid, leakyRelu, identity, silu, gelu, got softmax.',
  ],
  [
    { nonlinearity: 'Tanh' },
    'nonlinearity must be one of tanh, relu, sigmoid, leakyRelu, identity, silu, gelu, got Tanh.',
  ],
];

test.each(refused)('%j is refused', async (given, message) => {
  const engine = await doubleEngine();
  const { bytes } = engine.memory.region('parameters');
  expect(() => new Jordan(engine, { ...sizes, ...given })).toThrow(new OptionError(`Jordan: ${message}`));
  expect(engine.memory.region('parameters').bytes).toBe(bytes);
});

test('a forward refuses targets without their shape', async () => {
  const engine = await doubleEngine();
  const layer = jordanOf(engine);
  for (const targets of [[1, 2], { data: [1, 2] }, null, 3]) {
    const run = () => layer.forward(engine.output('x', [T, B, I], false), undefined, { targets } as never);
    expect(() => engine.evaluate(run)).toThrow(
      new ShapeError('jordan: targets must be a view, or { data, shape: [T, B, O] }. Give them with their shape.'),
    );
  }
});

describe('a forward refuses', () => {
  /** The error of a forward of a network without and with lengths. */
  async function errors(state: RecurrentState | undefined, given: JordanForwardOptions, shape = [T, B, I]) {
    const engine = await doubleEngine();
    const layer = jordanOf(engine);
    return [{}, { lengths: [1, 3] }].map((lengths) => {
      try {
        engine.evaluate(() => layer.forward(engine.output('x', shape, false), state, { ...lengths, ...given }));
      } catch (error) {
        return error;
      }
      return 'nothing was refused';
    });
  }
  const both = (error: Error): Error[] => [error, error];
  const zeros = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape });
  const axes = 'T = 4 comes from x (T, B, I). B = 2 comes from x (T, B, I). O = 5 comes from outputSize.';

  test('targets of another shape or number', async () => {
    expect(await errors(undefined, { targets: zeros(T, B, I) })).toEqual(
      both(new ShapeError(`jordan: targets must be (T, B, O) = (4, 2, 5), got (4, 2, 3). ${axes}`)),
    );
    expect(await errors(undefined, { targets: { data: [1, 2], shape: [T, B, O] } })).toEqual(
      both(new ShapeError('targets: shape (4, 2, 5) takes 40 values, got 2.')),
    );
  });

  test('targets of another engine', async () => {
    const other = await doubleEngine();
    const targets = other.evaluate(() => other.output('targets', [T, B, O], false));
    expect(await errors(undefined, { targets })).toEqual(
      both(new RecurraError('jordan: targets belongs to another engine than the weights.')),
    );
  });

  test('a context of another shape or number, ragged or not', async () => {
    const message = 'jordan: s0 must be (B, O) = (2, 5)';
    const sources = 'B = 2 comes from x (T, B, I). O = 5 comes from outputSize.';
    for (const shape of [[3, O], [1, O], [B, H], [B * O], [1, B, O]]) {
      // prettier-ignore
      const got = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
      expect(await errors(new RecurrentState([zeros(...shape)]), {})).toEqual(
        both(new ShapeError(`${message}, got ${got}. ${sources}`)),
      );
    }
    for (const data of [[1, 2], new Float32Array(11)]) {
      expect(await errors(new RecurrentState([{ data, shape: [B, O] }]), {})).toEqual(
        both(new ShapeError(`jordan: s0 of shape (2, 5) takes 10 values, got ${data.length}.`)),
      );
    }
  });

  test('what is no state', async () => {
    const message = 'state must be a RecurrentState, of views or of { data, shape }, as forward and zeroState give it.';
    for (const state of [null, { targets: zeros(T, B, O) }, new RecurrentState([undefined as never])]) {
      expect(await errors(state as never, {})).toEqual(both(new ShapeError(`Jordan: ${message}`)));
    }
  });

  test('a state with a cell, x of another width, other options and lengths', async () => {
    expect(await errors(new RecurrentState([zeros(B, O)], [zeros(B, O)]), {})).toEqual(
      both(new ShapeError('Jordan: state must hold 1 h, the context, and 0 c, got 1 h and 1 c.')),
    );
    expect(await errors(undefined, {}, [T, B, O])).toEqual(
      both(new ShapeError('jordan: x must be (T, B, I) = (T, B, 3), got (4, 2, 5). I = 3 comes from inputSize.')),
    );
    expect(await errors(undefined, { allStates: true } as never)).toEqual(
      both(new OptionError("Jordan.forward: unknown option 'allStates'. Known options: lengths, targets.")),
    );
    const tooLong = 'jordan: lengths[1] must be a whole number from 0 to T = 4, got 5. T comes from x (T, B, I).';
    expect(await errors(undefined, { lengths: [0, 5] })).toEqual(both(new DataError(tooLong)));
  });
});
