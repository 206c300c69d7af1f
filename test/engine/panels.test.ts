/** Packed weights are a cache: never stale, and never rebuilt without need. Counted by wrapping the packing kernels. */

import { expect, test } from 'vitest';
import { createEngine, Engine } from '../../src/engine.js';
import { selectKernels } from '../../src/kernels/select.js';
import { GRU } from '../../src/layers/gru.js';
import type { Layer } from '../../src/layers/layer.js';
import { Linear } from '../../src/layers/linear.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { RNN } from '../../src/layers/rnn.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { SGD } from '../../src/optim/sgd.js';
import { numbers } from '../ops/gradcheck.js';
import { tiers } from './settings.js';

const [T, B, I, H, V] = [3, 2, 5, 6, 7];
const shape = [T, B, I];
const targets = { data: Int32Array.of(1, 2, 3, 4, 5, 6), shape: [T, B] };

const cells = [
  // Panels of a forward: those of the input product and of the recurrent one; in the GRU rows n and b_hn are apart.
  { cell: 'RNN', forward: 2, make: (engine: Engine) => new RNN(engine, { inputSize: I, hiddenSize: H }) },
  {
    cell: 'LSTM',
    forward: 2,

    make: (engine: Engine) => new LSTM(engine, { inputSize: I, hiddenSize: H }),
  },
  { cell: 'GRU', forward: 4, make: (engine: Engine) => new GRU(engine, { inputSize: I, hiddenSize: H }) },
];
const cases = tiers.flatMap((kernels) => cells.map(({ cell, forward, make }) => ({ cell, forward, make, kernels })));

/** A small model on an engine that counts how often weights are packed. */
async function counted({ kernels: tier, make }: (typeof cases)[number]) {
  const selection = await selectKernels({ tier, precision: 'float32', memoryLimit: 2 ** 30 });
  const { packPanels, packPanelsTransposed } = selection.kernels;
  let count = 0;
  const counting =
    <A extends unknown[]>(kernel: (...args: A) => void) =>
    (...args: A): void => {
      count++;
      kernel(...args);
    };
  const kernels = {
    ...selection.kernels,
    packPanels: counting(packPanels),
    packPanelsTransposed: counting(packPanelsTransposed),
  };
  const engine = new Engine({ ...selection, kernels }, 1, true);
  const layer: RecurrentLayer = make(engine);
  const head = new Linear(engine, { inputSize: H, outputSize: V });
  const data = numbers(engine.random, T * B * I);
  const logits = () => head.forward(layer.forward(engine.input({ data, shape })).output);
  const packed = (): number => {
    const result = count;
    count = 0;
    return result;
  };
  return {
    engine,
    layer,
    head,
    packed,
    evaluate: () => engine.evaluate(() => logits().toArray()),
    train: () => engine.step(() => crossEntropy(logits(), targets)),
    parameters: [...layer.parameters(), ...head.parameters()],
  };
}

/** The same weights in a new engine, which has nothing cached. */
async function anew(kernels: (typeof cases)[number], layers: readonly Layer[]) {
  const model = await counted(kernels);
  [model.layer, model.head].forEach((layer, i) => layer.loadStateDict(layers[i]!.stateDict()));
  return model;
}

test.each(cases)('evaluating packs once, at first, and never again: $cell, $kernels', async (given) => {
  const { evaluate, packed } = await counted(given);
  const first = evaluate();
  expect(packed()).toBe(given.forward + 1);
  for (let i = 0; i < 5; i++) expect(evaluate()).toEqual(first);
  expect(packed()).toBe(0);
});

test.each(cases)('training packs every panel once an update, and not without one: $cell, $kernels', async (given) => {
  const { train, evaluate, packed, parameters } = await counted(given);
  // The input wants no gradient, so the backward needs the recurrent panels and the head's only.
  const all = given.forward + 1 + 2;
  const first = train();
  expect(packed()).toBe(all);
  expect(train()).toBe(first);
  expect(packed()).toBe(0);
  const sgd = new SGD(parameters, { lr: 0.1 });
  for (let i = 0; i < 3; i++) {
    sgd.step();
    train();
    expect(packed()).toBe(all);
  }
  evaluate();
  expect(packed()).toBe(0);
});

test.each(cases)('after an optimizer step the next forward has the new weights: $cell, $kernels', async (given) => {
  const { layer, head, train, evaluate, parameters } = await counted(given);
  const before = evaluate();
  const sgd = new SGD(parameters, { lr: 0.5 });
  for (let i = 0; i < 3; i++) {
    const loss = train();
    sgd.step();
    const after = evaluate();
    expect(after).not.toEqual(before);
    const fresh = await anew(given, [layer, head]);
    expect(after).toEqual(fresh.evaluate());
    expect(train()).toBe(fresh.train());
    expect(train()).toBeLessThan(loss);
  }
});

test.each(cases)('after set() of any one parameter the next forward has it: $cell, $kernels', async (given) => {
  const { engine, layer, head, evaluate, train, packed, parameters } = await counted(given);
  train();
  for (const parameter of parameters) {
    const before = evaluate();
    packed();
    parameter.set(numbers(engine.random, parameter.size));
    const after = evaluate();
    expect(packed()).toBeGreaterThan(0);
    expect(after).not.toEqual(before);
    const fresh = await anew(given, [layer, head]);
    expect(after).toEqual(fresh.evaluate());
    const loss = train();
    expect(loss).toBe(fresh.train());
    parameters.forEach((own, i) => expect(own.gradientToArray()).toEqual(fresh.parameters[i]!.gradientToArray()));
  }
});

test.each(cases)(
  'layers made later move the cache in memory but neither spoil nor rebuild it: $cell, $kernels',
  async (given) => {
    const { engine, evaluate, train, packed } = await counted(given);
    const [first, loss] = [evaluate(), train()];
    packed();
    const later = new Linear(engine, { inputSize: 33, outputSize: 65 });
    expect(evaluate()).toEqual(first);
    expect(train()).toBe(loss);
    expect(packed()).toBe(0);
    engine.evaluate(() => later.forward(engine.input({ data: new Float32Array(33), shape: [1, 33] })));
    expect(packed()).toBe(1);
  },
);

test('two layers with the same weights on one engine do not share a cache', async () => {
  const engine = await createEngine({ debug: true });
  const [a, b] = [1, 2].map(() => new LSTM(engine, { inputSize: I, hiddenSize: H })) as [LSTM, LSTM];
  b.loadStateDict(a.stateDict());
  const data = numbers(engine.random, T * B * I);
  const run = (layer: LSTM) => engine.evaluate(() => layer.forward(engine.input({ data, shape })).output.toArray());
  const before = run(a);
  expect(run(b)).toEqual(before);
  b.parameters()[1]!.set(numbers(engine.random, 4 * H * H));
  expect(run(a)).toEqual(before);
  expect(run(b)).not.toEqual(before);
});
