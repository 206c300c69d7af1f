/** What recurrent layers refuse, with the whole message: options, inputs, lengths and states that cannot be. */

import { describe, expect, test } from 'vitest';
import type { Engine, HostArray } from '../../src/engine.js';
import { DataError, OptionError, RecurraError, ShapeError } from '../../src/errors.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import { RNN } from '../../src/layers/rnn.js';
import { RecurrentState } from '../../src/layers/state.js';
import { doubleEngine } from '../engine/settings.js';
import { thrown } from '../thrown.js';

const [T, B, I, H] = [4, 2, 3, 7];
const KINDS = { RNN, LSTM, GRU } as unknown as Record<string, new (engine: Engine, options: unknown) => LSTM>;
const names =
  'inputSize, hiddenSize, numLayers, bidirectional, merge, reverse, residual, learnInitialState, dropout, dropoutMask, ' +
  'recurrentDropout, weightDropout, bias, inputInit, recurrentInit, zoneout';
const own: Readonly<Record<string, string>> = {
  RNN: 'nonlinearity, independent',
  LSTM: 'gates, forgetBias, chrono, peepholes, projSize, gateClip, cellClip, layerNorm, layerNormEps',
  GRU: 'resetAfter, gateClip, chrono',
};

const two = { numLayers: 2 };
const both = { bidirectional: true };
const flag = 'must be true or false, got';
const rate = 'must be a number at least 0 and below 1, got';
const size = 'must be a whole number of at least 1, got';
const limit = 'must be a number above 0, got';
const init = 'must be a function, such as xavier or uniform(0.1), got';

/** Refused by every layer. */
const common: [object, string][] = [
  [{ inputSize: '3' }, `inputSize ${size} '3'.`],
  [{ hiddenSize: [] }, 'hiddenSize must hold at least one width, got [].'],
  [{ hiddenSize: [5, 0] }, `hiddenSize[1] ${size} 0.`],
  [{ hiddenSize: [5, 6], numLayers: 3 }, 'hiddenSize [5, 6] has 2 widths, and numLayers is 3. Leave numLayers out.'],
  [{ numLayers: 1.5 }, `numLayers ${size} 1.5.`],
  [{ bidirectional: 1 }, `bidirectional ${flag} 1.`],
  [{ reverse: 'yes' }, `reverse ${flag} 'yes'.`],
  [{ residual: 1, ...two }, `residual ${flag} 1.`],
  [{ learnInitialState: {} }, `learnInitialState ${flag} [object Object].`],
  [{ bias: 0 }, `bias ${flag} 0.`],
  [{ merge: 'add', ...both }, 'merge must be one of concat, sum, mean, product, none, got add.'],
  [{ dropoutMask: 'row', dropout: 0.5, ...two }, 'dropoutMask must be one of element, sequence, got row.'],
  [{ dropout: -0.5, ...two }, `dropout ${rate} -0.5.`],
  [{ recurrentDropout: 1 }, `recurrentDropout ${rate} 1.`],
  [{ weightDropout: NaN }, `weightDropout ${rate} NaN.`],
  [{ zoneout: '0.5' }, `zoneout ${rate} '0.5'.`],
  [{ zoneout: { h: 1 } }, `zoneout.h ${rate} 1.`],
  [{ zoneout: { cell: 0.1 } }, "zoneout: unknown option 'cell'. Known options: h, c."],
  [{ zoneout: [0.1, 0.2] }, "zoneout: unknown option '0'. Known options: h, c."],
  [{ inputInit: 'xavier' }, `inputInit ${init} xavier.`],
  [{ recurrentInit: 0.1 }, `recurrentInit ${init} 0.1.`],
  [{ dropout: 0.5 }, 'dropout 0.5 acts between layers, and numLayers is 1. Use a Dropout layer behind it.'],
  [{ dropoutMask: 'element' }, "dropoutMask 'element' needs dropout, and dropout is 0."],
  [{ reverse: true, ...both }, 'bidirectional has both directions, and reverse is true. Leave one out.'],
  [{ merge: 'concat' }, "merge 'concat' needs two directions, and bidirectional is false."],
  [
    { merge: 'none', ...both, ...two },
    "merge 'none' leaves two outputs, which no next layer can take, and numLayers is 2.",
  ],
  [{ residual: true }, 'residual acts from the second layer on, and numLayers is 1.'],
  [{ residual: true, hiddenSize: [7, 5] }, 'residual adds outputs of equal width, and hiddenSize is [7, 5].'],
];

