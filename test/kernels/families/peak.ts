/** Cases of multiplyAddChains. */

import { expect, it } from 'vitest';
import { CHAINS } from '../../../src/kernels/peak.js';
import type { Workspace } from '../workspace.js';

/** Each turn rounds twice, of numbers below 4; a factor of at most 1/2 makes the sum of all roundings small. */
const TOLERANCE = 1e-6;

/** Registers the cases. */
export function testPeak(open: () => Workspace): void {
  it.each([0, 1, 2, 33])('multiplyAddChains: %i turns', (n) => {
    const workspace = open();
    workspace.case(`n=${n}`, () => {
      const before = workspace.values(CHAINS, -2, 2);
      const a = workspace.values(4, -0.5, 0.5);
      const b = workspace.values(4, -1, 1);
      const x = workspace.inOut([...before, ...a, ...b]);
      workspace.kernels.multiplyAddChains(x, n);
      const wanted = before.map((value, i) => {
        for (let turn = 0; turn < n; turn++) value = a[i % 4]! * value + b[i % 4]!;
        return value;
      });
      workspace.expect('x', x, [...wanted, ...a, ...b], TOLERANCE);
      expect(workspace.called).toContain('multiplyAddChains');
    });
  });
}
