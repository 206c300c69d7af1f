/**
 * Gradients of the recurrent layers by finite differences: every cell with every option, by every parameter, the input
 * and the initial states, through the outputs, the final states and the states of all steps at once. What is drawn at
 * random is the same in every run. Directions through the parameters are enough here: test/ops has each element.
 */

import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { RecurrentState } from '../../src/layers/state.js';
import type { Parameter } from '../../src/memory/parameter.js';
import type { View } from '../../src/memory/view.js';
import { doubleEngine } from '../engine/settings.js';
import { drawn, gradcheck } from '../ops/gradcheck.js';
import type { GradcheckOptions } from '../ops/gradcheck.js';
import {
  EVERY_PART,
  gruCases,
  I,
  P,
  layerOf,
  listed,
  lstmCases,
  randomCases,
  rnnCases,
  stackOptions,
  titled,
} from './layer-cases.js';
import type { LayerCase, TitledCase } from './layer-cases.js';

const [T, B] = [4, 2];

/** Where a step of the usual length may meet a kink. */
const kinked = ({ options }: LayerCase): boolean =>
  ['relu', 'leakyRelu'].includes(options.nonlinearity as string) || 'gateClip' in options || 'cellClip' in options;

/** A layer with everything that its results depend on. */
interface Bench {
  readonly engine: Engine;
  readonly layer: RecurrentLayer;
  readonly x: Parameter;
  /** Of every layer and direction, (B, W) each. */
  readonly h0: readonly Parameter[];
  readonly c0: readonly Parameter[];
}

async function benchOf(layerCase: TitledCase, B: number): Promise<Bench> {
  const engine = await doubleEngine();
  const layer = layerOf(engine, layerCase);
  const x = drawn(engine, 'x', [T, B, I]);
  const { h, c } = layer.zeroState(B);
  const [h0, c0] = [h, c].map((states, k) => states.map(({ shape }, i) => drawn(engine, `${'hc'[k]}0[${i}]`, shape)));
  return { engine, layer, x, h0: h0!, c0: c0! };
}

const viewsOf = (parameters: readonly Parameter[]): View[] => parameters.map((parameter) => parameter.view());

type Result = 'outputs' | 'h' | 'c' | 'allStates';

/** Results of a forward, each of them or those wanted. A learned initial state takes the place of one that is given. */
function resultsOf({ layer, x, h0, c0 }: Bench, wanted: readonly Result[], lengths?: readonly number[]): View[] {
  const state = layer.options.learnInitialState ? undefined : new RecurrentState(viewsOf(h0), viewsOf(c0));
  const result = layer.forward(x.view(), state, { allStates: true, lengths });
  const { h, c } = result.allStates!;
  const views = { outputs: result.outputs, h: result.state.h, c: result.state.c, allStates: [...h, ...c] };
  return wanted.flatMap((name) => views[name]);
}

const all: readonly Result[] = ['outputs', 'h', 'c', 'allStates'];

async function errorsOf(layerCase: TitledCase, lengths?: readonly number[], wanted = all): Promise<string[]> {
  const bench = await benchOf(layerCase, lengths?.length ?? B);
  const { engine, layer, x, h0, c0 } = bench;
  const given = layer.options.learnInitialState ? [] : [...h0, ...c0];
  const learned = layer.initialStates.flat();
  const weights = layer.parameters().filter((parameter) => !learned.includes(parameter));
  const idle = lengths?.every((length) => length === 0) ?? false;
  const options: GradcheckOptions = {
    ...(kinked(layerCase) ? { step: 1e-4 } : {}),
    unused: idle ? [x, ...weights] : [],
    directional: true,
  };
  return gradcheck(engine, [...layer.parameters(), x, ...given], () => resultsOf(bench, wanted, lengths), options);
}

test.each(listed([...lstmCases, ...gruCases, ...rnnCases, ...randomCases]))('gradients: %s', async (_, layerCase) => {
  expect(await errorsOf(layerCase)).toEqual([]);
});

const alone: readonly TitledCase[] = [
  { cell: 'RNN', options: { independent: true, zoneout: 0.3 } },
  { cell: 'GRU', options: {} },
  { cell: 'GRU', options: { resetAfter: false, recurrentDropout: 0.3 } },
  { cell: 'LSTM', options: {} },
  { cell: 'LSTM', options: { ...EVERY_PART, layerNorm: 'output' } },
  { cell: 'LSTM', options: { ...EVERY_PART, bidirectional: true } },
].map((layerCase) => titled(layerCase as LayerCase));

describe.each(listed(alone))('%s', (_, layerCase) => {
  const results = all.filter((result) => result !== 'c' || layerCase.cell === 'LSTM');
  test.each(results)('gradients through its %s alone', async (result) => {
    expect(await errorsOf(layerCase, undefined, [result])).toEqual([]);
  });
});

const cells: readonly LayerCase[] = [
  { cell: 'RNN', options: {} },
  { cell: 'GRU', options: { resetAfter: false } },
  { cell: 'LSTM', options: { peepholes: true, projSize: P } },
];

describe.each(cells)('stacks of $cell', ({ cell, options }) => {
  const layers = stackOptions.map((stack) => titled({ cell, options: { ...options, ...stack } }));
  test.each(listed(layers))('gradients: %s', async (_, layerCase) => {
    expect(await errorsOf(layerCase)).toEqual([]);
  });
});

const ragged: readonly TitledCase[] = [
  { cell: 'LSTM', options: {} },
  { cell: 'LSTM', options: { reverse: true } },
  { cell: 'LSTM', options: { bidirectional: true, merge: 'product' } },
  { cell: 'LSTM', options: { bidirectional: true, merge: 'none', ...EVERY_PART } },
  { cell: 'LSTM', options: { numLayers: 2, bidirectional: true, residual: true, learnInitialState: true } },
  { cell: 'GRU', options: { numLayers: 2, dropout: 0.4, dropoutMask: 'sequence', recurrentDropout: 0.3 } },
  { cell: 'GRU', options: { resetAfter: false, weightDropout: 0.3, zoneout: 0.3, reverse: true } },
  { cell: 'RNN', options: { independent: true, learnInitialState: true, bidirectional: true, recurrentDropout: 0.3 } },
].map((layerCase) => titled(layerCase as LayerCase));

describe.each(listed(ragged))('%s', (_, layerCase) => {
  test.each([[[2, 0, 4, 1]], [[3, 3, 3]], [[4, 4]], [[0, 0]]])('gradients of rows of length %j', async (lengths) => {
    expect(await errorsOf(layerCase, lengths)).toEqual([]);
  });
});
