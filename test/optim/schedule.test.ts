/** Schedules against their closed forms, with the Math functions that the sources do without. */

import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors.js';
import { createSchedule, SCHEDULES } from '../../src/optim/schedule.js';
import type { ScheduleOptions } from '../../src/optim/schedule.js';

type Name = (typeof SCHEDULES)[number];

/** The factor of every update of a run. */
function factors(name: Name, options: ScheduleOptions, totalSteps: number, stepsPerEpoch: number): number[] {
  const schedule = createSchedule(name, options);
  return Array.from({ length: totalSteps }, (_, step) => schedule.factor({ step, stepsPerEpoch, totalSteps }));
}

const lengths = [1, 2, 3, 7, 19, 20, 21, 100, 1234, 30_011];

describe('schedules that depend on time alone', () => {
  test('constant is 1', () => {
    expect(new Set(factors('constant', {}, 50, 7))).toEqual(new Set([1]));
  });

  test.each([{}, { gamma: 0.3 }, { every: 3 }, { every: 2, gamma: 1 }])('step %o', (options) => {
    const { every = 1, gamma = 0.5 } = options;
    factors('step', options, 200, 9).forEach((factor, step) => {
      expect(factor).toBeCloseTo(gamma ** Math.floor(Math.floor(step / 9) / every), 12);
    });
  });

  test.each([{}, { gamma: 0.97 }])('exponential %o', (options) => {
    factors('exponential', options, 200, 9).forEach((factor, step) => {
      expect(factor).toBeCloseTo((options.gamma ?? 0.9) ** Math.floor(step / 9), 12);
    });
  });

  test('they begin at the full rate and drop between epochs, not within', () => {
    for (const name of ['step', 'exponential'] as const) {
      const all = factors(name, {}, 40, 10);
      expect(all.slice(0, 10)).toEqual(Array(10).fill(1));
      expect(new Set(all).size).toBe(4);
      expect(all[10]).toBe(all[19]);
      expect(all[20]).toBeLessThan(all[19]!);
    }
  });
});

describe('cosine', () => {
  /** Linear warm-up to 1, then half a cosine from 1 to the floor. */
  function closedForm(step: number, total: number, warmup: number, floor: number): number {
    if (step < warmup) return (step + 1) / warmup;
    return floor + ((1 - floor) / 2) * (1 + Math.cos((Math.PI * (step - warmup)) / Math.max(total - warmup, 1)));
  }

  test.each(lengths)('a run of %i updates with the defaults', (total) => {
    const warmup = Math.min(Math.ceil(total / 20), 1000);
    const worst = factors('cosine', {}, total, 10).reduce((max, factor, step) => {
      return Math.max(max, Math.abs(factor - closedForm(step, total, warmup, 0.1)));
    }, 0);
    expect(worst).toBeLessThan(1e-12);
  });

  test.each([
    { warmup: 0, floor: 0 },
    { warmup: 1, floor: 1 },
    { warmup: 37, floor: 0.25 },
    { warmup: 500, floor: 0 },
  ])('with %o', ({ warmup, floor }) => {
    factors('cosine', { warmup, floor }, 400, 10).forEach((factor, step) => {
      expect(Math.abs(factor - closedForm(step, 400, Math.min(warmup, 400), floor))).toBeLessThan(1e-12);
    });
  });

  test('it stays at the floor beyond the end, and never is 0 during warm-up', () => {
    const schedule = createSchedule('cosine', { floor: 0.2 });
    expect(schedule.factor({ step: 5000, stepsPerEpoch: 10, totalSteps: 100 })).toBeCloseTo(0.2, 12);
    expect(Math.min(...factors('cosine', {}, 1000, 10).slice(0, 50))).toBeGreaterThan(0);
  });
});

describe('plateau', () => {
  /** The factor after each observed loss. */
  function observe(options: ScheduleOptions, losses: readonly number[]): number[] {
    const schedule = createSchedule('plateau', options);
    const progress = { step: 0, stepsPerEpoch: 1, totalSteps: 1 };
    return losses.map((loss) => {
      schedule.observe(loss);
      return schedule.factor(progress);
    });
  }

  test('it halves after every validation that is no better', () => {
    expect(observe({}, [3, 2, 2, 1.9, 2.5, 2.4, 1])).toEqual([1, 1, 0.5, 0.5, 0.25, 0.125, 0.125]);
  });

  test('it waits for `patience` of them in a row, and starts to count anew after a drop', () => {
    expect(observe({ patience: 2, gamma: 0.1 }, [3, 3, 2, 3, 3, 3, 3])).toEqual([1, 1, 1, 1, 0.1, 0.1, 0.1 * 0.1]);
  });

  test('a loss that is no number is no better', () => {
    expect(observe({}, [2, NaN, 1])).toEqual([1, 0.5, 0.5]);
  });

  test('its memory goes through JSON, before and after the first loss', () => {
    for (const before of [[], [3], [3, 2, 2], [3, 2, 2, 2, 1]]) {
      const schedule = createSchedule('plateau', { patience: 2 });
      const copy = createSchedule('plateau', { patience: 2 });
      before.forEach((loss) => schedule.observe(loss));
      copy.setState(JSON.parse(JSON.stringify(schedule.state())) as Record<string, number>);
      for (const loss of [2, 2, 1, 5, 5, 5, 5]) {
        for (const one of [schedule, copy]) one.observe(loss);
        const progress = { step: 0, stepsPerEpoch: 1, totalSteps: 1 };
        expect(copy.factor(progress)).toBe(schedule.factor(progress));
        expect(copy.state()).toEqual(schedule.state());
      }
    }
  });

  test.each([{}, { factor: 1 }, { factor: 2, bad: 0 }, { factor: NaN, bad: 0 }, { factor: 1, bad: 0.5 }])(
    'it refuses the memory %o',
    (state) => expect(() => createSchedule('plateau').setState(state as Record<string, number>)).toThrow(OptionError),
  );
});

test('schedules without a memory store nothing', () => {
  for (const name of SCHEDULES.filter((name) => name !== 'plateau')) {
    const schedule = createSchedule(name);
    schedule.observe(1);
    expect(schedule.state()).toEqual({});
    schedule.setState({});
  }
});

test.each<[string, ScheduleOptions, RegExp]>([
  ['linear', {}, /name must be one of constant, step, exponential, cosine, plateau, got linear/],
  ['constant', { gamma: 1 }, /unknown option 'gamma'/],
  ['step', { warmup: 3 }, /unknown option 'warmup'. Known options: every, gamma/],
  ['step', { every: 0 }, /every must be a whole number of at least 1, got 0/],
  ['step', { gamma: 0 }, /gamma must be a .*number above 0 and at most 1, got 0/],
  ['exponential', { gamma: 1.5 }, /gamma .* got 1.5/],
  ['cosine', { warmup: -1 }, /warmup .* got -1/],
  ['cosine', { floor: 2 }, /floor .* got 2/],
  ['plateau', { gamma: 1 }, /gamma .* got 1/],
  ['plateau', { patience: 0 }, /patience .* got 0/],
])('%s refuses %o', (name, options, message) => {
  expect(() => createSchedule(name as Name, options)).toThrow(OptionError);
  expect(() => createSchedule(name as Name, options)).toThrow(message);
});
