/** Models for the commands that take those of texts alone. */

import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../errors.js';
import { LanguageModel } from '../models/language-model.js';
import type { EngineArguments } from './engine.js';
import { loadBest } from './files.js';
import { MODELS } from './kinds.js';

/** The model of texts in a folder. @throws CheckpointError for one of anything else */
export async function loadOfTexts(command: string, folder: string, options: EngineArguments): Promise<Checkpoint> {
  const { model, ...rest } = await loadBest(folder, options, MODELS);
  if (model instanceof LanguageModel) return { model, ...rest };
  const { name } = model.constructor;
  throw new CheckpointError(
    `${folder}: the checkpoint holds a ${name}, and ${command} is for models of texts. Give the folder of a run with --text.`,
  );
}
