/** What the commands that compute say about the engine. */

import type { EngineOptions } from '../engine.js';
import type { Tier } from '../kernels/select.js';

/** Options of a command that are options of `createEngine`. */
export interface EngineArguments {
  readonly kernels?: 'auto' | Tier;
  readonly threads?: number | 'auto';
  readonly revectorize?: boolean;
}

/** The options of `createEngine` among those of a command. */
export function engineOptions({ kernels = 'auto', threads = 1, revectorize = false }: EngineArguments): EngineOptions {
  return { kernels, threads, revectorize };
}
