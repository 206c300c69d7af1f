/** A linear layer with the weight of another, and an embedding that does not learn. */

import { expect, test } from 'vitest';
import { OptionError } from '../../src/errors.js';
import { constant } from '../../src/layers/initializers.js';
import { Embedding } from '../../src/layers/embedding.js';
import { Linear } from '../../src/layers/linear.js';
import { doubleEngine } from '../engine/settings.js';
import { gradcheck } from '../ops/gradcheck.js';

const ids = { data: Int32Array.of(3, 0, 4, 3), shape: [2, 2] };

test('a shared weight gathers the gradients of both layers, and is a parameter of the first alone', async () => {
  const engine = await doubleEngine();
  const embedding = new Embedding(engine, { vocabSize: 5, size: 3 });
  const head = new Linear(engine, { inputSize: 3, outputSize: 5, weight: embedding.weight });
  expect(head.weight).toBe(embedding.weight);
  expect(head.parameters().map(({ name }) => name)).toEqual(['bias']);
  expect([...head.stateDict().keys()]).toEqual(['bias']);
  const outputs = () => [head.forward(embedding.forward(ids))];
  expect(gradcheck(engine, [embedding.weight, head.bias!], outputs)).toEqual([]);
  // Packed weights follow the other layer's changes.
  const before = engine.evaluate(() => outputs()[0]!.toArray());
  embedding.weight.set(embedding.weight.toArray().map((value) => 2 * value));
  const after = engine.evaluate(() => outputs()[0]!.toArray());
  after.forEach((value, i) => expect(value).toBeCloseTo(4 * before[i]!, 12));
});

test('a frozen embedding is in the state dict and no parameter, and gets no gradient', async () => {
  const engine = await doubleEngine();
  const embedding = new Embedding(engine, { vocabSize: 5, size: 3, frozen: true });
  const head = new Linear(engine, { inputSize: 3, outputSize: 2 });
  expect(embedding.parameters()).toEqual([]);
  expect([...embedding.stateDict().keys()]).toEqual(['weight']);
  expect(gradcheck(engine, [...head.parameters()], () => [head.forward(embedding.forward(ids))])).toEqual([]);
  expect(embedding.weight.gradientToArray()).toEqual(new Float64Array(15));
  const dict = new Map([['weight', { data: new Float64Array(15).fill(2), shape: [5, 3] }]]);
  embedding.loadStateDict(dict);
  expect(embedding.weight.toArray()).toEqual(dict.get('weight')!.data);
});

test('what does not fit is refused', async () => {
  const [engine, other] = [await doubleEngine(), await doubleEngine()];
  const { weight } = new Embedding(engine, { vocabSize: 5, size: 3 });
  const linear =
    (options: object, on = engine) =>
    () =>
      new Linear(on, { inputSize: 3, outputSize: 5, ...options });
  expect(linear({ weight, inputSize: 4 })).toThrow(
    new OptionError(
      'Linear: weight must be (O, I) = (5, 4), got (5, 3). O = 5 comes from outputSize, I = 4 from inputSize.',
    ),
  );
  expect(linear({ weight, init: constant(0) })).toThrow(
    new OptionError('Linear: weight is that of another layer, and init would change it. Leave init out.'),
  );
  const foreign = 'Linear: weight must be a parameter of a layer on the same engine, such as embedding.weight.';
  expect(linear({ weight }, other)).toThrow(new OptionError(foreign));
  expect(linear({ weight: [[1]] })).toThrow(new OptionError(foreign));
  expect(() => new Embedding(engine, { vocabSize: 5, size: 3, frozen: 1 as unknown as boolean })).toThrow(
    new OptionError('Embedding: frozen must be true or false, got 1.'),
  );
});
