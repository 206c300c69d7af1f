/** One window of a text with the loss of its last step alone, to see how its gradient fares on the way back. */

import { fitBatch, windows } from '../data/windows.js';
import { DataError } from '../errors.js';
import type { LanguageModel } from '../models/language-model.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { Trace } from '../ops/trace.js';
import type { LayerTrace } from '../ops/trace.js';
import { checkKnown, checkSize } from '../options.js';

/**
 * Runs a model over the first window of several streams of a text, from a state of zeros and with dropout, as in
 * training, and takes the gradient of the mean loss of the last step alone: the norm at step t is what reaches back
 * over T - 1 - t steps. Weights and the engine's random numbers stay; gradients of parameters are overwritten.
 * @param options.batch streams side by side; fewer where the text is short
 * @param options.window T, steps of the window
 * @returns a part for each layer
 * @throws OptionError; DataError for fewer than T + 1 tokens
 */
export function traceWindow(
  model: LanguageModel,
  tokens: Int32Array,
  options: { readonly batch: number; readonly window: number },
): readonly LayerTrace[] {
  const operation = 'traceWindow';
  checkKnown(operation, options, ['batch', 'window']);
  const length = checkSize(operation, 'window', options.window);
  const batch = checkSize(operation, 'batch', options.batch);
  if (!(tokens instanceof Int32Array)) {
    throw new DataError(`${operation}: tokens must be an Int32Array. Give corpus.tokens, not the corpus or its text.`);
  }
  if (tokens.length <= length) {
    const found = tokens.length === 1 ? '1 token is' : `${tokens.length} tokens are`;
    throw new DataError(
      `${operation}: ${found} too few: window ${length} needs ${length + 1}. Give more text, or lower the window.`,
    );
  }
  const { inputs, targets } = windows(tokens, { batch: fitBatch(tokens, { batch, length }), length }).at(0);
  const last = { data: Float32Array.from({ length }, (_, t) => (t === length - 1 ? 1 : 0)), shape: [length] };
  const { engine } = model;
  const random = engine.random.state;
  const trace = new Trace();
  try {
    engine.step(() => {
      const { logits } = model.forward(inputs, undefined, { trace });
      return crossEntropy(logits, targets, { mask: last });
    });
  } finally {
    engine.random.state = random;
  }
  return trace.layers;
}
