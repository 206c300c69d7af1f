/** Examples in batches: each once an epoch, in an order that follows from seed and epoch. Nothing is carried over. */

import { allBatches, epochBatches, largestBatch } from '../data/examples.js';
import type { Examples } from '../data/examples.js';
import type { Rehearsal } from '../engine.js';
import { RecurrentState } from '../layers/state.js';
import type { Learner, Score } from '../models/learner.js';
import type { FullFitSettings } from './fit-settings.js';
import type { Objective } from './objective.js';

/** What is learnt from, and what validates. */
export interface FitData<B> {
  readonly train: Examples<B>;
  /** Default: there is no validation. */
  readonly valid?: Examples<B> | undefined;
}

/** A learner and its examples. */
export class ExamplesObjective<B> implements Objective {
  readonly model: Learner<B>;
  readonly stepsPerEpoch: number;
  readonly unitsPerStep: number;
  readonly inNats: boolean;
  readonly noun = 'data';
  readonly fingerprint: string;
  readonly #data: FitData<B>;
  readonly #settings: FullFitSettings;
  #cost: Rehearsal | undefined;
  /** The batches of the running epoch. */
  #order: { readonly epoch: number; readonly batches: readonly number[][] } | undefined;

  constructor(model: Learner<B>, data: FitData<B>, settings: FullFitSettings) {
    const { train, valid } = data;
    this.model = model;
    this.stepsPerEpoch = Math.ceil(train.count / settings.batch);
    this.unitsPerStep = train.count / this.stepsPerEpoch;
    this.inNats = model.inNats;
    this.fingerprint = `${train.fingerprint} ${valid?.fingerprint ?? ''}`;
    this.#data = data;
    this.#settings = settings;
  }

  initialState(): RecurrentState {
    return new RecurrentState([]);
  }

  loss(step: number, state: RecurrentState): ReturnType<Objective['loss']> {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const batch = this.#data.train.batch(this.#batches(epoch)[step % this.stepsPerEpoch]!);
    return { loss: this.model.loss(batch, step), state };
  }

  #batches(epoch: number): readonly number[][] {
    if (this.#order?.epoch !== epoch) {
      const { batch, seed } = this.#settings;
      this.#order = { epoch, batches: epochBatches(this.#data.train, { batch, seed, epoch }) };
    }
    return this.#order.batches;
  }

  /** Makes a step on the largest batch for what it costs. @throws MemoryError where there is no room for it */
  rehearse(): void {
    const batch = largestBatch(this.#data.train, this.#settings.batch);
    this.#cost = this.model.engine.rehearse(() => this.model.loss(batch, 0));
  }

  get cost(): Rehearsal | undefined {
    return this.#cost;
  }

  validate(): Score | undefined {
    const { valid } = this.#data;
    return valid === undefined ? undefined : this.model.evaluate(allBatches(valid, this.#settings.batch));
  }
}
