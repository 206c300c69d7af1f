/** `recurra fill`: the words that are most likely in the blanks of a sentence. */

import { MaskedLanguageModel } from '../models/masked-language-model.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadBest } from './files.js';
import { percent } from './terms.js';

/** The options of `recurra fill`. */
export interface FillArguments extends Omit<EngineArguments, 'kernels'> {
  readonly top?: number;
  readonly json?: boolean;
}

/** Runs the command. @returns the exit code */
export async function fillCommand(
  folder: string,
  text: string,
  { threads = 1, revectorize = false, json = false, ...options }: FillArguments,
): Promise<number> {
  const { model } = await loadBest(folder, { threads, revectorize }, [MaskedLanguageModel]);
  const filled = model.fill(text, options);
  if (json) {
    process.stdout.write(`${JSON.stringify({ event: 'fill', ...filled })}\n`);
    return EXIT.done;
  }
  const rows = filled.blanks.map((guesses) => {
    return guesses.map(({ word, probability }) => `${word} ${percent(probability)}`).join(', ');
  });
  process.stdout.write(`${[filled.text, ...rows].join('\n')}\n`);
  return EXIT.done;
}
