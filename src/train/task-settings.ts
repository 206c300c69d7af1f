/** The settings of a run on a generated task, their defaults and checks. */

import type { Recipe } from '../data/tasks/task.js';
import type { Snapshot } from '../models/snapshot.js';
import { checkKnown, checkSeed, checkSize } from '../options.js';
import { fullUpdateSettings, storedSettings, UPDATE_SETTINGS } from './settings.js';
import type { Full, UpdateSettings } from './settings.js';

/**
 * The settings of a run on a task. Those not given are the task's recipe; with another optimizer than Adam, the rate is
 * that optimizer's.
 */
export interface TaskSettings extends UpdateSettings {
  /** Of the sequences that train and validate. Default 1. */
  readonly seed?: number | undefined;
  /** Sequences that validate, every 100 updates. Default 256. */
  readonly validSequences?: number | undefined;
}

/** Settings with every default filled in; 0 stands for none. */
export type FullTaskSettings = Full<TaskSettings>;

/** The names of the settings. */
export const TASK_SETTINGS: readonly string[] = [...UPDATE_SETTINGS, 'seed', 'validSequences'] as const;

/** Fills in defaults and checks everything. @throws OptionError */
export function fullTaskSettings(settings: TaskSettings, recipe?: Recipe): FullTaskSettings {
  checkKnown('train', settings, TASK_SETTINGS);
  const { seed = 1, validSequences = 256, ...update } = settings;
  const given = Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined));
  return {
    ...fullUpdateSettings({ ...(recipe === undefined ? {} : fromRecipe(recipe, given)), ...given }),
    seed: checkSeed('train', seed),
    validSequences: checkSize('train', 'validSequences', validSequences),
  };
}

/** What a recipe says where nothing that is given says otherwise. */
function fromRecipe({ steps, batch, lr, schedule, clipNorm }: Recipe, given: UpdateSettings): UpdateSettings {
  const length = given.epochs === undefined ? { steps } : {};
  const rate = (given.optimizer ?? 'adam') === 'adam' ? { lr } : {};
  return { ...length, batch, ...rate, schedule, clipNorm };
}

/** The settings of the run on a task that a checkpoint holds. @throws CheckpointError */
export function taskSettingsOf(snapshot: Snapshot): FullTaskSettings {
  return storedSettings(snapshot, (stored) => fullTaskSettings(stored));
}
