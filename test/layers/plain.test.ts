/** The layers of models are those that everybody makes: of the same seed, weights, results and gradients are the same. */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import { PlainRecurrent } from '../../src/layers/plain.js';
import type { PlainOptions } from '../../src/layers/plain.js';
import { RNN } from '../../src/layers/rnn.js';
import { H, I } from './layer-cases.js';
import { drawnBatch, trained } from './layer-runs.js';

const KINDS = { lstm: LSTM, gru: GRU, rnn: RNN };

const OPTIONS: readonly Partial<PlainOptions>[] = [
  {},
  { numLayers: 2, bidirectional: true, dropout: 0.3 },
  { reverse: true },
  { chrono: 20 },
];

const cases = (['lstm', 'gru', 'rnn'] as const).flatMap((kind) =>
  OPTIONS.filter(({ chrono }) => kind !== 'rnn' || chrono === undefined).map((options) => ({ kind, options })),
);

test.each(cases)('$kind $options', async ({ kind, options }) => {
  const given = { inputSize: I, hiddenSize: H, ...options };
  const [one, other] = [await createEngine({ seed: 3 }), await createEngine({ seed: 3 })];
  const [plain, layer] = [new PlainRecurrent(one, kind, given), new KINDS[kind](other, given)];
  expect(plain.kind).toBe(layer.kind);
  expect([...plain.stateDict()]).toEqual([...layer.stateDict()]);
  const x = drawnBatch(5, 4);
  expect(trained(plain, x, { lengths: [2, 0, 5, 3] })).toEqual(trained(layer, x, { lengths: [2, 0, 5, 3] }));
});

test('chrono is for gates', async () => {
  const engine = await createEngine();
  const given = { inputSize: I, hiddenSize: H, chrono: 20 };
  expect(() => new PlainRecurrent(engine, 'rnn', given)).toThrow("RNN: unknown option 'chrono'");
});
