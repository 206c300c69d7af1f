/** Cases of gaussianDivergenceForward and gaussianDivergenceBackward. */

import { expect, it } from 'vitest';
import { gaussianDivergence, gaussianGradients, keepWhere, sumWhere } from '../reference-losses.js';
import type { Gaussians } from '../reference-losses.js';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const SCALE = 0.37;

/** Exponentials below e^2 to 1.1 units in the last place, times squares below 4. */
const TOLERANCE = 4e-6;

const NAMES = ['mean', 'logVariance', 'priorMean', 'priorLogVariance'] as const;

/** Every third element does not count. */
const someCount = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 3 === 1 ? 0 : -1));

/** Random arguments; those of the standard normal are zeros. */
function draw(workspace: Workspace, n: number, standard: boolean): Gaussians {
  const prior = (): number[] => (standard ? new Array<number>(n).fill(0) : workspace.values(n));
  return { mean: workspace.values(n), logVariance: workspace.values(n), priorMean: prior(), priorLogVariance: prior() };
}

/** Addresses of the arguments, NaN where they do not count, and of the mask. */
function place(
  workspace: Workspace,
  by: Gaussians,
  standard: boolean,
  counted: number[] | undefined,
): [number, number, number, number, number] {
  const [mean, logVariance, priorMean, priorLogVariance] = NAMES.map((name, i) =>
    standard && i > 1 ? 0 : workspace.input(by[name].map((value, j) => (counted?.[j] === 0 ? NaN : value))),
  );
  const mask = counted === undefined ? 0 : workspace.ints(counted);
  return [mean!, logVariance!, priorMean!, priorLogVariance!, mask];
}

/** Registers the cases. */
export function testGaussianDivergence(open: () => Workspace): void {
  const variants = [true, false].flatMap((standard) => [true, false].map((masked) => ({ standard, masked })));

  it.each(variants)('gaussianDivergenceForward: every length, %j', ({ standard, masked }) => {
    const workspace = open();
    for (const n of LENGTHS) {
      workspace.case(`gaussianDivergenceForward n=${n}`, () => {
        const by = draw(workspace, n, standard);
        const counted = masked ? someCount(n) : undefined;
        const wanted = sumWhere(counted, gaussianDivergence(by));
        const got = workspace.kernels.gaussianDivergenceForward(...place(workspace, by, standard, counted), n);
        expect(Math.abs(got - wanted)).toBeLessThanOrEqual(2e-7 * n + 1e-12);
        if (workspace.heap.shift === 3) expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-12 * n);
      });
    }
  });

  it.each(variants)('gaussianDivergenceBackward: every length, wanted or not, %j', ({ standard, masked }) => {
    const workspace = open();
    for (const n of [0, ...LENGTHS]) {
      for (const wanted of [
        [true, true, true, true],
        [true, false, false, true],
        [false, true, true, false],
      ]) {
        workspace.case(`gaussianDivergenceBackward n=${n} wanted=${wanted.join()}`, () => {
          const by = draw(workspace, n, standard);
          const counted = masked ? someCount(n) : undefined;
          const gradients = gaussianGradients(by, SCALE);
          const before = NAMES.map(() => workspace.values(n));
          const d = before.map((values, i) => (wanted[i] === true ? workspace.inOut(values) : 0));
          const [dMean, dLogVariance, dPriorMean, dPriorLogVariance] = d as [number, number, number, number];
          const addresses = place(workspace, by, standard, counted);
          const { kernels } = workspace;
          kernels.gaussianDivergenceBackward(
            dMean,
            dLogVariance,
            dPriorMean,
            dPriorLogVariance,
            ...addresses,
            n,
            SCALE,
          );
          NAMES.forEach((name, i) => {
            if (wanted[i] !== true) return;
            const sum = reference.add(before[i]!, keepWhere(counted, gradients[name]));
            workspace.expect(`d ${name}`, d[i]!, sum, TOLERANCE);
          });
        });
      }
    }
  });

  it('a Gaussian that is its prior has no divergence and no gradient, exactly', () => {
    const workspace = open();
    workspace.case('collapsed', () => {
      const [mean, logVariance] = [workspace.input(workspace.values(5)), workspace.input(workspace.values(5, -5, 5))];
      const { kernels } = workspace;
      expect(kernels.gaussianDivergenceForward(mean, logVariance, mean, logVariance, 0, 5)).toBe(0);
      const d = workspace.inOut([0, 0, 0, 0, 0]);
      kernels.gaussianDivergenceBackward(d, d, d, d, mean, logVariance, mean, logVariance, 0, 5, SCALE);
      workspace.expect('all gradients', d, [0, 0, 0, 0, 0], 0);
    });
  });

  it('a NaN makes the divergence NaN, whichever argument holds it', () => {
    const workspace = open();
    for (const name of NAMES) {
      workspace.case(name, () => {
        const by = draw(workspace, 6, false);
        const spoilt = { ...by, [name]: by[name].map((value, i) => (i === 4 ? NaN : value)) };
        expect(workspace.kernels.gaussianDivergenceForward(...place(workspace, spoilt, false, undefined), 6)).toBeNaN();
      });
    }
  });
}
