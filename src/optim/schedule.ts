/**
 * Learning rates over time, as a factor on the optimizer's base rate. Exact arithmetic only (no Math.pow, no
 * Math.cos), so a seed gives the same weights in every runtime.
 */

import { checkChoice, checkKnown, checkNumber, checkSize } from '../options.js';

/** Where training stands when a factor is asked for. */
export interface Progress {
  /** Updates made so far. */
  readonly step: number;
  /** Updates in one pass over the data. */
  readonly stepsPerEpoch: number;
  /** Updates the whole run will make. */
  readonly totalSteps: number;
}

/** A learning-rate schedule. Only `plateau` has a memory. */
export interface Schedule {
  /** The factor for the next update. */
  factor(progress: Progress): number;
  /** Takes note of a validation loss. */
  observe(loss: number): void;
  /** Its memory, for a checkpoint. */
  state(): Record<string, number>;
  /** Takes back what `state` gave. @throws OptionError if it is not that */
  setState(state: Readonly<Record<string, number>>): void;
}

/** The schedules by name. */
export const SCHEDULES = ['constant', 'step', 'exponential', 'cosine', 'plateau'] as const;

/** Options of `createSchedule`; each schedule takes its own. */
export interface ScheduleOptions {
  /** step: epochs between two drops (default 1). */
  readonly every?: number;
  /** step, plateau: factor of a drop (default 0.5); exponential: factor of every epoch (default 0.9). */
  readonly gamma?: number;
  /** cosine: updates of linear warm-up (default: a twentieth of the run, at most 1,000). */
  readonly warmup?: number;
  /** cosine: the last factor (default 0.1). */
  readonly floor?: number;
  /** plateau: validations without improvement before a drop (default 1). */
  readonly patience?: number;
}

const OWN: Record<(typeof SCHEDULES)[number], readonly string[]> = {
  constant: [],
  step: ['every', 'gamma'],
  exponential: ['gamma'],
  cosine: ['warmup', 'floor'],
  plateau: ['gamma', 'patience'],
};

/**
 * Makes a schedule.
 *
 * - `constant`: 1.
 * - `step`: times gamma after every `every` epochs.
 * - `exponential`: times gamma after every epoch.
 * - `cosine`: linear warm-up, then half a cosine down to `floor` (Loshchilov and Hutter 2017).
 * - `plateau`: times gamma after `patience` validations without a new best loss.
 * @throws OptionError
 */
export function createSchedule(name: (typeof SCHEDULES)[number], options: ScheduleOptions = {}): Schedule {
  checkChoice('schedule', 'name', name, SCHEDULES);
  checkKnown(`schedule ${name}`, options, OWN[name]);
  const drop = { above: 0, most: 1 };
  if (name === 'step') {
    const every = checkSize('schedule step', 'every', options.every ?? 1);
    const gamma = checkNumber('schedule step', 'gamma', options.gamma ?? 0.5, drop);
    return timed(({ step, stepsPerEpoch }) => power(gamma, Math.floor(step / (stepsPerEpoch * every))));
  }
  if (name === 'exponential') {
    const gamma = checkNumber('schedule exponential', 'gamma', options.gamma ?? 0.9, drop);
    return timed(({ step, stepsPerEpoch }) => power(gamma, Math.floor(step / stepsPerEpoch)));
  }
  if (name === 'cosine') return cosine(options);
  if (name === 'plateau') return new Plateau(options);
  return timed(() => 1);
}

function cosine(options: ScheduleOptions): Schedule {
  const floor = checkNumber('schedule cosine', 'floor', options.floor ?? 0.1, { least: 0, most: 1 });
  const given = options.warmup === undefined ? undefined : checkSize('schedule cosine', 'warmup', options.warmup, 0);
  return timed(({ step, totalSteps }) => {
    const warmup = Math.min(given ?? Math.min(Math.ceil(totalSteps / 20), 1000), totalSteps);
    if (step < warmup) return (step + 1) / warmup;
    const x = Math.min((step - warmup) / Math.max(totalSteps - warmup, 1), 1);
    return floor + ((1 - floor) * (1 + cosPi(x))) / 2;
  });
}

/** A schedule that depends on time alone. */
function timed(factor: (progress: Progress) => number): Schedule {
  return { factor, observe() {}, state: () => ({}), setState() {} };
}

class Plateau implements Schedule {
  readonly #gamma: number;
  readonly #patience: number;
  #factor: number = 1;
  #best: number = Infinity;
  #bad: number = 0;

  constructor(options: ScheduleOptions) {
    this.#gamma = checkNumber('schedule plateau', 'gamma', options.gamma ?? 0.5, { above: 0, below: 1 });
    this.#patience = checkSize('schedule plateau', 'patience', options.patience ?? 1);
  }

  factor(): number {
    return this.#factor;
  }

  observe(loss: number): void {
    const improved = loss < this.#best; // not Math.min: a NaN would stay
    if (improved) this.#best = loss;
    this.#bad = improved ? 0 : this.#bad + 1;
    if (this.#bad < this.#patience) return;
    this.#factor *= this.#gamma;
    this.#bad = 0;
  }

  state(): Record<string, number> {
    // JSON has no infinity: before the first observation there is no best.
    return { factor: this.#factor, bad: this.#bad, ...(this.#best === Infinity ? {} : { best: this.#best }) };
  }

  setState({ factor, bad, best = Infinity }: Readonly<Record<string, number>>): void {
    this.#factor = checkNumber('schedule plateau', 'factor', factor, { above: 0, most: 1 });
    this.#bad = checkSize('schedule plateau', 'bad', bad, 0);
    this.#best = best;
  }
}

/** x^n by repeated multiplication. */
function power(x: number, n: number): number {
  let result = 1;
  for (let i = 0; i < n; i++) result *= x;
  return result;
}

/** cos(pi x) for x in [0, 1], by the Taylor series of the nearer half; below 1e-15 absolute. */
function cosPi(x: number): number {
  if (x > 0.5) return -cosPi(1 - x);
  const square = Math.PI * x * (Math.PI * x);
  let sum = 0;
  for (let k = 22; k > 0; k -= 2) sum = (1 + sum) * (-square / (k * (k - 1)));
  return 1 + sum;
}