/** Refused by one layer. */
const special: [string, object, string][] = [
  ['RNN', { independent: 'yes' }, `independent ${flag} 'yes'.`],
  [
    'RNN',
    { independent: true, weightDropout: 0.5 },
    'weightDropout 0.5 acts on a matrix W_hh, and independent has none.',
  ],
  ['RNN', { zoneout: null }, `zoneout ${rate} null.`],
  ['LSTM', { zoneout: {} }, 'zoneout must say h, c or both, got neither. Leave zoneout out for none.'],
  ['GRU', { zoneout: { h: undefined } }, 'zoneout must say h, c or both, got neither. Leave zoneout out for none.'],
  ['RNN', { zoneout: { c: 0.5 } }, 'zoneout.c 0.5 acts on the cell of an LSTM, and there is none.'],
  ['GRU', { zoneout: { c: 0 } }, 'zoneout.c 0 acts on the cell of an LSTM, and there is none.'],
  ['GRU', { resetAfter: 0 }, `resetAfter ${flag} 0.`],
  ['GRU', { gateClip: 0 }, `gateClip ${limit} 0.`],
  ['GRU', { gateClip: Infinity }, 'gateClip must be a finite number above 0, got Infinity.'],
  ['LSTM', { gates: 'three' }, 'gates must be one of none, input-output, all, coupled, got three.'],
  ['LSTM', { peepholes: 'yes' }, `peepholes ${flag} 'yes'.`],
  ['LSTM', { gateClip: -1 }, `gateClip ${limit} -1.`],
  ['LSTM', { cellClip: '1' }, `cellClip ${limit} '1'.`],
  ['LSTM', { layerNorm: true }, 'layerNorm must be one of output, carry, got true.'],
  ['LSTM', { layerNorm: 'carry', layerNormEps: 0 }, `layerNormEps ${limit} 0.`],
  ['LSTM', { zoneout: { c: 2 } }, `zoneout.c ${rate} 2.`],
  ['LSTM', { projSize: 0 }, `projSize ${size} 0.`],
  ['LSTM', { projSize: 7 }, 'projSize must be below hiddenSize 7, got 7.'],
  ['LSTM', { hiddenSize: [7, 5], projSize: 6 }, 'projSize must be below hiddenSize 5, got 6.'],
  ['LSTM', { peepholes: true, gates: 'none' }, "peepholes need gates, and gates is 'none'."],
  ['LSTM', { layerNormEps: 0.1 }, 'layerNormEps 0.1 needs layerNorm, and there is none.'],
  ['LSTM', { forgetBias: 0, gates: 'coupled' }, "forgetBias 0 needs a forget gate, and gates is 'coupled'."],
  ['LSTM', { forgetBias: 2, bias: false }, 'forgetBias 2 needs biases, and bias is false.'],
  ['LSTM', { chrono: 9, forgetBias: 2 }, 'forgetBias 2 and chrono 9 contradict each other. Give one.'],
  ['LSTM', { chrono: 9, bias: false }, 'chrono 9 needs biases, and bias is false.'],
  ['LSTM', { chrono: 9, gates: 'none' }, "chrono 9 needs a gate that forgets, and gates is 'none'."],
  ['LSTM', { chrono: 1 }, 'chrono must be a whole number of at least 2, got 1.'],
  ['GRU', { chrono: 9, bias: false }, 'chrono 9 needs biases, and bias is false.'],
  ['GRU', { chrono: 2.5 }, 'chrono must be a whole number of at least 2, got 2.5.'],
  ['LSTM', { forgetBias: Infinity }, 'forgetBias must be a finite number, got Infinity.'],
];

const everyone = Object.keys(KINDS).flatMap((kind): [string, object, string][] => [
  ...common.map(([options, message]): [string, object, string] => [kind, options, message]),
  [kind, { hidden: 3 }, `unknown option 'hidden'. Known options: ${names}, ${own[kind]}.`],
]);

test.each([...everyone, ...special])(
  '%s refuses %j, and leaves no parameter behind',
  async (kind, options, message) => {
    const engine = await doubleEngine();
    const { bytes } = engine.memory.region('parameters');
    expect(thrown(() => new KINDS[kind]!(engine, { inputSize: I, hiddenSize: H, ...options }))).toEqual(
      new OptionError(`${kind}: ${message}`),
    );
    expect(engine.memory.region('parameters').bytes).toBe(bytes);
  },
);

test.each(Object.keys(KINDS))('%s refuses no options at all', async (kind) => {
  const engine = await doubleEngine();
  for (const none of [undefined, null]) {
    expect(thrown(() => new KINDS[kind]!(engine, none))).toEqual(
      new OptionError(`${kind}: options must be an object, got ${none}. Options: ${names}, ${own[kind]}.`),
    );
  }
});

const zeros = (...shape: number[]): HostArray => ({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape });
const statesOf = (h: unknown, c: unknown): RecurrentState => new RecurrentState(h as HostArray[], c as HostArray[]);

