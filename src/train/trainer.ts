/**
 * Truncated BPTT, one window at a time: where the run stands, everything the next window depends on, and nothing
 * about clocks or files. What `snapshot` gives is enough to go on bit for bit.
 */

import { windows } from '../data/windows.js';
import type { Windows } from '../data/windows.js';
import type { HostArray } from '../engine.js';
import { CheckpointError, DataError, DivergenceError, MemoryError } from '../errors.js';
import type { StateDict } from '../layers/layer.js';
import { RecurrentState } from '../layers/state.js';
import type { StateSource } from '../ops/recurrent.js';
import { megabytes } from '../memory/heap.js';
import type { LanguageModel } from '../models/language-model.js';
import { arraysUnder, Fields, withPrefix } from '../models/snapshot.js';
import type { Snapshot, Snapshotable } from '../models/snapshot.js';
import { clipGradNorm, clipGradValue } from '../optim/clip.js';
import type { Optimizer } from '../optim/optimizer.js';
import { createSchedule } from '../optim/schedule.js';
import type { Schedule } from '../optim/schedule.js';
import type { RandomState } from '../random.js';
import { evaluate } from './evaluate.js';
import type { Evaluation } from './evaluate.js';
import { makeOptimizer, MOMENTS } from './settings.js';
import type { FullSettings } from './settings.js';

/** The losses of one epoch, in nats per token. */
export interface EpochRecord {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validLoss: number | undefined;
}

/** The epoch with the lowest validation loss. */
export interface Best {
  readonly epoch: number;
  readonly validLoss: number;
  /** Its weights; kept where early stopping is on. */
  readonly weights: StateDict | undefined;
}

/** Windows, updates and validation of one run. */
export class Trainer implements Snapshotable {
  readonly model: LanguageModel;
  readonly settings: FullSettings;
  readonly #windows: Windows;
  readonly #valid: Int32Array | undefined;
  readonly #data: string;
  readonly #optimizer: Optimizer;
  readonly #schedule: Schedule;
  #step: number = 0;
  #lossSum: number = 0;
  #state: RecurrentState;
  #history: EpochRecord[] = [];
  #best: Best | undefined;
  #badEpochs: number = 0;

  /**
   * @param train tokens that train, at least one window of them
   * @param valid tokens that validate, if any
   * @throws DataError, MemoryError
   */
  constructor(model: LanguageModel, train: Int32Array, valid: Int32Array | undefined, settings: FullSettings) {
    const { batch, window: length } = settings;
    this.model = model;
    this.settings = settings;
    this.#windows = windows(train, { batch, length });
    this.#valid = valid;
    this.#data = fingerprint(train, valid);
    this.#reserve();
    this.#optimizer = makeOptimizer(settings, model.parameters());
    this.#schedule = createSchedule(settings.schedule);
    this.#state = model.zeroState(batch);
  }

