/**
 * What optimizers share: flat ranges, the check that no gradient is NaN or infinite, moments as regions beside the
 * parameters, and a state that a checkpoint can hold. The update rules are kernels: src/kernels/optimizer.ts.
 */

import { engineOf } from '../engine.js';
import type { Engine, HostArray } from '../engine.js';
import { CheckpointError, RecurraError } from '../errors.js';
import type { Parameter } from '../memory/parameter.js';
import { checkNumber } from '../options.js';
import { gradNorm } from './clip.js';
import { rangesOf } from './ranges.js';
import type { Range } from './ranges.js';

/** An optimizer's memory: moments by `moment.parameter index`, and numbers by name. */
export interface OptimizerState {
  readonly moments: ReadonlyMap<string, HostArray>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** An update rule over a list of parameters. */
export abstract class Optimizer {
  readonly parameters: readonly Parameter[];
  protected readonly engine: Engine;
  readonly #ranges: readonly Range[];
  readonly #moments: readonly string[];
  #regions: readonly string[];
  #lr: number;
  #updates: number = 0;
  #released: boolean = false;

  /** @param moments the names of the running averages it keeps, one number a weight each */
  constructor(operation: string, parameters: readonly Parameter[], lr: number, moments: readonly string[]) {
    this.#ranges = rangesOf(operation, parameters);
    this.parameters = [...parameters];
    this.engine = engineOf(parameters[0]!);
    this.#lr = checkNumber(operation, 'lr', lr, { least: 0 });
    this.#moments = moments;
    const floats = this.#ranges.reduce((sum, range) => sum + range.floats, 0);
    this.#regions = moments.map(() => this.engine.memory.acquire(floats));
  }

  /** The learning rate; a schedule sets it before each update. */
  get lr(): number {
    return this.#lr;
  }

  set lr(lr: number) {
    this.#lr = checkNumber('optimizer', 'lr', lr, { least: 0 });
  }

  /** How many updates were made. */
  get updates(): number {
    return this.#updates;
  }

  /**
   * One update of every parameter from its gradient.
   * @param norm of the gradients, if it is known: what `clipGradNorm` returned says that they are finite, and saves the
   * pass over them that looks
   * @throws DivergenceError if a gradient is not finite; then nothing has been changed
   */
  step(norm?: number): void {
    if (this.#released) throw new RecurraError('optimizer: its moments were released. Make a new one.');
    if (norm === undefined) gradNorm(this.parameters);
    else checkNumber('optimizer.step', 'norm', norm, { least: 0 });
    this.#updates++;
    this.beforeUpdate();
    const { memory } = this.engine;
    const values = memory.region('parameters').base;
    const gradients = memory.region('gradients').base;
    let done = 0;
    for (const { offset, floats } of this.#ranges) {
      const moments = this.#regions.map((region) => memory.region(region).base + memory.bytes(done));
      this.update(values + offset, gradients + offset, moments, floats);
      done += floats;
    }
    for (const parameter of this.parameters) parameter.touch();
  }

  /** Gives the memory of the moments back, for the next optimizer; this one is done. */
  release(): void {
    if (this.#released) return;
    for (const region of this.#regions) this.engine.memory.free(region);
    this.#regions = [];
    this.#released = true;
  }

  /** Runs once before the ranges of an update. */
  protected beforeUpdate(): void {}

  /** Updates one range: values p, gradients g, moments in the order they were named, n floats each. */
  protected abstract update(p: number, g: number, moments: readonly number[], n: number): void;

  /** Numbers beside the moments that the next update depends on. */
  protected numbers(): Record<string, number> {
    return {};
  }

  /** Takes back what `numbers` gave. */
  protected setNumbers(_numbers: Readonly<Record<string, number>>): void {}

  /** A copy of the moments and counters, from which training goes on bit for bit. */
  state(): OptimizerState {
    const moments = new Map<string, HostArray>();
    this.#eachMoment((key, ptr, { size, shape }) => {
      moments.set(key, { data: this.engine.memory.view(ptr, size).slice(), shape });
    });
    return { moments, numbers: { updates: this.#updates, lr: this.#lr, ...this.numbers() } };
  }

  /**
   * Goes on from a state of the same kind of optimizer over the same parameters.
   * @throws CheckpointError if it is of another kind; then nothing has been changed
   */
  setState(state: OptimizerState): void {
    this.#checkState(state);
    const { moments, numbers } = state;
    this.#eachMoment((key, ptr, { size }) => this.engine.memory.view(ptr, size).set(moments.get(key)!.data));
    this.#updates = numbers['updates']!;
    this.lr = numbers['lr']!;
    this.setNumbers(numbers);
  }

  #checkState({ moments, numbers }: OptimizerState): void {
    const strange = new Set([...moments.keys(), ...Object.keys(numbers)]);
    this.#eachMoment((key, _ptr, { size, name }) => {
      strange.delete(key);
      if (moments.get(key)?.data.length === size) return;
      throw new CheckpointError(`optimizer: the state has no moment ${key} of ${size} values for ${name}.`);
    });
    for (const name of Object.keys({ updates: 0, lr: 0, ...this.numbers() })) {
      strange.delete(name);
      if (Number.isFinite(numbers[name]) && numbers[name]! >= 0) continue;
      throw new CheckpointError(`optimizer: the state has no number ${name} of at least 0.`);
    }
    for (const name of strange) {
      throw new CheckpointError(`optimizer: the state has ${name}, so it is that of another kind of optimizer.`);
    }
  }

  #eachMoment(use: (key: string, ptr: number, parameter: Parameter) => void): void {
    const { memory } = this.engine;
    for (const [i, moment] of this.#moments.entries()) {
      const { base } = memory.region(this.#regions[i]!);
      this.parameters.forEach((parameter, index) => {
        use(`${moment}.${index}`, base + this.#offsetOf(parameter), parameter);
      });
    }
  }

  /** Where a parameter's moment is within its region: ranges lie there without gaps. */
  #offsetOf({ offset }: Parameter): number {
    const { memory } = this.engine;
    let done = 0;
    for (const range of this.#ranges) {
      const bytes = memory.bytes(range.floats);
      if (offset >= range.offset && offset < range.offset + bytes) return done + offset - range.offset;
      done += bytes;
    }
    throw new Error('internal: a parameter lies in no range of its optimizer.');
  }
}
