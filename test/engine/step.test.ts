/** What may happen inside a step and what must not, and that the engine goes on afterwards as if nothing had been. */

import { beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine } from '../../src/engine.js';
import { DataError, MemoryError, RecurraError, ShapeError, StaleViewError } from '../../src/errors.js';
import { Linear } from '../../src/layers/linear.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { View } from '../../src/memory/view.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { Adam } from '../../src/optim/adam.js';
import { drawn, numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { doubleEngine, everywhere } from './settings.js';

const [T, B, I, H, V] = [4, 3, 5, 6, 7];

describe.each(everywhere)('$name', ({ options }) => {
  let engine: Engine;
  let lstm: LSTM;
  let head: Linear;
  let data: Float64Array;
  const targets = { data: Int32Array.of(1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5), shape: [T, B] };

  beforeEach(async () => {
    engine = await createEngine(options);
    lstm = new LSTM(engine, { inputSize: I, hiddenSize: H });
    head = new Linear(engine, { inputSize: H, outputSize: V });
    data = numbers(engine.random, T * B * I);
  });

  const input = (): View => engine.input({ data, shape: [T, B, I] });
  const loss = (): View => crossEntropy(head.forward(lstm.forward(input()).output), targets);
  const gradients = () => [lstm, head].flatMap((layer) => layer.parameters().map((p) => p.gradientToArray()));

  test('what is no view, and ids without a shape, are told as what they are', () => {
    const attempt = (body: () => unknown) => () => engine.evaluate(() => void body());
    expect(attempt(() => head.forward(lstm.forward(input()) as unknown as View))).toThrow(
      new RecurraError(
        "linear: expected a view or a parameter of an engine, got another object. Give the .output of the layer's result.",
      ),
    );
    expect(attempt(() => lstm.forward(data as unknown as View))).toThrow(
      /expected a view or a parameter of an engine, got another object. Copy numbers/,
    );
    expect(attempt(() => crossEntropy(head.forward(lstm.forward(input()).output), targets.data as never))).toThrow(
      new ShapeError('crossEntropy: targets must be { data: Int32Array, shape }, got Int32Array of 12.'),
    );
    expect(() => head.loadStateDict({} as never)).toThrow(/^loadStateDict: takes a Map/);
  });

  test('a view used after its step is stale, whoever uses it', () => {
    let kept = input;
    engine.step(() => {
      const { output } = lstm.forward(input());
      kept = () => output;
      return crossEntropy(head.forward(output), targets);
    });
    const stale =
      'output of lstm (step 1) was used in step 2. Its memory is gone: copy it inside the step with toArray(), or detach() a state.';
    expect(() => kept().toArray()).toThrow(new StaleViewError(stale));
    expect(() => engine.evaluate(() => head.forward(kept()))).toThrow(new StaleViewError(stale));
    expect(() => kept().gradient()).toThrow(StaleViewError);
  });

  test('a state that was not detached is stale in the next step, a detached one is not', () => {
    const state = engine.evaluate(() => lstm.forward(input()).state);
    expect(() => engine.step(() => crossEntropy(head.forward(lstm.forward(input(), state).output), targets))).toThrow(
      new StaleViewError(
        'h of lstm (step 1) was used in step 2. Its memory is gone: copy it inside the step with toArray(), or detach() a state.',
      ),
    );
    const detached = engine.evaluate(() => lstm.forward(input()).state.detach());
    expect(engine.evaluate(() => lstm.forward(input(), detached).output.shape)).toEqual([T, B, H]);
  });

  test('copies outlive the step', () => {
    const [copy, again] = [1, 2].map(() => engine.evaluate(() => lstm.forward(input()).output.toArray()));
    expect(copy).toEqual(again);
    expect(copy!.some((value) => value !== 0)).toBe(true);
  });

  test('steps do not nest, and the outer one goes on', () => {
    const nested = new RecurraError('engine: a step is running already. Steps do not nest.');
    const alone = engine.step(loss);
    const outer = engine.step(() => {
      expect(() => engine.step(loss)).toThrow(nested);
      expect(() => engine.evaluate(loss)).toThrow(nested);
      return loss();
    });
    expect(outer).toBe(alone);
    engine.evaluate(() => expect(() => engine.step(loss)).toThrow(nested));
    expect(engine.step(loss)).toBe(alone);
  });

  test('an asynchronous function is refused, and the engine goes on', () => {
    const alone = engine.step(loss);
    expect(() => engine.step((async () => loss()) as unknown as () => View)).toThrow(
      new RecurraError('engine.step: the function must be synchronous, got a promise. Await before the step.'),
    );
    expect(() => engine.evaluate(async () => loss())).toThrow(
      new RecurraError('engine.evaluate: the function must be synchronous, got a promise. Await before the step.'),
    );
    expect(engine.step(loss)).toBe(alone);
  });

  test('the function must return a loss of one element that depends on a parameter', () => {
    const returns = (value: unknown) => () => engine.step(() => value as View);
    expect(returns(undefined)).toThrow(
      new RecurraError('engine.step: the function must return the loss, a view of one element, got undefined.'),
    );
    expect(returns(1.5)).toThrow(
      new RecurraError('engine.step: the function must return the loss, a view of one element, got number.'),
    );
    expect(() => engine.step(() => lstm.forward(input()).output)).toThrow(
      new ShapeError('output of lstm: item() needs one element, got shape (4, 3, 6).'),
    );
    expect(() => engine.step(() => engine.input({ data: [1], shape: [1] }, 'constant'))).toThrow(
      new RecurraError('engine.step: constant depends on no parameter, so there is no gradient to bring back.'),
    );
  });

  test('an exception inside a step, forward or backward, changes no weight and no later step', async () => {
    const expected = engine.step(loss);
    const expectedGradients = gradients();
    const weights = [...lstm.stateDict().values()];
    const failures: (() => View)[] = [
      () => {
        loss();
        throw new Error('in the forward');
      },
      () => {
        const value = loss();
        engine.tape.record('failing', () => {
          throw new Error('in the backward');
        });
        return value;
      },
      () => crossEntropy(head.forward(lstm.forward(input()).output), { data: new Int32Array(2).fill(V), shape: [2] }),
    ];
    const messages = ['in the forward', 'in the backward', 'crossEntropy: targets must be'];
    failures.forEach((failing, i) => {
      expect(() => engine.step(failing)).toThrow(messages[i]);
      expect(engine.memory.arenaBytes).toBe(0);
      expect(engine.tape.recording).toBe(false);
      expect(engine.step(loss)).toBe(expected);
      expect(gradients()).toEqual(expectedGradients);
    });
    expect([...lstm.stateDict().values()]).toEqual(weights);
  });

  test('an exception while evaluating passes through, and the engine goes on', () => {
    const expected = engine.evaluate(() => loss().item());
    const thrown = new DataError('mine');
    expect(() =>
      engine.evaluate(() => {
        loss();
        throw thrown;
      }),
    ).toThrow(thrown);
    expect(engine.evaluate(() => loss().item())).toBe(expected);
  });

  test('layers and optimizers made inside a step are refused, and change nothing', () => {
    const refusal =
      /^memory: region '.*' cannot grow inside a step. Make layers, optimizers, steppers, RTRL and Hopfield networks outside of engine.step and engine.evaluate.$/;
    const expected = engine.step(loss);
    const makers = [
      () => new Linear(engine, { inputSize: 2, outputSize: 2 }),
      () => new LSTM(engine, { inputSize: 2, hiddenSize: 2 }),
      () => new Adam(lstm.parameters(), { lr: 0.1 }),
    ];
    for (const make of makers) {
      expect(() => engine.evaluate(() => void make())).toThrow(refusal);
      expect(() => engine.step(() => (make(), loss()))).toThrow(refusal);
    }
    expect(engine.step(loss)).toBe(expected);
    expect(makers.map((make) => make())).toHaveLength(3);
    expect(engine.step(loss)).toBe(expected);
  });

  test('operations outside of a step are refused', () => {
    const outside = new RecurraError(
      'memory: operations run inside engine.step or engine.evaluate, and none is running.',
    );
    expect(input).toThrow(outside);
    expect(() => crossEntropy(lstm.parameters()[0]!.view(), { data: new Int32Array(24), shape: [24] })).toThrow(
      outside,
    );
  });

  test('gradients begin at zero in each step, add up on request, and evaluating leaves them alone', () => {
    engine.step(loss);
    const once = gradients();
    engine.step(loss);
    expect(gradients()).toEqual(once);
    engine.evaluate(loss);
    expect(gradients()).toEqual(once);
    engine.step(loss, { accumulate: true });
    gradients().forEach((gradient, i) => {
      gradient.forEach((value, j) => expect(value).toBeCloseTo(2 * once[i]![j]!, 5));
    });
    expect(gradients()).not.toEqual(once);
    expect(() => engine.step(loss, { acumulate: true } as object)).toThrow(
      "engine.step: unknown option 'acumulate'. Known options: accumulate.",
    );
  });

  test('a result that the loss does not use brings back nothing', () => {
    engine.step(() => {
      lstm.forward(input());
      return weightedSum([{ view: head.forward(engine.input({ data: [1, 2, 3, 4, 5, 6], shape: [H] })), weights: numbers(engine.random, V) }]); // prettier-ignore
    });
    for (const parameter of lstm.parameters()) {
      expect(parameter.gradientToArray().every((value) => value === 0)).toBe(true);
    }
    expect(head.weight.gradientToArray().some((value) => value !== 0)).toBe(true);
  });

  test('evaluate hands on what the function returns and records nothing', () => {
    const result = { list: [1, 2] };
    expect(engine.evaluate(() => result)).toBe(result);
    expect(engine.evaluate(() => lstm.forward(input()).output.requiresGrad)).toBe(false);
    expect(engine.evaluate(() => engine.tape.recording)).toBe(false);
    expect(engine.evaluate(() => loss().item())).toBe(engine.step(loss));
  });

  test('what an operation needs for itself alone is given back when it ends', () => {
    const aligned = (bytes: number) => Math.ceil(bytes / 64) * 64;
    const rows = T * B * engine.memory.bytes(1);
    engine.evaluate(() => {
      const logits = head.forward(lstm.forward(input()).output);
      const before = engine.memory.arenaBytes;
      crossEntropy(logits, targets);
      // The loss, the sums of the rows and the targets stay; the losses of the rows do not.
      const kept = aligned(engine.memory.bytes(1)) + aligned(rows) + aligned(4 * T * B);
      expect(engine.memory.arenaBytes - before).toBe(kept);
    });
  });

  test('an input must hold as many numbers as its shape', () => {
    expect(() => engine.evaluate(() => engine.input({ data: [1, 2, 3], shape: [2, 2] }, 'x'))).toThrow(
      new ShapeError('x: shape (2, 2) takes 4 values, got 3.'),
    );
  });

  test('a disposed engine runs no more steps, and neither its layers nor its optimizers do anything', () => {
    const adam = new Adam(head.parameters(), { lr: 0.1 });
    engine.step(loss);
    engine.dispose();
    const disposed = /^engine: it was disposed of/;
    expect(() => engine.step(loss)).toThrow(disposed);
    expect(() => engine.evaluate(loss)).toThrow(disposed);
    expect(() => adam.step()).toThrow(disposed);
    expect(() => lstm.stateDict()).toThrow(disposed);
    expect(() => new Linear(engine, { inputSize: 1, outputSize: 1 })).toThrow(disposed);
  });

  test('a step that needs more memory than the limit is refused, and the engine goes on', async () => {
    const small = await createEngine({ ...options, memoryLimit: 2 ** 21 });
    const x = drawn(small, 'x', [8]);
    const step = () => small.step(() => weightedSum([{ view: x.view(), weights: numbers(small.random, 8) }]));
    step();
    expect(() => small.evaluate(() => small.output('huge', [2 ** 20], false))).toThrow(MemoryError);
    expect(Number.isFinite(step())).toBe(true);
    expect(() => small.memory.extend('parameters', 2 ** 20)).toThrow(MemoryError);
    expect(Number.isFinite(step())).toBe(true);
    expect(small.report().memoryBytes).toBeLessThanOrEqual(2 ** 21);
  });
});

test('a view of another engine is refused, not read from the wrong memory', async () => {
  const [here, there] = [await doubleEngine(), await doubleEngine()];
  const layer = new Linear(there, { inputSize: 3, outputSize: 2 });
  const forward = (): unknown => here.evaluate(() => layer.forward(here.input({ data: [1, 2, 3], shape: [1, 3] })));
  expect(forward).toThrow('linear: input belongs to another engine than the weights.');
});
