/** What a run minimises: the loss of each of its steps, of which the trainer knows no more than this. */

import type { Rehearsal } from '../engine.js';
import type { RecurrentState } from '../layers/state.js';
import type { View } from '../memory/view.js';
import type { Score } from '../models/learner.js';
import type { Network } from '../models/network.js';

/** A model and the data it learns. */
export interface Objective {
  readonly model: Network;
  /** Updates until it is validated: one pass over the data, or so many where they have no end. */
  readonly stepsPerEpoch: number;
  /** What one step has of what is counted a second: tokens of a text, sequences of a task, examples. */
  readonly unitsPerStep: number;
  /** Whether the loss is in nats, so that its exponential is a perplexity. */
  readonly inNats: boolean;
  /** What the data are, in messages: `text`, `task`. */
  readonly noun: string;
  /** What a step costs at the most, where it has been rehearsed. */
  readonly cost?: Rehearsal | undefined;
  /** Tells these data from others. */
  readonly fingerprint: string;
  /** What an epoch begins with, and the shape of what `loss` hands on; without layers where nothing is carried. */
  initialState(): RecurrentState;
  /**
   * The loss of a step, within `engine.step` or `engine.evaluate`.
   * @param step updates made before, in all epochs
   */
  loss(step: number, state: RecurrentState): { readonly loss: View; readonly state: RecurrentState };
  /** The loss on data that are not learnt from, if there are any. */
  validate(): Score | undefined;
}
