/** `recurra generate`: text from a model, as it comes. */

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
  for (const piece of model.stream(prompt, options)) await write(piece);
  process.stdout.write('\n');
  return EXIT.done;
}

/** Writes, and gives way to whoever reads: a piece is out before the next one is computed. A failure is the stream's to tell. */
async function write(piece: string): Promise<void> {
  await new Promise<void>((resolve) => void process.stdout.write(piece, () => resolve()));
}
