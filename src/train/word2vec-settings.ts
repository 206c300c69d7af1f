/** The settings of a training of word2vec, their defaults and checks. */

import { OptionError } from '../errors.js';
import type { Word2Vec } from '../models/word2vec.js';
import type { Snapshot } from '../models/snapshot.js';
import { checkChoice, checkFlag, checkKnown, checkNumber, checkSeed, checkSize } from '../options.js';
import { storedSettings } from './settings.js';
import type { Full } from './settings.js';

/** What goes to the vectors of a window: the gradient of their mean, or as word2vec.c has it, without the division. */
export const CBOW_GRADIENTS = ['exact', 'word2vec'] as const;

/** Everything that decides the vectors, beside the model and the corpus. */
export interface Word2VecSettings {
  /** Passes over the corpus. Default 5. */
  readonly epochs?: number | undefined;
  /** Most words to each side; each word draws its own from 1 up to it. Default 5. */
  readonly window?: number | undefined;
  /** Negatives for each word that is predicted. Default 5; 0 with the hierarchical softmax. */
  readonly negatives?: number | undefined;
  /** Negatives are drawn by their count to this power. Default 0.75. */
  readonly power?: number | undefined;
  /** Words above this share of the text are left out now and then. Default 1e-3; 0 keeps them all. */
  readonly sample?: number | undefined;
  /** The learning rate at the beginning. Default 0.025, CBOW 0.05. */
  readonly lr?: number | undefined;
  /** The learning rate at the end, to which it falls in proportion to the words read. Default: a ten thousandth of lr. */
  readonly minLr?: number | undefined;
  /** Sentences are cut into pieces of at most so many words. Default 1000. */
  readonly maxSentence?: number | undefined;
  /** For CBOW. Default 'exact'. */
  readonly cbowGradient?: (typeof CBOW_GRADIENTS)[number] | undefined;
  /** Seed of windows, negatives and words left out. Default 1. */
  readonly seed?: number | undefined;
  /**
   * Lets the threads of the engine update the same tables at once (Niu et al. 2011): results then differ from run to
   * run. Default false, where the updates run on one thread whatever the engine has.
   */
  readonly hogwild?: boolean | undefined;
}

/** @throws OptionError for more than makes sense, or fits */
function checkMost(option: string, value: number, most: number): number {
  if (value <= most) return value;
  throw new OptionError(`${OPERATION}: ${option} must be at most ${most}, got ${value}.`);
}

/** Settings with every default filled in. */
export type FullWord2VecSettings = Full<Word2VecSettings>;

/** The names of the settings. */
export const WORD2VEC_SETTINGS = [
  'epochs',
  'window',
  'negatives',
  'power',
  'sample',
  'lr',
  'minLr',
  'maxSentence',
  'cbowGradient',
  'seed',
  'hogwild',
] as const;

const OPERATION = 'trainWord2Vec';

/** Fills in defaults and checks everything. @throws OptionError */
export function fullWord2VecSettings(model: Word2Vec, settings: Word2VecSettings): FullWord2VecSettings {
  checkKnown(OPERATION, settings, WORD2VEC_SETTINGS);
  const lr = checkNumber(OPERATION, 'lr', settings.lr ?? (isCbow(model) ? 0.05 : 0.025), { above: 0 });
  const full = {
    epochs: checkSize(OPERATION, 'epochs', settings.epochs ?? 5),
    window: checkMost('window', checkSize(OPERATION, 'window', settings.window ?? 5), 1000),
    ...negativeSettings(model, settings),
    sample: checkNumber(OPERATION, 'sample', settings.sample ?? 1e-3, { least: 0 }),
    lr,
    minLr: checkNumber(OPERATION, 'minLr', settings.minLr ?? lr * 1e-4, { least: 0, most: lr }),
    maxSentence: checkSize(OPERATION, 'maxSentence', settings.maxSentence ?? 1000, 2),
    cbowGradient: checkChoice(OPERATION, 'cbowGradient', settings.cbowGradient ?? 'exact', CBOW_GRADIENTS),
    seed: checkSeed(OPERATION, settings.seed ?? 1),
    hogwild: checkFlag(OPERATION, 'hogwild', settings.hogwild ?? false),
  };
  if (full.cbowGradient === 'word2vec' && !isCbow(model)) {
    throw new OptionError(
      `${OPERATION}: cbowGradient word2vec is for architecture cbow, got skip-gram. Leave cbowGradient out.`,
    );
  }
  if (full.hogwild && model.engine.report().threads === 1) {
    throw new OptionError(
      `${OPERATION}: hogwild is for several threads, and the engine has threads 1. Leave hogwild out, or make the engine with threads.`,
    );
  }
  return full;
}

const isCbow = (model: Word2Vec): boolean => model.options.architecture === 'cbow';

function negativeSettings(
  model: Word2Vec,
  { negatives, power }: Word2VecSettings,
): { negatives: number; power: number } {
  if (model.options.output === 'negative-sampling') {
    return {
      negatives: checkMost('negatives', checkSize(OPERATION, 'negatives', negatives ?? 5), 1000),
      power: checkNumber(OPERATION, 'power', power ?? 0.75),
    };
  }
  for (const [name, value, none] of [
    ['negatives', negatives, 0],
    ['power', power, 0.75],
  ] as const) {
    if (value === undefined || value === none) continue;
    throw new OptionError(
      `${OPERATION}: output hierarchical-softmax draws no negatives, got ${name} ${value}. Leave ${name} out.`,
    );
  }
  return { negatives: 0, power: 0.75 };
}

/** The settings of the run that a checkpoint holds. @throws CheckpointError */
export function word2vecSettingsOf(model: Word2Vec, snapshot: Snapshot): FullWord2VecSettings {
  return storedSettings(snapshot, (stored) => fullWord2VecSettings(model, stored));
}
