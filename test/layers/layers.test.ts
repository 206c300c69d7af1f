/** Layers as objects: options, names and shapes of parameters, state dicts, states. Values: test/layers/torch.test.ts. */

import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { Engine, HostArray } from '../../src/engine.js';
import { OptionError, ShapeError } from '../../src/errors.js';
import { Dropout } from '../../src/layers/dropout.js';
import { Embedding } from '../../src/layers/embedding.js';
import { GRU } from '../../src/layers/gru.js';
import type { Layer } from '../../src/layers/layer.js';
import { Linear } from '../../src/layers/linear.js';
import { LSTM } from '../../src/layers/lstm.js';
import { RNN } from '../../src/layers/rnn.js';
import type { RecurrentState } from '../../src/layers/state.js';
import { numbers } from '../ops/gradcheck.js';
import { doubleEngine, everywhere } from '../engine/settings.js';

const [T, B, I, H] = [4, 3, 5, 7];

/** Names and shapes as `torch.nn` lists them in state_dict(). */
const layouts: { layer: string; make: (engine: Engine) => Layer; layout: [string, number[]][] }[] = [
  {
    layer: 'Embedding',
    make: (engine) => new Embedding(engine, { vocabSize: 11, size: 3 }),
    layout: [['weight', [11, 3]]],
  },
  {
    layer: 'Linear',
    make: (engine) => new Linear(engine, { inputSize: I, outputSize: 2 }),
    layout: [
      ['weight', [2, I]],
      ['bias', [2]],
    ],
  },
  {
    layer: 'LSTM with layerNorm, without bias',
    make: (engine) => new LSTM(engine, { inputSize: I, hiddenSize: H, layerNorm: 'output', bias: false }),
    layout: [
      ['weight_ih_l0', [4 * H, I]],
      ['weight_hh_l0', [4 * H, H]],
      ['weight_norm_ih_l0', [4 * H]],
      ['weight_norm_hh_l0', [4 * H]],
      ['weight_norm_c_l0', [H]],
    ],
  },
  {
    layer: 'Linear without bias',
    make: (engine) => new Linear(engine, { inputSize: I, outputSize: 2, bias: false }),
    layout: [['weight', [2, I]]],
  },
  { layer: 'Dropout', make: (engine) => new Dropout(engine, { p: 0.5 }), layout: [] },
  {
    layer: 'RNN',
    make: (engine) => new RNN(engine, { inputSize: I, hiddenSize: H, nonlinearity: 'relu' }),
    layout: [
      ['weight_ih_l0', [H, I]],
      ['weight_hh_l0', [H, H]],
      ['bias_ih_l0', [H]],
      ['bias_hh_l0', [H]],
    ],
  },
  {
    layer: 'LSTM of two layers',
    make: (engine) => new LSTM(engine, { inputSize: I, hiddenSize: H, numLayers: 2 }),
    layout: [
      ['weight_ih_l0', [4 * H, I]],
      ['weight_hh_l0', [4 * H, H]],
      ['bias_ih_l0', [4 * H]],
      ['bias_hh_l0', [4 * H]],
      ['weight_ih_l1', [4 * H, H]],
      ['weight_hh_l1', [4 * H, H]],
      ['bias_ih_l1', [4 * H]],
      ['bias_hh_l1', [4 * H]],
    ],
  },
  {
    layer: 'GRU of two layers without biases',
    make: (engine) => new GRU(engine, { inputSize: I, hiddenSize: H, numLayers: 2, bias: false }),
    layout: [
      ['weight_ih_l0', [3 * H, I]],
      ['weight_hh_l0', [3 * H, H]],
      ['weight_ih_l1', [3 * H, H]],
      ['weight_hh_l1', [3 * H, H]],
    ],
  },
];

describe.each(layouts)('$layer', ({ make, layout }) => {
  test("the state dict has PyTorch's names and shapes, in its order", async () => {
    const layer = make(await doubleEngine());
    expect([...layer.stateDict()].map(([name, { shape }]) => [name, shape])).toEqual(layout);
    expect(layer.parameters().map(({ name, shape }) => [name, shape])).toEqual(layout);
    for (const { data, shape } of layer.stateDict().values()) {
      expect(data).toHaveLength(shape.reduce((product, length) => product * length, 1));
    }
  });

  test.each(everywhere)('a state dict loaded into another layer makes it the same: $name', async ({ options }) => {
    const engine = await createEngine(options);
    const [one, other] = [make(engine), make(engine)];
    other.loadStateDict(one.stateDict());
    expect(other.stateDict()).toEqual(one.stateDict());
    const given = new Map<string, HostArray>(
      layout.map(([name, shape]) => [
        name,
        {
          data: numbers(
            engine.random,
            shape.reduce((a, b) => a * b, 1),
          ),
          shape,
        },
      ]),
    );
    one.loadStateDict(given);
    for (const [name, { data }] of one.stateDict()) {
      const expected = Array.from(given.get(name)!.data, (value) =>
        data instanceof Float32Array ? Math.fround(value) : value,
      );
      expect(Array.from(data)).toEqual(expected);
    }
  });
});

