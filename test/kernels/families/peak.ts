/** Cases of multiplyAddChains and multiplyAddPairs. */

import { describe, expect, it } from 'vitest';
import { CHAINS, PAIRED_CHAINS } from '../../../src/kernels/peak.js';
import type { Workspace } from '../workspace.js';

/** Each turn rounds twice, of numbers below 4; a factor of at most 1/2 makes the sum of all roundings small. */
const TOLERANCE = 1e-6;

const LOOPS = [
  { name: 'multiplyAddChains', chains: CHAINS, lanes: 4 },
  { name: 'multiplyAddPairs', chains: PAIRED_CHAINS, lanes: 8 },
] as const;

/** Registers the cases. */
export function testPeak(open: () => Workspace): void {
  describe.each(LOOPS)('$name', ({ name, chains, lanes }) => {
    it.each([0, 1, 2, 33])('%i turns', (n) => {
      const workspace = open();
      workspace.case(`n=${n}`, () => {
        const before = workspace.values(chains, -2, 2);
        const a = workspace.values(lanes, -0.5, 0.5);
        const b = workspace.values(lanes, -1, 1);
        const x = workspace.inOut([...before, ...a, ...b]);
        workspace.kernels[name](x, n);
        const wanted = before.map((value, i) => {
          for (let turn = 0; turn < n; turn++) value = a[i % lanes]! * value + b[i % lanes]!;
          return value;
        });
        workspace.expect('x', x, [...wanted, ...a, ...b], TOLERANCE);
        expect(workspace.called).toContain(name);
      });
    });
  });
}
