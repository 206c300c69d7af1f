/** `recurra generate`: text from a model. */

import type { GenerateOptions } from '../models/language-model.js';
import type { EngineArguments } from './engine.js';
import { EXIT } from './exit.js';
import { loadOfTexts } from './text-model.js';

/** The options of `recurra generate`. */
export interface GenerateArguments extends GenerateOptions, Omit<EngineArguments, 'kernels'> {
  readonly prompt?: string;
}

/** Runs the command. @returns the exit code */
export async function generateCommand(
  folder: string,
  { prompt = '', threads = 1, revectorize = false, ...options }: GenerateArguments,
): Promise<number> {
  const { model } = await loadOfTexts('generate', folder, { threads, revectorize });
  process.stdout.write(`${model.generate(prompt, options)}\n`);
  return EXIT.done;
}
