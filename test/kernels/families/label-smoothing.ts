/** Cases of labelSmoothingForward and labelSmoothingBackward. */

import { it } from 'vitest';
import * as reference from '../reference.js';
import { labelSmoothing, labelSmoothingGradient } from '../reference-losses.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const IGNORED = -100;
const SMOOTHING = 0.3;

/** A mean in 64 bits, and few roundings of numbers below 8. */
const TOLERANCE = 1e-6;

/** Every third row ignored, targets that reach the first and the last class. */
const targetsOf = (n: number, V: number): number[] =>
  Array.from({ length: n }, (_, row) => (row % 3 === 1 ? IGNORED : row % 2 === 0 ? V - 1 : row % V));

/** Registers the cases. */
export function testLabelSmoothing(open: () => Workspace): void {
  it('labelSmoothingForward: every number of classes, ignored rows with NaN logits', () => {
    const workspace = open();
    for (const n of [0, 1, 2, 7]) {
      for (const V of LENGTHS) {
        workspace.case(`labelSmoothingForward n=${n} V=${V}`, () => {
          const targets = targetsOf(n, V);
          const x = workspace.values(n * V, -8, 8);
          const before = workspace.values(n);
          const losses = workspace.inOut(before);
          const logits = workspace.input(x.map((value, i) => (targets[Math.floor(i / V)] === IGNORED ? NaN : value)));
          workspace.kernels.labelSmoothingForward(losses, logits, workspace.ints(targets), n, V, IGNORED, SMOOTHING);
          const wanted = reference.add(before, labelSmoothing(x, targets, V, IGNORED, SMOOTHING));
          workspace.expect('losses', losses, wanted, TOLERANCE);
        });
      }
    }
  });

  it('labelSmoothingBackward: every number of classes', () => {
    const workspace = open();
    for (const n of [0, 1, 2, 7]) {
      for (const V of LENGTHS) {
        workspace.case(`labelSmoothingBackward n=${n} V=${V}`, () => {
          const targets = targetsOf(n, V);
          const before = workspace.values(n * V);
          const d = workspace.inOut(before);
          workspace.kernels.labelSmoothingBackward(d, workspace.ints(targets), n, V, IGNORED, SMOOTHING);
          const wanted = reference.add(before, labelSmoothingGradient(targets, V, IGNORED, SMOOTHING));
          workspace.expect('dLogits', d, wanted, TOLERANCE);
        });
      }
    }
  });
}
