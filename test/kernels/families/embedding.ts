/** Cases of embeddingForward and embeddingBackward. Both are exact: copies, and sums in a fixed order. */

import { it } from 'vitest';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const V = 11;

/** Ids of which most repeat, first and last row among them. */
const tokens = (n: number): number[] => Array.from({ length: n }, (_, i) => (i * i + 10) % V);

/** Registers the cases. */
export function testEmbedding(open: () => Workspace): void {
  it('embeddingForward: every width, exactly', () => {
    for (const n of [0, 1, 2, 7, 40]) for (const E of LENGTHS) forward(open(), n, E);
  });

  it('embeddingBackward: every width, repeated ids added in order', () => {
    for (const n of [0, 1, 2, 7, 40]) for (const E of LENGTHS) backward(open(), n, E);
  });
}

function forward(workspace: Workspace, n: number, E: number): void {
  workspace.case(`embeddingForward n=${n} E=${E}`, () => {
    const table = workspace.values(V * E);
    const ids = tokens(n);
    const y = workspace.output(n * E);
    workspace.kernels.embeddingForward(y, workspace.input(table), workspace.ints(ids), n, E);
    workspace.expect('y', y, reference.embeddingForward(table, ids, E), 0);
  });
}

function backward(workspace: Workspace, n: number, E: number): void {
  workspace.case(`embeddingBackward n=${n} E=${E}`, () => {
    const before = workspace.values(V * E);
    const dy = workspace.values(n * E, -100, 100);
    const ids = tokens(n);
    const dTable = workspace.inOut(before);
    workspace.kernels.embeddingBackward(dTable, workspace.input(dy), workspace.ints(ids), n, E);
    const wanted = reference.embeddingBackward(before, dy, ids, E, (x) => workspace.round(x));
    workspace.expect('dTable', dTable, wanted, 0);
  });
}
