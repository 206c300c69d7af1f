/** The spectra of recurrent layers: names, order of gates, and values put there on purpose. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { OptionError, ShapeError } from '../../src/errors.js';
import { recurrentSpectra, spectraOf } from '../../src/inspect/spectra.js';
import { GRU } from '../../src/layers/gru.js';
import { Linear } from '../../src/layers/linear.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentLayer } from '../../src/layers/recurrent.js';
import { RNN } from '../../src/layers/rnn.js';
import { SequenceModel } from '../../src/models/sequence-model.js';
import { thrown } from '../thrown.js';

const [I, H] = [3, 5];

/** Block b of every weight_hh becomes (b + 1) times a shift with a zero in one corner, another in each layer. */
function fill(layer: RecurrentLayer): void {
  const dict = layer.stateDict();
  for (const [name, { shape }] of dict) {
    if (!name.startsWith('weight_hh')) continue;
    const factor = name.endsWith('l1') ? 10 : 1;
    const data = Float32Array.from({ length: shape[0]! * H }, (_, k) => {
      const [row, column] = [Math.floor(k / H), k % H];
      const block = Math.floor(row / H);
      return (row % H) + 1 === column || (row % H === H - 1 && column === 0) ? factor * (block + 1) : 0;
    });
    dict.set(name, { data, shape });
  }
  layer.loadStateDict(dict);
}

test.each([
  { Layer: LSTM, names: ['i', 'f', 'g', 'o'].map((gate) => ` ${gate}`) },
  { Layer: GRU, names: ['r', 'z', 'n'].map((gate) => ` ${gate}`) },
  { Layer: RNN, names: [''] },
])('$Layer.name: a spectrum for each gate of each layer', async ({ Layer, names }) => {
  const layer = new Layer(await createEngine(), { inputSize: I, hiddenSize: H, numLayers: 2 });
  fill(layer);
  const spectra = recurrentSpectra(layer);
  expect(spectra.map(({ name }) => name)).toEqual(
    ['weight_hh_l0', 'weight_hh_l1'].flatMap((weight) => names.map((gate) => weight + gate)),
  );
  spectra.forEach(({ spectralRadius, singularValues }, k) => {
    const factor = ((k % names.length) + 1) * (k < names.length ? 1 : 10);
    expect(spectralRadius / factor).toBeCloseTo(1, 13);
    expect(singularValues.length).toBe(H);
    singularValues.forEach((value) => expect(value / factor).toBeCloseTo(1, 13));
  });
});

test.each([
  ['none', ['g']],
  ['input-output', ['i', 'g', 'o']],
  ['coupled', ['i', 'g', 'o']],
] as const)('an LSTM with gates %s has the spectra of those it has', async (gates, names) => {
  const layer = new LSTM(await createEngine(), { inputSize: I, hiddenSize: H, gates });
  fill(layer);
  const found = recurrentSpectra(layer).map(({ name, spectralRadius }) => [name, Math.round(spectralRadius)]);
  expect(found).toEqual(names.map((name, k) => [`weight_hh_l0 ${name}`, k + 1]));
});

test('independent units have the moduli of their weights', async () => {
  const layer = new RNN(await createEngine(), { inputSize: I, hiddenSize: 3, independent: true });
  const dict = layer.stateDict();
  dict.set('weight_hh_l0', { data: [0.25, -2, 1], shape: [3] });
  layer.loadStateDict(dict);
  const singularValues = Float64Array.of(2, 1, 0.25);
  expect(recurrentSpectra(layer)).toEqual([{ name: 'weight_hh_l0', spectralRadius: 2, singularValues }]);
});

test('recurrent weights of a projection are not square, and are refused', async () => {
  const layer = new LSTM(await createEngine(), { inputSize: I, hiddenSize: H, projSize: 2 });
  const error = thrown(() => recurrentSpectra(layer));
  expect(error).toBeInstanceOf(ShapeError);
  expect(error.message).toBe('recurrentSpectra: weight_hh_l0 must be 4 square blocks, got (20, 2).');
});

test('new layers begin orthogonal', async () => {
  const layer = new GRU(await createEngine(), { inputSize: I, hiddenSize: 40 });
  for (const { spectralRadius, singularValues } of recurrentSpectra(layer)) {
    expect(spectralRadius).toBeCloseTo(1, 6);
    singularValues.forEach((value) => expect(value).toBeCloseTo(1, 6));
  }
});

test('other layers are refused', async () => {
  const linear = new Linear(await createEngine(), { inputSize: 2, outputSize: 2 });
  const error = thrown(() => recurrentSpectra(linear as unknown as RecurrentLayer));
  expect(error).toBeInstanceOf(ShapeError);
  expect(error.message).toBe('recurrentSpectra: layer must be an RNN, LSTM or GRU, got Linear.');
  const nothing = thrown(() => recurrentSpectra(undefined as unknown as RecurrentLayer));
  expect(nothing.message).toBe('recurrentSpectra: layer must be an RNN, LSTM or GRU, got undefined.');
});

test('a whole model: its recurrent weights, by their names in it', async () => {
  const engine = await createEngine();
  const options = {
    inputs: 'values',
    inputSize: I,
    outputs: 'values',
    outputSize: 2,
    cell: 'gru',
    hiddenSize: H,
  } as const;
  const model = new SequenceModel(engine, options);
  const found = spectraOf(model.stateDict(), model.options.cell);
  expect(found.map(({ name }) => name)).toEqual([...'rzn'].map((gate) => `rnn.weight_hh_l0 ${gate}`));
  for (const { spectralRadius } of found) expect(spectralRadius).toBeCloseTo(1, 5); // orthogonal
  expect(thrown(() => spectraOf(model.stateDict(), 'jordan' as never))).toEqual(
    new OptionError('spectraOf: kind must be one of lstm, gru, rnn, got jordan.'),
  );
  expect(thrown(() => spectraOf(model as never, 'gru'))).toEqual(
    new ShapeError('spectraOf: takes a Map from names to { data, shape }, as stateDict() gives it.'),
  );
});

test('weights that are no square blocks are refused', () => {
  const weights = new Map([['weight_hh_l0', { data: new Float32Array(24), shape: [8, 3] }]]);
  const error = thrown(() => spectraOf(weights, 'lstm'));
  expect(error).toBeInstanceOf(ShapeError);
  expect(error.message).toBe('recurrentSpectra: weight_hh_l0 must be 4 square blocks, got (8, 3).');
});
