/** Cases of meanSquaredErrorForward and meanSquaredErrorBackward. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const SCALE = 0.37;

/** The scale, the difference, the product and the sum are rounded once each, of numbers below 4. */
const TOLERANCE = 5e-7;

/** Registers the cases. */
export function testMeanSquaredError(open: () => Workspace): void {
  it('meanSquaredErrorForward: every length, in 64 bits', () => {
    const workspace = open();
    for (const n of LENGTHS) {
      workspace.case(`meanSquaredErrorForward n=${n}`, () => {
        // Squares up to 4e60 are far outside the range of 32 bits.
        const [predictions, targets] = [workspace.values(n, -1e30, 1e30), workspace.values(n, -1e30, 1e30)];
        const [y, t] = [workspace.input(predictions), workspace.input(targets)];
        const got = workspace.kernels.meanSquaredErrorForward(y, t, n);
        const wanted = reference.meanSquaredErrorForward(predictions, targets);
        expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-12 * wanted);
      });
    }
  });

  it('meanSquaredErrorBackward: every length, assigning, accumulating and in place', () => {
    for (const n of [0, ...LENGTHS]) {
      for (const mode of ['assign', 'accumulate', 'in place'] as const) backward(open(), n, mode);
    }
  });

  it('a NaN makes the loss NaN and stays in its place of the gradient, wherever it is', () => {
    const workspace = open();
    for (let at = 0; at < 6; at++) {
      workspace.case(`NaN at ${at} of 6`, () => {
        const y = workspace.input(workspace.values(6).map((value, i) => (i === at ? NaN : value)));
        const t = workspace.input(workspace.values(6));
        expect(workspace.kernels.meanSquaredErrorForward(y, t, 6)).toBeNaN();
        const d = workspace.output(6);
        workspace.kernels.meanSquaredErrorBackward(d, y, t, 6, SCALE, 0);
        expect(workspace.read(d, 6).map((value) => Number.isNaN(value))).toEqual(
          [0, 1, 2, 3, 4, 5].map((i) => i === at),
        );
      });
    }
  });
}

function backward(workspace: Workspace, n: number, mode: 'assign' | 'accumulate' | 'in place'): void {
  workspace.case(`meanSquaredErrorBackward n=${n} ${mode}`, () => {
    const [predictions, targets, before] = [
      workspace.values(n, -2, 2),
      workspace.values(n, -2, 2),
      workspace.values(n),
    ];
    const gradient = reference.meanSquaredErrorBackward(predictions, targets, SCALE);
    const y = mode === 'in place' ? workspace.inOut(predictions) : workspace.input(predictions);
    const d = mode === 'in place' ? y : mode === 'assign' ? workspace.output(n) : workspace.inOut(before);
    const t = workspace.input(targets);
    workspace.kernels.meanSquaredErrorBackward(d, y, t, n, SCALE, mode === 'accumulate' ? 1 : 0);
    const wanted = mode === 'accumulate' ? reference.add(before, gradient) : gradient;
    workspace.expect('dPredictions', d, wanted, TOLERANCE);
  });
}
