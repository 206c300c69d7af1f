/** Recurrent layers with their options: each alone, and those that meet in the same lines of a cell. */

import type { Engine } from '../../src/engine.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { RNN } from '../../src/layers/rnn.js';
import { ACTIVATIONS } from '../../src/kernels/codes.js';
import { LSTM_GATES, LSTM_LAYER_NORMS } from '../../src/ops/lstm-forms.js';
import { MERGES } from '../../src/ops/merge.js';
import { numbers } from '../ops/gradcheck.js';

/** I, H and, where there is a projection, P: no two axes of the tests have one length. */
export const I = 3;
export const H = 7;
export const P = 5;

/** A layer by kind and options, those of its sizes left out. */
export interface LayerCase {
  readonly cell: 'RNN' | 'LSTM' | 'GRU';
  readonly options: Readonly<Record<string, unknown>>;
}

/** A case with its title. */
export interface TitledCase extends LayerCase {
  readonly title: string;
}

const KINDS = { RNN, LSTM, GRU } as unknown as Record<
  LayerCase['cell'],
  new (engine: Engine, options: object) => RecurrentLayer
>;

/** The layer of a case with random weights: no gain is 1 and no bias or peephole 0. */
export function layerOf(engine: Engine, { cell, options }: LayerCase): RecurrentLayer {
  const layer = new KINDS[cell](engine, { inputSize: I, hiddenSize: H, ...options });
  for (const parameter of layer.parameters()) parameter.set(numbers(engine.random, parameter.size, 0.8));
  return layer;
}

/** The kind and the options, as the layer would be made. */
export function titled({ cell, options }: LayerCase): TitledCase {
  const shown = JSON.stringify(options).replaceAll('"', '').replaceAll(',', ', ').replaceAll(':', ' ');
  return { title: `${cell} ${shown}`, cell, options };
}

/** For `test.each`, which writes a title out with %s and cuts it short with $title. */
export function listed(cases: readonly TitledCase[]): [string, TitledCase][] {
  return cases.map((layerCase) => [layerCase.title, layerCase]);
}

function casesOf(cell: LayerCase['cell'], list: readonly LayerCase['options'][]): TitledCase[] {
  return list.map((options) => titled({ cell, options }));
}

/** Every part of the LSTM. */
export const EVERY_PART: LayerCase['options'] = {
  peepholes: true,
  projSize: P,
  layerNorm: 'carry',
  gateClip: 1.5,
  cellClip: 1.5,
  zoneout: { h: 0.3, c: 0.2 },
};

const gates = LSTM_GATES.filter((name) => name !== 'none');
const norms = LSTM_LAYER_NORMS.map((layerNorm) => ({ layerNorm }));

/** The parts of the LSTM, each alone with every set of gates, then in pairs. */
export const lstmCases: readonly TitledCase[] = casesOf('LSTM', [
  ...LSTM_GATES.map((name) => ({ gates: name })),
  { bias: false },
  ...gates.map((name) => ({ gates: name, peepholes: true })),
  ...LSTM_GATES.flatMap((name) => norms.map((norm) => ({ gates: name, ...norm }))),
  ...LSTM_GATES.map((name) => ({ gates: name, projSize: P })),
  ...LSTM_GATES.map((name) => ({ gates: name, gateClip: 0.6 })),
  ...LSTM_GATES.map((name) => ({ gates: name, cellClip: 0.4 })),
  ...norms.flatMap((norm) => [
    { ...norm, bias: false },
    { ...norm, layerNormEps: 0.5 },
    { ...norm, peepholes: true },
    { ...norm, projSize: P },
    { ...norm, gateClip: 0.6, cellClip: 0.4 },
    { ...norm, peepholes: true, gateClip: 0.6, cellClip: 0.4 },
  ]),
  { peepholes: true, gateClip: 0.6, cellClip: 0.4 },
  { peepholes: true, projSize: P },
  { gates: 'coupled', ...EVERY_PART, zoneout: 0 },
]);

