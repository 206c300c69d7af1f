/** The job of the language model, from the settings of the page. */

import type { Job } from 'recurra/worker';
import type { State } from '../state/schema.js';
import type { LearntText } from './source.js';

/** What the run is called in the browser's storage. */
export const SAVED_AS = 'playground-language';

/** Lines that a text of words has where a part of it validates: it is parted between sentences. */
const LINES = 20;

/** How a job begins. */
export interface JobOptions {
  readonly paused: boolean;
  /** To go on from. */
  readonly checkpoint?: Uint8Array;
  /** Whether nothing is kept in the browser's storage. */
  readonly unsaved?: boolean;
}

/** A job. */
export function languageJob(
  settings: State['language'],
  { text, locale }: LearntText,
  { paused, checkpoint, unsaved = false }: JobOptions,
): Job {
  const { cell, embeddingSize, hiddenSize, numLayers, dropout, level, seed, kernels } = settings;
  const { window, batch, epochs, optimizer, lr, schedule, clipNorm } = settings;
  const shared = {
    kind: 'text' as const,
    text,
    engine: { seed, kernels, threads: 'auto' as const },
    ...(unsaved ? {} : { save: SAVED_AS, saveSeconds: 5 }),
    paused,
  };
  // A checkpoint says all of it itself.
  if (checkpoint !== undefined) return { ...shared, checkpoint };
  return {
    ...shared,
    level,
    ...(level === 'word' ? { locale } : {}),
    model: { cell, embeddingSize, hiddenSize, numLayers, dropout },
    train: {
      window,
      batch,
      epochs,
      optimizer,
      lr,
      schedule,
      clipNorm,
      validFraction: validFraction(text, settings),
    },
  };
}

/** A tenth of the text, or nothing where that is little, or where words have few lines to part them at. */
function validFraction(text: string, { level, batch, window }: State['language']): number {
  const isLong = text.length / 10 > 2 * window && text.length * 0.9 > batch * window + 1;
  const isParted = level === 'char' || [...text.matchAll(/\n/g)].length > LINES;
  return isLong && isParted ? 0.1 : 0;
}
