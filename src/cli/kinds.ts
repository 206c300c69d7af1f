/** The kinds of runs there are, and the models that the command line knows. */

import type { ModelClass } from '../checkpoint/checkpoint.js';
import { LanguageModel } from '../models/language-model.js';
import type { Learner } from '../models/learner.js';
import { SequenceModel } from '../models/sequence-model.js';
import { Fields } from '../models/snapshot.js';
import type { Snapshot } from '../models/snapshot.js';
import { DIALOGUE } from './dialogue-kind.js';
import { CLASSIFY } from './classify-kind.js';
import { FORECAST } from './forecast-kind.js';
import { optionName } from './kind.js';
import type { AnyKind, KindOption } from './kind.js';
import { MASK } from './mask-kind.js';
import { SEQUENCE_VAE_KIND } from './sequence-vae-kind.js';
import { TAG } from './tag-kind.js';
import { VAE_KIND } from './vae-kind.js';
import { TRANSLATE } from './translate-kind.js';

/** In the order of the help. */
export const KINDS: readonly AnyKind[] = [
  MASK,
  DIALOGUE,
  VAE_KIND,
  SEQUENCE_VAE_KIND,
  TRANSLATE,
  CLASSIFY,
  FORECAST,
  TAG,
];

/** A model that the command line trains. */
export type AnyModel = LanguageModel | SequenceModel | Learner<unknown>;

/** The classes of models that the command line trains. */
export const MODELS: readonly ModelClass<AnyModel>[] = [
  LanguageModel,
  SequenceModel,
  ...new Set(KINDS.map(({ model }) => model)),
];

/** The kind of this name, if there is one. */
export function kindNamed(name: string | undefined): AnyKind | undefined {
  return KINDS.find((kind) => kind.name === name);
}

/** The kind of run that a checkpoint holds, if it is one. */
export function kindOf(training: Snapshot | undefined): AnyKind | undefined {
  if (training === undefined) return undefined;
  const fields = new Fields('training', training.values);
  return fields.has('task') ? kindNamed(fields.string('task')) : undefined;
}

/** The names of the options that only kinds have: not `text`, which other runs read too. */
export const KIND_OPTIONS: readonly string[] = KINDS.flatMap(({ source, options }) =>
  [source, ...options].map(optionName),
).filter((name) => name !== 'text');

/** Options of several kinds, each once. */
export function distinct(options: readonly KindOption[]): KindOption[] {
  return [...new Map(options.map((option) => [option[0], option])).values()];
}
