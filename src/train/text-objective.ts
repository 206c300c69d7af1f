/** The next token of a text: windows of contiguous streams, whose state is carried from one to the next. */

import { windows } from '../data/windows.js';
import type { Windows } from '../data/windows.js';
import type { RecurrentState } from '../layers/state.js';
import type { LanguageModel } from '../models/language-model.js';
import { reserveTraining } from '../models/sizes.js';
import { evaluate } from './evaluate.js';
import type { Evaluation } from './evaluate.js';
import type { Objective } from './objective.js';
import { MOMENTS } from './settings.js';
import type { FullSettings } from './settings.js';
import { fingerprint } from './stored.js';

/** Truncated BPTT over the tokens of a text. */
export class TextObjective implements Objective {
  readonly model: LanguageModel;
  readonly stepsPerEpoch: number;
  readonly unitsPerStep: number;
  readonly inNats = true;
  readonly noun = 'text';
  readonly fingerprint: string;
  readonly #windows: Windows;
  readonly #valid: Int32Array | undefined;
  readonly #settings: FullSettings;

  /**
   * @param train tokens that train, at least one window of them
   * @param valid tokens that validate, if any
   * @throws DataError, MemoryError
   */
  constructor(model: LanguageModel, train: Int32Array, valid: Int32Array | undefined, settings: FullSettings) {
    const { batch, window: length, optimizer } = settings;
    this.model = model;
    this.#settings = settings;
    this.#windows = windows(train, { batch, length });
    this.stepsPerEpoch = this.#windows.count;
    this.unitsPerStep = batch * length;
    this.#valid = valid;
    this.fingerprint = fingerprint(train, valid);
    // Room for a whole step at once, so that too large a run fails before it begins.
    reserveTraining(model.engine, model.sizes, { batch, window: length, moments: MOMENTS[optimizer] });
  }

  initialState(): RecurrentState {
    return this.model.zeroState(this.#settings.batch);
  }

  loss(step: number, state: RecurrentState): ReturnType<LanguageModel['loss']> {
    const { inputs, targets } = this.#windows.at(step % this.stepsPerEpoch);
    return this.model.loss(inputs, targets, state);
  }

  validate(): Evaluation | undefined {
    const { batch, window } = this.#settings;
    return this.#valid === undefined ? undefined : evaluate(this.model, this.#valid, { batch, window });
  }
}
