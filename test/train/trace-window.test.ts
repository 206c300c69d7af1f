/** The gradient of the last step's loss, against that of a state put in by hand. */

import { expect, test } from 'vitest';
import { RecurrentState } from '../../src/layers/state.js';
import { Parameter } from '../../src/memory/parameter.js';
import { CELLS } from '../../src/models/language-model.js';
import type { LanguageModel } from '../../src/models/language-model.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import type { StateSource } from '../../src/ops/sequence.js';
import { slice } from '../../src/ops/concat.js';
import { windows } from '../../src/data/windows.js';
import { DataError, OptionError } from '../../src/errors.js';
import { traceWindow } from '../../src/train/trace-window.js';
import { thrown } from '../thrown.js';
import { doubleEngine } from '../engine/settings.js';
import { characters, smallModel, testEngine } from './texts.js';

const corpus = characters(30);
const [B, T] = [3, 12];

/** The norm of the gradient of h behind step t: the rest of the window from that state, as a parameter. */
function normBehind(model: LanguageModel, t: number): number {
  const { engine } = model;
  const { inputs, targets } = windows(corpus.tokens, { batch: B, length: T }).at(0);
  const part = (from: number, to: number) => ({ data: inputs.data.slice(from * B, to * B), shape: [to - from, B] });
  const { h, c } = engine.evaluate(() => model.forward(part(0, t + 1)).state.detach());
  const state = new Parameter(engine.memory, `h${t}`, [B, model.hiddenSize]);
  state.set(h[0]!.data);
  engine.step(() => {
    const { logits } = model.forward(part(t + 1, T), new RecurrentState<StateSource>([state.view()], c));
    const last = slice(logits, 0, T - t - 2, T - t - 1);
    return crossEntropy(last, { data: targets.data.slice((T - 1) * B), shape: [1, B] });
  });
  return Math.hypot(...state.gradientToArray());
}

test.each(CELLS)('%s: the norm of each step is what a state there gets from the last loss', async (cell) => {
  const model = smallModel(await doubleEngine(), corpus, { cell });
  const traces = traceWindow(model, corpus.tokens, { batch: B, window: T });
  expect(traces.map(({ name, reverse }) => [name, reverse])).toEqual([['l0', false]]);
  const { gradientNorms } = traces[0]!;
  expect(gradientNorms.length).toBe(T);
  for (let t = 0; t < T - 1; t++) expect(gradientNorms[t]! / normBehind(model, t)).toBeCloseTo(1, 9);
  expect(gradientNorms[T - 1]).toBeGreaterThan(0);
});

test('a layer each; fewer streams where the text is short; weights and random numbers stay', async () => {
  const engine = await testEngine();
  const model = smallModel(engine, corpus, { numLayers: 2, dropout: 0.4 });
  const [weights, random] = [model.stateDict(), engine.random.state];
  const once = traceWindow(model, corpus.tokens.slice(0, 2 * T + 1), { batch: 32, window: T });
  expect(once.map(({ name, gates }) => [name, gates.get('f')!.length])).toEqual([
    ['l0', T * 2 * 7],
    ['l1', T * 2 * 7],
  ]);
  expect(traceWindow(model, corpus.tokens.slice(0, 2 * T + 1), { batch: 32, window: T })).toEqual(once);
  expect(model.stateDict()).toEqual(weights);
  expect(engine.random.state).toEqual(random);
});

test.each([
  [{ batch: 1, window: 64 }, 64, DataError, 'traceWindow: 64 tokens are too few: window 64 needs 65. Give more text, or lower the window.'],
  [{ batch: 1, window: 3 }, 1, DataError, 'traceWindow: 1 token is too few: window 3 needs 4. Give more text, or lower the window.'],
  [{ batch: 0, window: 3 }, 9, OptionError, 'traceWindow: batch must be a whole number of at least 1, got 0.'],
  [{ batch: 1, window: 1.5 }, 9, OptionError, 'traceWindow: window must be a whole number of at least 1, got 1.5.'],
  [{ batch: 1, window: 3, length: 2 }, 9, OptionError, "traceWindow: unknown option 'length'. Known options: batch, window."],
] as const)('%o of %i tokens are refused', async (options, count, type, message) => {
  const model = smallModel(await testEngine(), corpus);
  const error = thrown(() => traceWindow(model, corpus.tokens.slice(0, count), options));
  expect(error).toBeInstanceOf(type);
  expect(error.message).toBe(message);
}); // prettier-ignore

test('what is no Int32Array, and an unknown option of forward, are refused', async () => {
  const model = smallModel(await testEngine(), corpus);
  const error = thrown(() => traceWindow(model, corpus as unknown as Int32Array, { batch: 1, window: 3 }));
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toBe(
    'traceWindow: tokens must be an Int32Array. Give corpus.tokens, not the corpus or its text.',
  );
  const ids = { data: corpus.tokens.slice(0, 2), shape: [2, 1] };
  expect(thrown(() => model.forward(ids, undefined, { traces: 1 } as object)).message).toBe(
    "LanguageModel.forward: unknown option 'traces'. Known options: trace.",
  );
});
