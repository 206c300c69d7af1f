/** Cases of sgdStep, momentumStep, rmspropStep and adamStep: several updates in a row, as training does them. */

import { it } from 'vitest';
import { updates } from '../reference.js';
import type { Update, Updated } from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const STEPS = 3;

/**
 * Three updates of about ten roundings each, of numbers below 4. The first update of adam divides by numbers near the
 * gradient itself, so its errors stay relative.
 */
const TOLERANCE = 3e-6;

const PLAIN: Omit<Update, 'step'> = {
  lr: 0.05,
  weightDecay: 0,
  momentum: 0.9,
  nesterov: false,
  alpha: 0.98,
  epsilon: 1e-8,
  decoupled: false,
  beta1: 0.9,
  beta2: 0.999,
};

/** Addresses of p, g, m, v for one call. */
type Call = (p: number, g: number, m: number, v: number, n: number, by: Update) => void;

/** Registers the cases. */
export function testOptimizer(open: () => Workspace): void {
  const calls = (): Record<string, Call> => {
    const { kernels } = open();
    return {
      sgd: (p, g, _m, _v, n, by) => kernels.sgdStep(p, g, n, by.lr, by.weightDecay),
      momentum: (p, g, m, _v, n, by) =>
        kernels.momentumStep(p, g, m, n, by.lr, by.weightDecay, by.momentum, by.nesterov ? 1 : 0),
      rmsprop: (p, g, _m, v, n, by) => kernels.rmspropStep(p, g, v, n, by.lr, by.weightDecay, by.alpha, by.epsilon),
      adam: (p, g, m, v, n, by) => {
        const corrections = [1 - by.beta1 ** by.step, 1 - by.beta2 ** by.step] as const;
        const { lr, weightDecay, decoupled, beta1, beta2, epsilon } = by;
        kernels.adamStep(p, g, m, v, n, lr, weightDecay, decoupled ? 1 : 0, beta1, beta2, epsilon, ...corrections);
      },
    };
  };

  const variants: [name: string, update: string, by: Partial<Update>][] = [
    ['sgdStep', 'sgd', {}],
    ['sgdStep with weight decay', 'sgd', { weightDecay: 0.1 }],
    ['momentumStep', 'momentum', {}],
    ['momentumStep with weight decay', 'momentum', { weightDecay: 0.1 }],
    ["momentumStep, Nesterov's", 'momentum', { nesterov: true, weightDecay: 0.1 }],
    ['rmspropStep', 'rmsprop', {}],
    ['rmspropStep with weight decay and a large epsilon', 'rmsprop', { weightDecay: 0.1, epsilon: 0.5 }],
    ['adamStep', 'adam', {}],
    ['adamStep with weight decay and a large epsilon', 'adam', { weightDecay: 0.1, epsilon: 0.5 }],
    ['adamStep, decoupled', 'adam', { weightDecay: 0.1, decoupled: true }],
  ];
  it.each(variants)('%s: every length', (_name, update, by) => {
    for (const n of [0, ...LENGTHS]) run(open(), update, calls()[update]!, n, { ...PLAIN, ...by });
  });
}

function run(workspace: Workspace, update: string, call: Call, n: number, options: Omit<Update, 'step'>): void {
  workspace.case(`${update} n=${n}`, () => {
    const start = { p: workspace.values(n), m: workspace.values(n), v: workspace.values(n, 0, 1) };
    const p = workspace.inOut(start.p);
    const m = workspace.inOut(start.m);
    const v = workspace.inOut(start.v);
    let wanted: Updated[] = start.p.map((_, i) => ({ p: start.p[i]!, m: start.m[i]!, v: start.v[i]! }));
    for (let step = 1; step <= STEPS; step++) {
      const by = { ...options, step };
      const gradient = workspace.values(n);
      wanted = wanted.map((at, i) => updates[update]!(at.p, gradient[i]!, at.m, at.v, by));
      call(p, workspace.input(gradient), m, v, n, by);
    }
    for (const [name, address] of Object.entries({ p, m, v })) {
      workspace.expect(
        name,
        address,
        wanted.map((at) => at[name as 'p' | 'm' | 'v']),
        TOLERANCE,
      );
    }
  });
}
