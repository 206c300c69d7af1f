/** The settings of a run on examples, their defaults and checks. */

import type { Snapshot } from '../models/snapshot.js';
import { checkKnown, checkSeed } from '../options.js';
import { fullUpdateSettings, storedSettings, UPDATE_SETTINGS } from './settings.js';
import type { Full, UpdateSettings } from './settings.js';

/** The settings of a run on examples. */
export interface FitSettings extends UpdateSettings {
  /** Of the order of the examples. Default 1. */
  readonly seed?: number | undefined;
}

/** Settings with every default filled in; 0 stands for none. */
export type FullFitSettings = Full<FitSettings>;

/** The names of the settings. */
export const FIT_SETTINGS: readonly string[] = [...UPDATE_SETTINGS, 'seed'];

/** Fills in defaults and checks everything. @throws OptionError */
export function fullFitSettings(settings: FitSettings): FullFitSettings {
  checkKnown('fit', settings, FIT_SETTINGS);
  const { seed = 1, ...update } = settings;
  return { ...fullUpdateSettings(update), seed: checkSeed('fit', seed) };
}

/** The settings of the run on examples that a checkpoint holds. @throws CheckpointError */
export function fitSettingsOf(snapshot: Snapshot): FullFitSettings {
  return storedSettings(snapshot, (stored) => fullFitSettings(stored));
}
