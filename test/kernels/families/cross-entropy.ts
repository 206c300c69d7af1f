/** Cases of crossEntropyForward and crossEntropyBackward. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const IGNORED = -100;
const SCALE = 0.37;

/** A loss is the difference of a log-sum and a logit, both below 16 here: 1e-6 each, and the sum of V exponentials. */
const FORWARD_TOLERANCE = 4e-6;
/** exp to 3 units in the last place, times a scale below 1, and an error of 1e-6 in the saved log-sum. */
const BACKWARD_TOLERANCE = 1.5e-6;

/** Logits of n rows, every third ignored and then all NaN, and targets that reach the first and the last class. */
function rows(workspace: Workspace, n: number, V: number): { logits: number[]; targets: number[] } {
  const targets = Array.from({ length: n }, (_, row) => (row % 3 === 2 ? IGNORED : row % 2 === 0 ? V - 1 : row % V));
  const logits = workspace.values(n * V, -8, 8).map((x, i) => (targets[Math.floor(i / V)] === IGNORED ? NaN : x));
  return { logits, targets };
}

/** Registers the cases. */
export function testCrossEntropy(open: () => Workspace): void {
  it('crossEntropyForward: every number of classes, ignored rows with NaN logits', () => {
    for (const n of [0, 1, 2, 3, 7]) for (const V of LENGTHS) forward(open(), n, V);
  });

  it('crossEntropyBackward: every number of classes, assigning, accumulating and in place', () => {
    for (const n of [0, 1, 2, 3, 7]) {
      for (const V of LENGTHS) {
        for (const mode of ['assign', 'accumulate', 'in place'] as const) backward(open(), n, V, mode);
      }
    }
  });

  it('an ignored id may be a class', () => {
    const workspace = open();
    workspace.case('ignored 0', () => {
      const losses = workspace.output(2);
      const logSums = workspace.output(2);
      const logits = workspace.input([1, 2, 3, 4, 5, 6]);
      workspace.kernels.crossEntropyForward(losses, logSums, logits, workspace.ints([0, 1]), 2, 3, 0);
      workspace.expect('losses', losses, [0, 5 + Math.log(Math.exp(-1) + 1 + Math.exp(1)) - 5], FORWARD_TOLERANCE);
    });
  });

  it('logits of any size: no overflow, and classes ruled out by -Infinity', () => {
    const workspace = open();
    const logits = [3e4, -3e4, 0, 1e4, 2e4, -Infinity, 0, 1, 2, 3, -88, -88, -88, -88, -88, -1e30, 1e30, 0, 0, 0];
    const targets = [1, 2, 4, 1];
    workspace.case('large logits', () => {
      const wanted = reference.crossEntropyForward(logits, targets, 5, IGNORED);
      const losses = workspace.output(4);
      const logSums = workspace.output(4);
      const x = workspace.input(logits);
      const ids = workspace.ints(targets);
      workspace.kernels.crossEntropyForward(losses, logSums, x, ids, 4, 5, IGNORED);
      workspace.expect('losses', losses, wanted.losses, FORWARD_TOLERANCE);
      const saved = workspace.input(wanted.logSums);
      const d = workspace.output(20);
      workspace.kernels.crossEntropyBackward(d, x, saved, ids, 4, 5, IGNORED, SCALE, 0);
      // -88 + log 5 keeps 6e-6 of a unit, which exp turns into a relative error of the same size.
      const gradient = reference.crossEntropyBackward(logits, wanted.logSums, targets, 5, IGNORED, SCALE);
      workspace.expect('dLogits', d, gradient, 8e-6);
    });
  });

  it('a NaN among the logits makes the loss and the gradient NaN, wherever it is', () => {
    const workspace = open();
    for (let at = 0; at < 6; at++) {
      workspace.case(`NaN at ${at} of 6`, () => {
        const x = workspace.input(workspace.values(6).map((value, v) => (v === at ? NaN : value)));
        const ids = workspace.ints([2]);
        const loss = workspace.output(1);
        const logSum = workspace.output(1);
        workspace.kernels.crossEntropyForward(loss, logSum, x, ids, 1, 6, IGNORED);
        expect(workspace.read(loss, 1)).toEqual([NaN]);
        expect(workspace.read(logSum, 1)).toEqual([NaN]);
        const d = workspace.output(6);
        workspace.kernels.crossEntropyBackward(d, x, logSum, ids, 1, 6, IGNORED, SCALE, 0);
        expect(workspace.read(d, 6)).toEqual(new Array(6).fill(NaN));
      });
    }
  });
}

function forward(workspace: Workspace, n: number, V: number): void {
  workspace.case(`crossEntropyForward n=${n} V=${V}`, () => {
    const { logits, targets } = rows(workspace, n, V);
    const wanted = reference.crossEntropyForward(logits, targets, V, IGNORED);
    const losses = workspace.output(n);
    const logSums = workspace.output(n);
    const x = workspace.input(logits);
    workspace.kernels.crossEntropyForward(losses, logSums, x, workspace.ints(targets), n, V, IGNORED);
    workspace.expect('losses', losses, wanted.losses, FORWARD_TOLERANCE);
    workspace.expect('logSums', logSums, wanted.logSums, FORWARD_TOLERANCE);
  });
}

function backward(workspace: Workspace, n: number, V: number, mode: 'assign' | 'accumulate' | 'in place'): void {
  workspace.case(`crossEntropyBackward n=${n} V=${V} ${mode}`, () => {
    const { logits, targets } = rows(workspace, n, V);
    const { logSums } = reference.crossEntropyForward(logits, targets, V, IGNORED);
    const gradient = reference.crossEntropyBackward(logits, logSums, targets, V, IGNORED, SCALE);
    const before = workspace.values(n * V);
    const x = mode === 'in place' ? workspace.inOut(logits) : workspace.input(logits);
    const d = mode === 'in place' ? x : mode === 'assign' ? workspace.output(n * V) : workspace.inOut(before);
    const sums = workspace.input(logSums);
    const ids = workspace.ints(targets);
    workspace.kernels.crossEntropyBackward(d, x, sums, ids, n, V, IGNORED, SCALE, mode === 'accumulate' ? 1 : 0);
    const wanted = mode === 'accumulate' ? reference.add(before, gradient) : gradient;
    workspace.expect('dLogits', d, wanted, BACKWARD_TOLERANCE);
  });
}
