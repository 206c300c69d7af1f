/** Evaluation against the definition: one token after the other, softmax in 64 bits. */

import { describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/errors.js';
import { CELLS } from '../../src/models/language-model.js';
import type { LanguageModel } from '../../src/models/language-model.js';
import type { RecurrentState } from '../../src/layers/state.js';
import { evaluate } from '../../src/train/evaluate.js';
import { characters, smallModel, testEngine } from './texts.js';

const corpus = characters(30);

/** -log softmax(logits)[target] */
function surprise(logits: ArrayLike<number>, target: number): number {
  const all = Array.from(logits);
  const top = Math.max(...all);
  return top + Math.log(all.reduce((sum, logit) => sum + Math.exp(logit - top), 0)) - all[target]!;
}

/** The losses of one stream, each token given alone. */
function streamLosses(model: LanguageModel, tokens: Int32Array): number[] {
  let state: RecurrentState | undefined;
  return Array.from(tokens.subarray(1), (target, t) => {
    return model.engine.evaluate(() => {
      const prediction = model.forward({ data: tokens.slice(t, t + 1), shape: [1, 1] }, state);
      state = prediction.state.detach();
      return surprise(prediction.logits.toArray(), target);
    });
  });
}

function naive(model: LanguageModel, tokens: Int32Array, batch: number): { loss: number; tokens: number } {
  const stream = Math.floor((tokens.length - 1) / batch);
  const losses = Array.from({ length: batch }, (_, b) => {
    return streamLosses(model, tokens.slice(b * stream, (b + 1) * stream + 1));
  }).flat();
  return { loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length, tokens: losses.length };
}

describe.each(CELLS)('%s', (cell) => {
  test.each([
    { n: 2, batch: 1, window: 64 },
    { n: 3, batch: 5, window: 2 },
    { n: 101, batch: 1, window: 7 },
    { n: 101, batch: 4, window: 25 },
    { n: 100, batch: 4, window: 10 },
    { n: 250, batch: 3, window: 40 },
  ])('equals the naive loss: $n tokens, batch $batch, window $window', async ({ n, batch, window }) => {
    const model = smallModel(await testEngine(), corpus, { cell, numLayers: 2, dropout: 0.5 });
    const tokens = corpus.tokens.slice(7, 7 + n);
    const rows = Math.max(1, Math.min(batch, Math.floor((n - 1) / window)));
    const expected = naive(model, tokens, rows);
    const result = evaluate(model, tokens, { batch, window });
    expect(result.tokens).toBe(expected.tokens);
    expect(result.loss).toBeCloseTo(expected.loss, 5);
    expect(result.perplexity).toBe(Math.exp(result.loss));
  });
});

test('it changes neither the weights nor the random numbers, and is the same every time', async () => {
  const model = smallModel(await testEngine(), corpus, { dropout: 0.5 });
  const { state } = model.engine.random;
  const weights = model.stateDict();
  const options = { batch: 4, window: 20 };
  expect(evaluate(model, corpus.tokens, options)).toEqual(evaluate(model, corpus.tokens, options));
  expect(model.engine.random.state).toEqual(state);
  expect(model.stateDict()).toEqual(weights);
});

test('refusals', async () => {
  const model = smallModel(await testEngine(), corpus);
  for (const n of [0, 1]) {
    expect(() => evaluate(model, corpus.tokens.slice(0, n), { batch: 1, window: 1 })).toThrow(DataError);
  }
  expect(() => evaluate(model, corpus.tokens, { batch: 0, window: 1 })).toThrow(OptionError);
  expect(() => evaluate(model, corpus.tokens, { batch: 1, window: 0.5 })).toThrow(OptionError);
  expect(() => evaluate(model, corpus.tokens, { batch: 1, windows: 4 } as never)).toThrow(/unknown option 'windows'/);
  expect(() => evaluate(model, Int32Array.of(3, 999), { batch: 1, window: 1 })).toThrow(/id 999/);
});
