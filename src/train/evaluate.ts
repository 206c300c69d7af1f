/** The loss of a model on tokens it does not learn from. */

import { fitBatch, windows } from '../data/windows.js';
import { DataError } from '../errors.js';
import type { LanguageModel } from '../models/language-model.js';
import type { RecurrentState } from '../layers/state.js';
import { checkKnown } from '../options.js';

/** How well a model predicts a text. */
export interface Evaluation {
  /** Nats per token. */
  readonly loss: number;
  /** exp(loss). */
  readonly perplexity: number;
  /** Predictions made. */
  readonly tokens: number;
}

/**
 * Evaluates over contiguous streams with carried state, each beginning from zeros.
 * @param options.batch streams side by side; fewer where the text is short
 * @param options.window steps of a window
 * @throws OptionError; DataError for fewer than two tokens
 */
export function evaluate(
  model: LanguageModel,
  tokens: Int32Array,
  options: { readonly batch: number; readonly window: number },
): Evaluation {
  checkKnown('evaluate', options, ['batch', 'window']);
  if (!(tokens instanceof Int32Array)) {
    throw new DataError('evaluate: tokens must be an Int32Array. Give corpus.tokens, not the corpus or its text.');
  }
  const { batch, window } = options;
  if (tokens.length < 2)
    throw new DataError(`evaluate: needs at least 2 tokens, got ${tokens.length}. Give more text.`);
  const rows = fitBatch(tokens, { batch, length: window });
  const length = Math.min(window, tokens.length - 1);
  let state: RecurrentState | undefined;
  let sum = 0;
  let count = 0;
  for (const { inputs, targets } of windows(tokens, { batch: rows, length, remainder: 'keep' })) {
    const loss = model.engine.evaluate(() => {
      const result = model.loss(inputs, targets, state);
      state = result.state.detach();
      return result.loss.item();
    });
    sum += loss * inputs.data.length;
    count += inputs.data.length;
  }
  const loss = sum / count;
  return { loss, perplexity: Math.exp(loss), tokens: count };
}