test('a state dict is a copy: later training does not change it, nor does changing it touch the layer', async () => {
  const layer = new Linear(await doubleEngine(), { inputSize: 2, outputSize: 1 });
  const dict = layer.stateDict();
  const weight = layer.weight.toArray();
  layer.weight.set([1, 2]);
  expect(dict.get('weight')!.data).toEqual(weight);
  (layer.stateDict().get('weight')!.data as Float64Array).fill(9);
  expect([...layer.weight.toArray()]).toEqual([1, 2]);
});

test('a state dict that does not fit is refused as a whole', async () => {
  const layer = new Linear(await doubleEngine(), { inputSize: 2, outputSize: 3 });
  const before = layer.stateDict();
  const tensor = (...shape: number[]): HostArray => ({
    data: new Float64Array(shape.reduce((a, b) => a * b, 1)),
    shape,
  });
  const refused: [Record<string, HostArray>, string][] = [
    [{ weight: tensor(3, 2) }, 'loadStateDict: bias must be (3,), got nothing.'],
    [{ weight: tensor(2, 3), bias: tensor(3) }, 'loadStateDict: weight must be (3, 2), got (2, 3).'],
    [{ weight: tensor(3, 2), bias: tensor(1, 3) }, 'loadStateDict: bias must be (3,), got (1, 3).'],
    [
      { weight: tensor(3, 2), bias: tensor(3), extra: tensor(1) },
      'loadStateDict: there is no parameter extra. There are: weight, bias.',
    ],
    [
      { weight: tensor(3, 2), bias: { data: [1, 2], shape: [3] } },
      'loadStateDict: bias of shape (3,) takes 3 values, got 2.',
    ],
  ];
  for (const [dict, message] of refused) {
    expect(() => layer.loadStateDict(new Map(Object.entries(dict)))).toThrow(new ShapeError(message));
    expect(layer.stateDict()).toEqual(before);
  }
});

const COMMON =
  'inputSize, hiddenSize, numLayers, bidirectional, merge, reverse, residual, learnInitialState, dropout, dropoutMask, ' +
  'recurrentDropout, weightDropout, bias, inputInit, recurrentInit, zoneout';

const options: [string, (engine: Engine) => unknown, string][] = [
  [
    'Embedding',
    (engine) => new Embedding(engine, { vocabSize: 3, size: 2, dim: 4 } as never),
    "Embedding: unknown option 'dim'. Known options: vocabSize, size, init, dropout, frozen.",
  ],
  [
    'Embedding',
    (engine) => new Embedding(engine, { vocabSize: 0, size: 2 }),
    'Embedding: vocabSize must be a whole number of at least 1, got 0.',
  ],
  [
    'Linear',
    (engine) => new Linear(engine, { inputSize: 3, outputSize: 2, features: 4 } as never),
    "Linear: unknown option 'features'. Known options: inputSize, outputSize, bias, init, weight.",
  ],
  [
    'Linear',
    (engine) => new Linear(engine, { inputSize: 3 } as never),
    'Linear: outputSize must be a whole number of at least 1, got undefined.',
  ],
  [
    'Dropout',
    (engine) => new Dropout(engine, { p: 0.5, inplace: true } as never),
    "Dropout: unknown option 'inplace'. Known options: p, mask.",
  ],
  [
    'Dropout',
    (engine) => new Dropout(engine, { p: 0.5, mask: 'time' as never }),
    'Dropout: mask must be one of element, sequence, got time.',
  ],
  [
    'Embedding',
    (engine) => new Embedding(engine, { vocabSize: 3, size: 2, dropout: 1 }),
    'Embedding: dropout must be a number at least 0 and below 1, got 1.',
  ],
  ['Dropout', (engine) => new Dropout(engine, { p: 1 }), 'Dropout: p must be a number at least 0 and below 1, got 1.'],
  [
    'RNN',
    (engine) => new RNN(engine, { inputSize: 3, hiddenSize: 2, nonlinearity: 'swish' as never }),
    'RNN: nonlinearity must be one of tanh, relu, sigmoid, leakyRelu, identity, silu, gelu, got swish.',
  ],
  [
    'RNN',
    (engine) => new RNN(engine, { inputSize: 3, hiddenSize: 2, forgetBias: 1 } as never),
    `RNN: unknown option 'forgetBias'. Known options: ${COMMON}, nonlinearity, independent.`,
  ],
  [
    'LSTM',
    (engine) => new LSTM(engine, { inputSize: 3, hiddenSize: 2, numLayer: 2 } as never),
    `LSTM: unknown option 'numLayer'. Known options: ${COMMON}, gates, forgetBias, chrono, peepholes, projSize, ` +
      'gateClip, cellClip, layerNorm, layerNormEps.',
  ],
  [
    'LSTM',
    (engine) => new LSTM(engine, { inputSize: 3, hiddenSize: 2.5 }),
    'LSTM: hiddenSize must be a whole number of at least 1, got 2.5.',
  ],
  [
    'LSTM',
    (engine) => new LSTM(engine, { inputSize: 3, hiddenSize: 2, forgetBias: 'one' as never }),
    "LSTM: forgetBias must be a number, got 'one'.",
  ],
  [
    'LSTM',
    (engine) => new LSTM(engine, { inputSize: 3, hiddenSize: 2, bias: false, forgetBias: 1 }),
    'LSTM: forgetBias 1 needs biases, and bias is false.',
  ],
  [
    'GRU',
    (engine) => new GRU(engine, { inputSize: 3, hiddenSize: 2, numLayers: 0 }),
    'GRU: numLayers must be a whole number of at least 1, got 0.',
  ],
  [
    'GRU',
    (engine) => new GRU(engine, { inputSize: 3, hiddenSize: 2, dropout: 0.5 }),
    'GRU: dropout 0.5 acts between layers, and numLayers is 1. Use a Dropout layer behind it.',
  ],
  [
    'GRU',
    (engine) => new GRU(engine, { inputSize: 3, hiddenSize: 2, numLayers: 2, dropout: 1 }),
    'GRU: dropout must be a number at least 0 and below 1, got 1.',
  ],
];