describe('a forward refuses', () => {
  /** The error of a forward of x (4, 2, 3), with all steps and with fewer. */
  async function errors(state: unknown, options: object = {}, layerOptions: object = {}): Promise<unknown[]> {
    const engine = await doubleEngine();
    const layer = new LSTM(engine, { inputSize: I, hiddenSize: H, ...layerOptions });
    const run = (lengths: object) =>
      thrown(() =>
        engine.evaluate(() => {
          const x = engine.output('x', [T, B, I], false);
          layer.forward(x, state as RecurrentState, { ...lengths, ...options });
        }),
      );
    return [run({}), run({ lengths: [1, 3] })];
  }
  const twice = (error: Error): Error[] => [error, error];

  test.each([
    [[1, 2, 3], '3'],
    [[], '0'],
    [null, 'none'],
    [3, 'none'],
  ])('lengths %j', async (lengths, got) => {
    const message = 'lstm: lengths must be one number for each of the B rows of x (T, B, I)';
    expect(await errors(undefined, { lengths })).toEqual(
      twice(new ShapeError(`${message}, got ${got} for x (4, 2, 3).`)),
    );
  });

  test.each([-1, 5, 1.5, NaN, undefined])('a length of %j', async (length) => {
    const message = `lstm: lengths[1] must be a whole number from 0 to T = 4, got ${length}. T comes from x (T, B, I).`;
    expect(await errors(undefined, { lengths: [2, length] })).toEqual(twice(new DataError(message)));
  });

  test('unknown options, flags that are none, traces that are none', async () => {
    expect(await errors(undefined, { length: [1, 2] })).toEqual(
      twice(new OptionError("LSTM.forward: unknown option 'length'. Known options: lengths, allStates, trace.")),
    );
    expect(await errors(undefined, { allStates: 'h' })).toEqual(
      twice(new OptionError("LSTM.forward: allStates must be true or false, got 'h'.")),
    );
    for (const trace of [true, null, {}]) {
      expect(await errors(undefined, { trace })).toEqual(
        twice(new OptionError(`LSTM.forward: trace must be a Trace, got ${typeof trace}. Give new Trace().`)),
      );
    }
  });

  test.each([
    ['null', null],
    ['options', { lengths: [1, 2] }],
    ['an array', [zeros(B, H), zeros(B, H)]],
    ['numbers alone', statesOf([[1, 2]], [[1, 2]])],
    ['nothing', statesOf([undefined], [undefined])],
  ])('as a state %s', async (_, state) => {
    const message =
      'LSTM: state must be a RecurrentState, of views or of { data, shape }, as forward and zeroState give it.';
    expect(await errors(state)).toEqual(twice(new ShapeError(message)));
  });

  const from = (letter: string, option: string, width: number): string =>
    `B = 2 comes from x (T, B, I). ${letter} = ${width} comes from ${option}.`;

  test.each([
    [[3, H], [B, H], 'h0', '(3, 7)'],
    [[1, H], [B, H], 'h0', '(1, 7)'],
    [[B, H], [B, 8], 'c0', '(2, 8)'],
    [[B * H], [B, H], 'h0', '(14,)'],
    [[B, H], [1, B, H], 'c0', '(1, 2, 7)'],
  ])('states of %j and %j', async (h, c, name, got) => {
    const message = `lstm: ${name} must be (B, H) = (2, 7), got ${got}. ${from('H', 'hiddenSize', H)}`;
    expect(await errors(statesOf([zeros(...h)], [zeros(...c)]))).toEqual(twice(new ShapeError(message)));
  });

  test('a projected state of the width of the cell', async () => {
    const message = `lstm: h0 must be (B, P) = (2, 5), got (2, 7). ${from('P', 'projSize', 5)}`;
    expect(await errors(statesOf([zeros(B, H)], [zeros(B, H)]), {}, { projSize: 5 })).toEqual(
      twice(new ShapeError(message)),
    );
  });

  test.each([13, 15])('a state of %i numbers', async (length) => {
    const wrong = { data: new Float32Array(length), shape: [B, H] };
    expect(await errors(statesOf([zeros(B, H)], [wrong]))).toEqual(
      twice(new ShapeError(`lstm: c0 of shape (2, 7) takes 14 values, got ${length}.`)),
    );
  });

  test('a state of another engine', async () => {
    const other = await doubleEngine();
    const view = other.evaluate(() => other.output('h', [B, H], false));
    expect(await errors(statesOf([view], [zeros(B, H)]))).toEqual(
      twice(new RecurraError('lstm: h belongs to another engine than the weights.')),
    );
  });

  test('a state of one layer and direction too few', async () => {
    const message = 'LSTM: state must hold 2 h and 2 c, got 1 h and 1 c. ';
    const advice = 'Use the state of a layer of the same kind, numLayers and directions.';
    const single = statesOf([zeros(B, H)], [zeros(B, H)]);
    for (const more of [two, both]) {
      expect(await errors(single, {}, more)).toEqual(twice(new ShapeError(message + advice)));
    }
  });
});

test('two outputs that were not merged are no single one', async () => {
  const engine = await doubleEngine();
  const layer = new GRU(engine, { inputSize: I, hiddenSize: H, bidirectional: true, merge: 'none' });
  engine.evaluate(() => {
    const result = layer.forward(engine.input(zeros(T, B, I)));
    expect(result.outputs).toHaveLength(2);
    expect(thrown(() => result.output)).toEqual(
      new OptionError("GRU: merge is 'none', so there are two outputs. Use .outputs."),
    );
  });
});
