/** Models for the commands that take language models alone. */

import { withArticle } from '../checkpoint/checkpoint.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../errors.js';
import { LanguageModel } from '../models/language-model.js';
import type { EngineArguments } from './engine.js';
import { loadBest } from './files.js';
import { MODELS } from './kinds.js';

/** The language model in a folder. @throws CheckpointError for one of anything else */
export async function loadOfTexts(command: string, folder: string, options: EngineArguments): Promise<Checkpoint> {
  const { model, ...rest } = await loadBest(folder, options, MODELS);
  if (model instanceof LanguageModel) return { model, ...rest };
  // Not the name of the class, which a bundler may change.
  const held = withArticle((model.constructor as typeof LanguageModel).kind);
  throw new CheckpointError(
    `${folder}: the checkpoint holds ${held}, and ${command} is for language models. Give the folder of a run with --text and without --task.`,
  );
}
