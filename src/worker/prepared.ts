/** A job made ready: its model, how its run begins, and what can be asked of it. */

import type { Network } from '../models/network.js';
import type { RunOptions } from '../train/run.js';
import type { TrainingRun } from '../train/train.js';
import type { Queries } from './jobs.js';

/** Answers, by the name of the query. */
export type Answers = {
  readonly [Q in keyof Queries]?: (given: Queries[Q]['given']) => Queries[Q]['answer'];
};

/** A job that can begin. */
export interface Prepared {
  readonly model: Network;
  /** The model in one line. */
  readonly summary: string;
  /** Begins, or goes on where the checkpoint of the job stands. */
  start(options: RunOptions): TrainingRun;
  readonly queries: Answers;
}