  /** Makes room for a whole step at once, so that too large a run fails before it begins. */
  #reserve(): void {
    const { batch, window, optimizer } = this.settings;
    const bytes = this.model.predictMemory({ batch, window, moments: MOMENTS[optimizer] });
    try {
      this.model.engine.memory.heap.grow(bytes);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      const sizes = `batch ${batch}, window ${window}, hidden ${this.model.hiddenSize}`;
      throw new MemoryError(`train: ${sizes} take about ${megabytes(bytes)}. ${error.message}`, { cause: error });
    }
  }

  /** Updates made. */
  get step(): number {
    return this.#step;
  }

  /** Updates in one epoch. */
  get stepsPerEpoch(): number {
    return this.#windows.count;
  }

  /** Updates the whole run makes. */
  get totalSteps(): number {
    return this.settings.steps || this.settings.epochs * this.stepsPerEpoch;
  }

  /** The epoch that the next window belongs to, from 1. */
  get epoch(): number {
    return Math.floor(this.#step / this.stepsPerEpoch) + 1;
  }

  /** Windows done of this epoch. */
  get windowsDone(): number {
    return this.#step % this.stepsPerEpoch;
  }

  /** Mean loss of the windows done of this epoch, in nats per token. */
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

  /** Whether validation has not improved for `patience` epochs. */
  get outOfPatience(): boolean {
    return this.settings.patience > 0 && this.#badEpochs >= this.settings.patience;
  }

  /** The learning rate of the last update. */
  get lr(): number {
    return this.#optimizer.lr;
  }

  /**
   * Trains on the next window; at the end of an epoch, validates.
   * @returns the window's loss, and the epoch's record if this was its last window
   * @throws DivergenceError if loss or gradient are not finite; the weights have not been touched
   */
  next(): { readonly loss: number; readonly epoch: EpochRecord | undefined } {
    const { model, settings } = this;
    if (this.windowsDone === 0) this.#state = model.zeroState(settings.batch);
    const { inputs, targets } = this.#windows.at(this.windowsDone);
    const loss = model.engine.step(() => {
      const result = model.loss(inputs, targets, this.#state);
      this.#state = result.state.detach();
      return result.loss;
    });
    if (!Number.isFinite(loss)) throw this.#diverged(`the loss is ${loss}`);
    this.#update();
    this.#step++;
    this.#lossSum += loss;
    return { loss, epoch: this.windowsDone === 0 ? this.#endEpoch() : undefined };
  }

  #update(): void {
    const { clipNorm, clipValue, lr } = this.settings;
    const parameters = this.model.parameters();
    const { stepsPerEpoch, totalSteps } = this;
    this.#optimizer.lr = lr * this.#schedule.factor({ step: this.#step, stepsPerEpoch, totalSteps });
    try {
      if (clipValue > 0) clipGradValue(parameters, clipValue);
      if (clipNorm > 0) clipGradNorm(parameters, clipNorm);
      this.#optimizer.step();
    } catch (error) {
      if (error instanceof DivergenceError) throw this.#diverged('the gradient is not finite');
      throw error;
    }
  }

  #diverged(what: string): DivergenceError {
    return new DivergenceError(
      `train: ${what} in window ${this.windowsDone + 1} of epoch ${this.epoch}. The weights before it are kept. ` +
        `Lower the learning rate (now ${this.lr}) or the limit on the gradient's norm.`,
    );
  }

  #endEpoch(): EpochRecord {
    const epoch = this.epoch - 1;
    const validLoss = this.validate()?.loss;
    const record = { epoch, trainLoss: this.#lossSum / this.stepsPerEpoch, validLoss };
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

  /** The model's loss on the validation part, if there is one. */
  validate(): Evaluation | undefined {
    return this.#valid === undefined ? undefined : evaluate(this.model, this.#valid, this.settings);
  }

  /** Everything the next window depends on, beside the model. */
  snapshot(): Snapshot {
    const { moments, numbers } = this.#optimizer.state();
    const best = this.#best;
    const { h, c } = this.#state;
    const named = (name: string, sources: readonly StateSource[]): [string, HostArray][] =>
      sources.map((source, k) => [`${name}.${k}`, source as HostArray]);
    const states = new Map([...named('h', h), ...named('c', c)]);
    return {
      arrays: new Map([
        ...withPrefix('optimizer.', moments),
        ...withPrefix('state.', states),
        ...withPrefix('best.', best?.weights ?? new Map()),
      ]),
      values: {
        settings: { ...this.settings },
        data: this.#data,
        step: this.#step,
        lossSum: this.#lossSum,
        history: this.#history.map(({ epoch, trainLoss, validLoss }) => [epoch, trainLoss, validLoss ?? null]),
        best: best === undefined ? [] : [best.epoch, best.validLoss],
        badEpochs: this.#badEpochs,
        optimizer: numbers,
        schedule: this.#schedule.state(),
        random: [...this.model.engine.random.state],
      },
    };
  }

  /**
   * Goes on from a snapshot of the same model, data and settings.
   * @throws DataError if the text is not the one the run was trained on; CheckpointError
   */
  restore({ arrays, values }: Snapshot): void {
    const fields = new Fields('training', values);
    if (fields.string('data') !== this.#data) {
      throw new DataError(
        'train: the text is not the one this run was trained on. Resume with the same text, or begin a new run.',
      );
    }
    this.#optimizer.setState({ moments: arraysUnder(arrays, 'optimizer.'), numbers: fields.record('optimizer') });
    this.#schedule.setState(fields.record('schedule'));
    this.#step = fields.count('step');
    this.#lossSum = fields.number('lossSum');
    this.#badEpochs = fields.count('badEpochs');
    this.#history = fields.list('history').map(readRecord);
    const [epoch, validLoss] = fields.numbers('best');
    const weights = arraysUnder(arrays, 'best.');
    if (epoch !== undefined && validLoss !== undefined) {
      this.#best = { epoch, validLoss, weights: weights.size > 0 ? weights : undefined };
    }
    this.#state = readState(this.#state, arraysUnder(arrays, 'state.'));
    const random = fields.numbers('random');
    if (random.length !== 4 || !random.every(Number.isInteger))
      throw new CheckpointError('training: random must be a list of 4 whole numbers.');
    this.model.engine.random.state = random as unknown as RandomState;
  }
}

function readRecord(item: unknown): EpochRecord {
  const [epoch, trainLoss, validLoss] = Array.isArray(item) ? (item as unknown[]) : [];
  if (typeof epoch !== 'number' || typeof trainLoss !== 'number') {
    throw new CheckpointError('training: history must be a list of [epoch, train loss, validation loss].');
  }
  return { epoch, trainLoss, validLoss: typeof validLoss === 'number' ? validLoss : undefined };
}

/** The carried state, of the same form as a fresh one. */
function readState(like: RecurrentState, arrays: ReadonlyMap<string, HostArray>): RecurrentState {
  const read = (name: string, { shape }: { readonly shape: readonly number[] }): HostArray => {
    const array = arrays.get(name);
    if (array?.shape.join() === shape.join()) return array;
    throw new CheckpointError(`training: the carried state ${name} must have shape (${shape.join(', ')}).`);
  };
  return new RecurrentState(
    like.h.map((source, k) => read(`h.${k}`, source)),
    like.c.map((source, k) => read(`c.${k}`, source)),
  );
}

/** Tells one text from another: FNV-1a over the tokens of both parts (Fowler, Noll and Vo). */
function fingerprint(train: Int32Array, valid: Int32Array | undefined): string {
  const hash = (tokens: Int32Array): number => {
    let h = 0x811c9dc5;
    for (const token of tokens) h = Math.imul(h ^ token, 0x01000193);
    return h >>> 0;
  };
  return [train, valid ?? new Int32Array(0)].map((part) => `${part.length}:${hash(part).toString(16)}`).join(' ');
}
