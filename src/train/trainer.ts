/**
 * Training, one step at a time: where the run stands, everything the next step depends on, and nothing about clocks or
 * files. What `snapshot` gives is enough to go on bit for bit. For a text a step is one window of truncated BPTT.
 */

import { DataError, DivergenceError, OptionError } from '../errors.js';
import type { StateDict } from '../layers/layer.js';
import type { RecurrentState } from '../layers/state.js';
import type { Score } from '../models/learner.js';
import type { Network } from '../models/network.js';
import { arraysUnder, Fields, readStored, withPrefix } from '../models/snapshot.js';
import type { Snapshot, Snapshotable } from '../models/snapshot.js';
import { clipGradNorm, clipGradValue } from '../optim/clip.js';
import type { Optimizer } from '../optim/optimizer.js';
import { createSchedule } from '../optim/schedule.js';
import type { Schedule } from '../optim/schedule.js';
import { checkLoss, diverged } from './divergence.js';
import type { Standing } from './divergence.js';
import type { Objective } from './objective.js';
import { makeOptimizer } from './settings.js';
import type { FullUpdateSettings } from './settings.js';
import { readEnd, readRandom, readRecord, readState, stateArrays, weightsFingerprint, writeEnd, writeRecord } from './stored.js'; // prettier-ignore
import type { EpochRecord } from './stored.js';

/** The epoch with the lowest validation loss. */
export interface Best {
  readonly epoch: number;
  readonly validLoss: number;
  /** Its weights; kept where early stopping is on. */
  readonly weights: StateDict | undefined;
}

/** Steps, updates and validation of one run. */
export class Trainer implements Snapshotable {
  readonly objective: Objective;
  readonly settings: FullUpdateSettings;
  readonly #optimizer: Optimizer;
  readonly #schedule: Schedule;
  #step: number = 0;
  #lossSum: number = 0;
  #state: RecurrentState;
  #history: EpochRecord[] = [];
  #best: Best | undefined;
  #badEpochs: number = 0;
  /** The validation of a run that has ended within an epoch. */
  #end: Score | undefined;
  #final: Snapshot | undefined;

  constructor(objective: Objective, settings: FullUpdateSettings) {
    this.objective = objective;
    this.settings = settings;
    this.#optimizer = makeOptimizer(settings, objective.model.parameters());
    this.#schedule = createSchedule(settings.schedule);
    this.#state = objective.initialState();
  }

  /** The model that is trained. */
  get model(): Network {
    return this.objective.model;
  }

  /** Updates made. */
  get step(): number {
    return this.#step;
  }

  /** Updates in one epoch. */
  get stepsPerEpoch(): number {
    return this.objective.stepsPerEpoch;
  }

  /** Updates the whole run makes. */
  get totalSteps(): number {
    return this.settings.steps || this.settings.epochs * this.stepsPerEpoch;
  }

  /** The epoch that the next step belongs to, from 1. */
  get epoch(): number {
    return Math.floor(this.#step / this.stepsPerEpoch) + 1;
  }

  /** Windows, or steps, done of this epoch. */
  get windowsDone(): number {
    return this.#step % this.stepsPerEpoch;
  }

  /** Mean loss of the windows done of this epoch. */
  get epochLoss(): number {
    return this.#lossSum / this.windowsDone;
  }

  /** The epochs that have ended. */
  get history(): readonly EpochRecord[] {
    return this.#history;
  }

  /** The best epoch so far, where there is validation. */
  get best(): Best | undefined {
    return this.#best;
  }

  /** Epochs since the best one. */
  get badEpochs(): number {
    return this.#badEpochs;
  }

  /** Whether validation has not improved for `patience` epochs. */
  get outOfPatience(): boolean {
    return this.settings.patience > 0 && this.#badEpochs >= this.settings.patience;
  }

  /** The learning rate of the last update. */
  get lr(): number {
    return this.#optimizer.lr;
  }

  /**
   * Makes the next step; at the end of an epoch, validates.
   * @returns the loss of the step, and the epoch's record if this was its last one
   * @throws DivergenceError if the loss has no finite perplexity or the gradient is not finite: then the weights and
   * everything that `snapshot` gives are as before. Or if the validation loss has none
   */
  next(): { readonly loss: number; readonly epoch: EpochRecord | undefined } {
    const loss = this.#learn();
    return { loss, epoch: this.windowsDone === 0 ? this.#endEpoch() : undefined };
  }

  /** Gradient and update of the next step: both or, where it fails, neither. */
  #learn(): number {
    const { random } = this.model.engine;
    const before = random.state;
    try {
      const { loss, state } = this.#gradient();
      this.#update();
      this.#state = state;
      this.#lossSum += loss;
      this.#end = undefined;
      this.#step++;
      return loss;
    } catch (error) {
      random.state = before;
      throw error;
    }
  }

  /** The loss of the next step, its gradient in the parameters, and the state behind it. */
  #gradient(): { loss: number; state: RecurrentState } {
    let state = this.#initialState();
    const loss = this.model.engine.step(() => {
      const result = this.objective.loss(this.#step, state);
      state = result.state.detach();
      return result.loss;
    });
    this.#checkLoss('loss', loss);
    return { loss, state };
  }

  /** An epoch begins with zeros. */
  #initialState(): RecurrentState {
    return this.windowsDone === 0 ? this.objective.initialState() : this.#state;
  }