test.each(options)('%s refuses options that cannot be: %#', async (_, make, message) => {
  const engine = await doubleEngine();
  const { bytes } = engine.memory.region('parameters');
  expect(() => make(engine)).toThrow(new OptionError(message));
  expect(engine.memory.region('parameters').bytes).toBe(bytes);
});

describe('states', () => {
  const input = (engine: Engine, batch: number = B) =>
    engine.input({ data: new Float64Array(T * batch * I).fill(0.5), shape: [T, batch, I] });

  test('a state of zeros is no state at all', async () => {
    const engine = await doubleEngine();
    for (const layer of [RNN, LSTM, GRU].map(
      (Type) => new Type(engine, { inputSize: I, hiddenSize: H, numLayers: 2 }),
    )) {
      const state = layer.zeroState(B);
      expect(state.h.map(({ shape }) => shape)).toEqual([[B, H], [B, H]]); // prettier-ignore
      expect(state.c).toHaveLength(layer instanceof LSTM ? 2 : 0);
      const [with0, without] = engine.evaluate(() => [
        layer.forward(input(engine), state).output.toArray(),
        layer.forward(input(engine)).output.toArray(),
      ]);
      expect(with0).toEqual(without);
    }
  });

  test('the final state of the last layer is the last step of the output', async () => {
    const engine = await doubleEngine();
    for (const layer of [RNN, LSTM, GRU].map(
      (Type) => new Type(engine, { inputSize: I, hiddenSize: H, numLayers: 2 }),
    )) {
      engine.evaluate(() => {
        const { output, state } = layer.forward(input(engine));
        expect(output.shape).toEqual([T, B, H]);
        expect(state.detach().h[1]).toEqual({ data: output.toArray().slice(-B * H), shape: [B, H] });
      });
    }
  });

  test('a state of another kind, depth or batch is refused', async () => {
    const engine = await doubleEngine();
    const lstm = new LSTM(engine, { inputSize: I, hiddenSize: H, numLayers: 2 });
    const gru = new GRU(engine, { inputSize: I, hiddenSize: H, numLayers: 2 });
    const single = new LSTM(engine, { inputSize: I, hiddenSize: H });
    const refused = (layer: LSTM | GRU, state: RecurrentState) => () =>
      engine.evaluate(() => layer.forward(input(engine), state));
    const advice = 'Use the state of a layer of the same kind, numLayers and directions.';
    expect(refused(lstm, gru.zeroState(B))).toThrow(
      new ShapeError(`LSTM: state must hold 2 h and 2 c, got 2 h and 0 c. ${advice}`),
    );
    expect(refused(gru, lstm.zeroState(B))).toThrow(
      new ShapeError(`GRU: state must hold 2 h and 0 c, got 2 h and 2 c. ${advice}`),
    );
    expect(refused(lstm, single.zeroState(B))).toThrow(
      new ShapeError(`LSTM: state must hold 2 h and 2 c, got 1 h and 1 c. ${advice}`),
    );
    expect(refused(lstm, lstm.zeroState(B + 1))).toThrow(
      new ShapeError(
        'lstm: h0 must be (B, H) = (3, 7), got (4, 7). B = 3 comes from x (T, B, I). H = 7 comes from hiddenSize.',
      ),
    );
    expect(() => lstm.zeroState(0)).toThrow(
      new OptionError('zeroState: batch must be a whole number of at least 1, got 0.'),
    );
  });

  test('detaching numbers that are detached already changes nothing', async () => {
    const engine = await doubleEngine();
    const layer = new LSTM(engine, { inputSize: I, hiddenSize: H });
    const state = engine.evaluate(() => layer.forward(input(engine)).state.detach());
    expect(state.detach()).toEqual(state);
  });
});