/** The GRU in both forms. */
export const gruCases: readonly TitledCase[] = casesOf(
  'GRU',
  [true, false].flatMap((resetAfter) => [{ resetAfter }, { resetAfter, bias: false }, { resetAfter, gateClip: 0.6 }]),
);

/** The Elman cell with every activation, dense and with units that see themselves alone. */
export const rnnCases: readonly TitledCase[] = casesOf('RNN', [
  ...ACTIVATIONS.flatMap((nonlinearity) => [false, true].map((independent) => ({ nonlinearity, independent }))),
  { bias: false },
  { independent: true, bias: false },
]);

const zoneouts = [0.4, { h: 0.4 }, { c: 0.4 }, { h: 0.4, c: 0.3 }].map((zoneout) => ({ zoneout }));
const drops = [{ recurrentDropout: 0.4 }, { weightDropout: 0.4 }];

/** What is drawn at random while training, with the forms of the cells that it meets. */
export const randomCases: readonly TitledCase[] = [
  ...casesOf('LSTM', [
    ...zoneouts,
    ...drops,
    { recurrentDropout: 0.4, weightDropout: 0.4, zoneout: { h: 0.4, c: 0.3 } },
    ...[...zoneouts.slice(3), ...drops].flatMap((drop) => [
      { ...drop, gates: 'none' },
      { ...drop, gates: 'coupled', peepholes: true },
      { ...drop, projSize: P },
      { ...drop, layerNorm: 'output' },
      { ...drop, layerNorm: 'carry' },
      { ...drop, gateClip: 0.6, cellClip: 0.4 },
    ]),
    { ...EVERY_PART, recurrentDropout: 0.3, weightDropout: 0.3 },
  ]),
  ...casesOf(
    'GRU',
    [true, false].flatMap((resetAfter) => [
      ...[zoneouts[0], ...drops].map((drop) => ({ resetAfter, ...drop })),
      { resetAfter, recurrentDropout: 0.3, weightDropout: 0.3, zoneout: 0.3, gateClip: 0.8 },
    ]),
  ),
  ...casesOf('RNN', [
    ...zoneouts.slice(0, 2),
    ...drops,
    { independent: true, recurrentDropout: 0.4 },
    { independent: true, recurrentDropout: 0.3, zoneout: 0.3 },
    { recurrentDropout: 0.3, weightDropout: 0.3, zoneout: 0.3 },
  ]),
];

/** Layers upon layers and directions, for any cell. */
export const stackOptions: readonly LayerCase['options'][] = [
  { reverse: true },
  ...MERGES.map((merge) => ({ bidirectional: true, merge })),
  { hiddenSize: [H, 6] },
  { hiddenSize: [H, 6], bidirectional: true },
  { numLayers: 2, bidirectional: true, merge: 'product', residual: true },
  { numLayers: 3, residual: true },
  { numLayers: 2, residual: true, reverse: true },
  { numLayers: 2, dropout: 0.4 },
  { numLayers: 2, dropout: 0.4, dropoutMask: 'sequence' },
  { numLayers: 2, dropout: 0.4, dropoutMask: 'sequence', residual: true, bidirectional: true },
  { learnInitialState: true },
  { numLayers: 2, bidirectional: true, learnInitialState: true },
  { bidirectional: true, recurrentDropout: 0.3, weightDropout: 0.3, zoneout: 0.3 },
];

/** All of them; of the cells, those that stacks are made of. */
export const casesEverywhere: readonly TitledCase[] = [
  ...lstmCases,
  ...gruCases,
  ...rnnCases,
  ...randomCases,
  ...(['RNN', 'GRU'] as const).flatMap((cell) => casesOf(cell, stackOptions)),
  ...casesOf(
    'LSTM',
    stackOptions.map((stack) => ({ ...EVERY_PART, ...stack })),
  ),
];