  /**
   * Checks that the weights give a sound loss on the next step: the last update may have been one too many, and a
   * checkpoint of it would replace a good one.
   * @throws DivergenceError
   */
  verify(): void {
    const { objective } = this;
    const { engine } = this.model;
    const before = engine.random.state; // a loss may draw; a check must not
    const loss = engine.evaluate(() => objective.loss(this.#step, this.#initialState()).loss.item());
    engine.random.state = before;
    this.#checkLoss('loss', loss);
  }

  #checkLoss(name: string, loss: number, where?: string): void {
    checkLoss(name, loss, this.#standing(where));
  }

  #update(): void {
    const { clipNorm, clipValue, lr } = this.settings;
    const parameters = this.model.parameters();
    const { stepsPerEpoch, totalSteps } = this;
    this.#optimizer.lr = lr * this.#schedule.factor({ step: this.#step, stepsPerEpoch, totalSteps });
    try {
      if (clipValue > 0) clipGradValue(parameters, clipValue);
      this.#optimizer.step(clipNorm > 0 ? clipGradNorm(parameters, clipNorm) : undefined);
    } catch (error) {
      if (error instanceof DivergenceError) throw diverged('the gradient is not finite', this.#standing());
      throw error;
    }
  }

  /** For messages. */
  #standing(where: string = this.#place()): Standing {
    const { lr, settings, objective } = this;
    return { where, lr, clipNorm: settings.clipNorm, inNats: objective.inNats };
  }

  #place(): string {
    const unit = this.objective.noun === 'text' ? 'window' : 'step';
    return `in ${unit} ${this.windowsDone + 1} of epoch ${this.epoch}`;
  }

  #endEpoch(): EpochRecord {
    const epoch = this.epoch - 1;
    const { loss: validLoss, right: validRight, figures } = this.objective.validate() ?? {};
    if (validLoss !== undefined) this.#checkLoss('validation loss', validLoss, `after epoch ${epoch}`);
    const record = { epoch, trainLoss: this.#lossSum / this.stepsPerEpoch, validLoss, validRight, figures };
    this.#history.push(record);
    this.#lossSum = 0;
    if (validLoss !== undefined) this.#compare(epoch, validLoss);
    return record;
  }

