/**
 * Scheduled sampling (Bengio, Vinyals, Jaitly and Shazeer 2015): while a decoder learns it reads, with a probability that
 * falls from step to step, the token of the target, and else one that it draws itself, as it will have to later on.
 *
 *     linear            p_i = max(least, 1 - i / k)
 *     inverseSigmoid    p_i = k / (k + exp(i / k))
 */

import { OptionError } from '../errors.js';
import type { FloatArray } from '../memory/heap.js';
import { checkChoice, checkNumber } from '../options.js';
import type { Random } from '../random.js';
import { logSumExp, rowOf } from './decode.js';

/** The ways that the probability falls. */
export const SCHEDULES = ['none', 'linear', 'inverseSigmoid'] as const;

/** Options of scheduled sampling. */
export interface ScheduledSamplingOptions {
  /** How the probability of the target's token falls; 'none' always gives it (teacher forcing). Default 'none'. */
  readonly scheduledSampling?: (typeof SCHEDULES)[number] | undefined;
  /** k: steps until it is at its least, or those of the inverse sigmoid. */
  readonly samplingSteps?: number | undefined;
  /** What a linear schedule ends at. Default 0. */
  readonly leastForcing?: number | undefined;
}

/** With the defaults filled in; 0 steps where there is no schedule. */
export interface ScheduledSampling {
  readonly scheduledSampling: (typeof SCHEDULES)[number];
  readonly samplingSteps: number;
  readonly leastForcing: number;
}

/** Fills in defaults and checks everything. @throws OptionError */
export function checkScheduledSampling(operation: string, options: ScheduledSamplingOptions): ScheduledSampling {
  const kind = checkChoice(operation, 'scheduledSampling', options.scheduledSampling ?? 'none', SCHEDULES);
  const { samplingSteps = 0, leastForcing = 0 } = options;
  checkNumber(operation, 'leastForcing', leastForcing, { least: 0, most: 1 });
  const refuse = (option: string, value: number, why: string): never => {
    throw new OptionError(`${operation}: ${option} ${value} ${why}, and scheduledSampling is '${kind}'. Leave it out.`);
  };
  if (kind !== 'linear' && leastForcing !== 0) refuse('leastForcing', leastForcing, 'ends a linear schedule');
  if (kind === 'none' && samplingSteps !== 0) refuse('samplingSteps', samplingSteps, 'needs a schedule');
  if (kind !== 'none' && options.samplingSteps === undefined) {
    throw new OptionError(
      `${operation}: scheduledSampling '${kind}' needs samplingSteps, its k in updates. Give both.`,
    );
  }
  if (kind !== 'none') checkNumber(operation, 'samplingSteps', options.samplingSteps, { above: 0 });
  return { scheduledSampling: kind, samplingSteps, leastForcing };
}

/** The probability of the target's token after so many updates; nothing without a schedule, and in evaluation. */
export function forcingAt(options: ScheduledSampling, step: number | undefined): number | undefined {
  const { scheduledSampling: kind, samplingSteps: k, leastForcing } = options;
  if (kind === 'none' || step === undefined) return undefined;
  if (kind === 'linear') return Math.max(leastForcing, 1 - step / k);
  return k / (k + Math.exp(step / k));
}

/** A token of each row, from the softmax of its logits. */
export function drawTokens(logits: FloatArray, V: number, random: Random): Int32Array {
  return Int32Array.from({ length: logits.length / V }, (_, r) => {
    const row = rowOf(logits, r, V);
    const total = logSumExp(row);
    let left = random.uniform();
    const id = Array.from(row).findIndex((logit) => (left -= Math.exp(logit - total)) < 0);
    return id === -1 ? V - 1 : id; // the probabilities add up to 1 but for rounding
  });
}
