/** `recurra generate`: text from a model. */

import type { GenerateOptions } from '../models/language-model.js';
import { EXIT } from './exit.js';
import { loadBest } from './files.js';

/** The options of `recurra generate`. */
export interface GenerateArguments extends GenerateOptions {
  readonly prompt?: string;
  readonly threads?: number | 'auto';
}

/** Runs the command. @returns the exit code */
export async function generateCommand(
  folder: string,
  { prompt = '', threads, ...options }: GenerateArguments,
): Promise<number> {
  const { model } = await loadBest(folder, threads);
  process.stdout.write(`${model.generate(prompt, options)}\n`);
  return EXIT.done;
}