  #compare(epoch: number, validLoss: number): void {
    this.#schedule.observe(validLoss);
    const improved = this.#best === undefined || validLoss < this.#best.validLoss;
    this.#badEpochs = improved ? 0 : this.#badEpochs + 1;
    if (!improved) return;
    const weights = this.settings.patience > 0 ? this.model.stateDict() : undefined;
    this.#best = { epoch, validLoss, weights };
  }

  /** Validates where the run ends within an epoch: what its weights are worth belongs into its last checkpoint. */
  conclude(): void {
    if (this.windowsDone === 0 || this.#step < this.totalSteps || this.#end !== undefined) return;
    this.#end = this.objective.validate();
    if (this.#end !== undefined) this.#checkLoss('validation loss', this.#end.loss, 'at the end');
  }

  /** The validation of a run that has ended within an epoch. */
  get end(): Score | undefined {
    return this.#end;
  }

  /** Ends the run: what `snapshot` gives stays as it is, the memory of the moments goes to the next optimizer. */
  finish(): void {
    this.#final ??= this.snapshot();
    this.#optimizer.release();
  }

  /** Everything the next step depends on, beside the model. */
  snapshot(): Snapshot {
    if (this.#final !== undefined) return this.#final;
    const { moments, numbers } = this.#optimizer.state();
    const best = this.#best;
    return {
      arrays: new Map([
        ...withPrefix('optimizer.', moments),
        ...withPrefix('state.', stateArrays(this.#state)),
        ...withPrefix('best.', best?.weights ?? new Map()),
      ]),
      values: {
        settings: { ...this.settings },
        data: this.objective.fingerprint,
        weights: weightsFingerprint(this.model.stateDict()),
        step: this.#step,
        lossSum: this.#lossSum,
        history: this.#history.map(writeRecord),
        best: best === undefined ? [] : [best.epoch, best.validLoss],
        ...writeEnd(this.#end),
        badEpochs: this.#badEpochs,
        optimizer: numbers,
        schedule: this.#schedule.state(),
        random: [...this.model.engine.random.state],
      },
    };
  }

  /**
   * Goes on from a snapshot of the same model, data and settings.
   * @param saved the settings of the run that the snapshot is of
   * @throws DataError if text or weights are not those of the run; OptionError if the settings do not go with
   * those of the run; CheckpointError
   */
  restore({ arrays, values }: Snapshot, saved: FullUpdateSettings): void {
    const fields = new Fields('training', values);
    this.checkData({ values });
    if (fields.string('weights') !== weightsFingerprint(this.model.stateDict())) {
      throw new DataError(
        "train: the model's weights are not those the run was saved with. Resume with the model of the same checkpoint.",
      );
    }
    this.#checkSettings(saved);
    const numbers = fields.record('optimizer');
    readStored('training', () => {
      this.#optimizer.setState({ moments: arraysUnder(arrays, 'optimizer.'), numbers });
      this.#schedule.setState(fields.record('schedule'));
    });
    this.#step = fields.count('step');
    if (this.#step > this.totalSteps) throw this.#alreadyDone();
    this.#lossSum = fields.number('lossSum');
    this.#badEpochs = fields.count('badEpochs');
    this.#end = readEnd(fields);
    this.#history = fields.list('history').map(readRecord);
    const [epoch, validLoss] = fields.numbers('best');
    const weights = arraysUnder(arrays, 'best.');
    if (epoch !== undefined && validLoss !== undefined) {
      this.#best = { epoch, validLoss, weights: weights.size > 0 ? weights : undefined };
    }
    this.#state = readState(this.#state, arraysUnder(arrays, 'state.'));
    this.model.engine.random.state = readRandom(fields.numbers('random'));
  }

  /** @throws DataError where a snapshot is of a run on other data */
  checkData({ values }: Pick<Snapshot, 'values'>): void {
    const { fingerprint, noun } = this.objective;
    if (new Fields('training', values).string('data') === fingerprint) return;
    throw new DataError(
      `train: the ${noun} is not the one this run was trained on. Resume with the same ${noun}, or begin a new run.`,
    );
  }

  /** What the cursor, the moments and the schedule's memory depend on cannot change. */
  #checkSettings(saved: FullUpdateSettings): void {
    const [before, now] = [saved, this.settings].map((settings): Record<string, unknown> => ({ ...settings }));
    for (const name of ['batch', 'window', 'optimizer', 'schedule', 'seed']) {
      if (before![name] === now![name]) continue;
      throw new OptionError(
        `train: ${name} must be ${String(before![name])}, as in the run that is resumed, got ${String(now![name])}. Leave it out.`,
      );
    }
  }

  #alreadyDone(): OptionError {
    const { epochs, steps } = this.settings;
    const asked = steps > 0 ? `steps ${steps}` : `epochs ${epochs} (${this.stepsPerEpoch} updates each)`;
    return new OptionError(
      `train: the run has made ${this.#step} updates already, more than ${asked} asks for. Ask for more.`,
    );
  }
}
