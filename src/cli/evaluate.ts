/** `recurra evaluate`: how well a model predicts another text. */

import type { Corpus } from '../data/corpus.js';
import { UNKNOWN } from '../data/vocabulary.js';
import { evaluate } from '../train/evaluate.js';
import { settingsOf } from '../train/settings.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest, readCorpus } from './files.js';

/** The options of `recurra evaluate`. */
export interface EvaluateArguments extends EngineArguments {
  readonly text: string;
  readonly json?: boolean;
}

/** Runs the command. @returns the exit code */
export async function evaluateCommand(folder: string, options: EvaluateArguments): Promise<number> {
  const { model, training } = await loadBest(folder, options);
  const corpus = await readCorpus(options.text, { vocabulary: model.vocabulary });
  const { batch, window } = training === undefined ? { batch: 32, window: 64 } : settingsOf(training);
  const { loss, perplexity, tokens } = evaluate(model, corpus.tokens, { batch, window });
  const unknown = corpus.tokens.reduce((count, id) => count + (id === UNKNOWN ? 1 : 0), 0);
  const bitsPerCharacter = unknown > 0 ? null : bits(corpus, loss);
  if (options.json === true) {
    const result = { event: 'evaluate', loss, perplexity, bitsPerCharacter, tokens, unknown };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return EXIT.done;
  }
  const share = `${unknown} of ${corpus.tokens.length} tokens (${((100 * unknown) / corpus.tokens.length).toFixed(2)} %)`;
  process.stdout.write(
    `loss                ${loss.toFixed(4)} nats per token\n` +
      `perplexity          ${perplexity.toPrecision(5)}\n` +
      `bits per character  ${bitsPerCharacter?.toFixed(4) ?? `unknown: ${share} are not in the vocabulary`}\n`,
  );
  return EXIT.done;
}

/**
 * Only where every token is known: what it takes to tell which unknown one it was is not in the loss. The first token
 * is given, not predicted; at level 'char' it is a character of the text.
 */
function bits(corpus: Corpus, loss: number): number {
  const predicted = corpus.characters - (corpus.vocabulary.level === 'char' ? 1 : 0);
  return (loss * (corpus.tokens.length - 1)) / predicted / Math.LN2;
}
