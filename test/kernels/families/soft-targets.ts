/** Cases of softTargetsForward and softTargetsBackward. */

import { expect, it } from 'vitest';
import { LOG_PROBABILITIES, LOGITS } from '../../../src/kernels/codes.js';
import * as reference from '../reference.js';
import { softTargets, softTargetsGradient } from '../reference-losses.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const SCALE = 0.37;

/** As in cross-entropy: log-sums and logits below 16, 1e-6 each; a row of the first is the sum of V exponentials. */
const FORWARD_TOLERANCE = 4e-6;
/** exp to 3 units in the last place, an error of 1e-6 in the saved log-sum, a product and a difference. */
const BACKWARD_TOLERANCE = 2e-6;

const FORMS = [
  { form: LOGITS, name: 'logits' },
  { form: LOG_PROBABILITIES, name: 'log-probabilities' },
] as const;

/** The second row of three does not count. */
const someCount = (n: number): number[] => Array.from({ length: n }, (_, row) => (row % 3 === 1 ? 0 : -1));

/** Predictions and distributions of n rows; every fourth class has no share. */
function rows(workspace: Workspace, n: number, V: number): { x: number[]; p: number[] } {
  const weights = workspace.values(n * V, 0, 1).map((value, i) => (V > 1 && i % 4 === 2 ? 0 : value));
  const p = weights.map((value, i) => {
    const first = i - (i % V);
    return Math.fround(value / weights.slice(first, first + V).reduce((sum, weight) => sum + weight, 0));
  });
  return { x: workspace.values(n * V, -8, 8), p };
}

const withNaN = (values: readonly number[], V: number, counted: readonly number[] | undefined): number[] =>
  values.map((value, i) => (counted?.[Math.floor(i / V)] === 0 ? NaN : value));

/** Registers the cases. */
export function testSoftTargets(open: () => Workspace): void {
  it.each(FORMS)('softTargetsForward: $name, every number of classes, both losses, with and without a mask', (by) => {
    for (const n of [0, 1, 2, 5]) {
      for (const V of LENGTHS.filter((length) => length < 1000 || n < 2)) {
        for (const masked of [false, true]) {
          for (const divergence of [false, true]) forward(open(), n, V, by.form, divergence, masked);
        }
      }
    }
  });

  it.each(FORMS)('softTargetsBackward: $name, every number of classes, assigning, accumulating, in place', (by) => {
    for (const n of [0, 1, 2, 5]) {
      for (const V of LENGTHS.filter((length) => length < 1000 || n < 2)) {
        for (const masked of [false, true]) {
          for (const mode of ['assign', 'accumulate', 'in place'] as const)
            backward(open(), n, V, by.form, mode, masked);
        }
      }
    }
  });

  it('a class without a share may be ruled out by -Infinity', () => {
    const workspace = open();
    for (const { form, name } of FORMS) {
      workspace.case(name, () => {
        const [x, p] = [
          [-Infinity, Math.log(0.25), Math.log(0.75)],
          [0, 0.5, 0.5],
        ];
        const [losses, logSums, d] = [workspace.output(1), workspace.output(1), workspace.output(3)];
        const [predictions, targets] = [workspace.input(x), workspace.input(p)];
        workspace.kernels.softTargetsForward(losses, logSums, predictions, targets, 0, 1, 3, form, 1);
        workspace.expect('losses', losses, [0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)], FORWARD_TOLERANCE);
        workspace.kernels.softTargetsBackward(d, predictions, targets, logSums, 0, 1, 3, form, 1, 0);
        const wanted = form === LOGITS ? [0, -0.25, 0.25] : [0, -0.5, -0.5];
        workspace.expect('dPredictions', d, wanted, BACKWARD_TOLERANCE);
      });
    }
  });

  it('a NaN among the predictions makes the loss NaN, and of logits the whole gradient', () => {
    const workspace = open();
    for (let at = 0; at < 6; at++) {
      workspace.case(`NaN at ${at} of 6`, () => {
        const x = workspace.input(workspace.values(6).map((value, v) => (v === at ? NaN : value)));
        const p = workspace.input([0.1, 0.2, 0.2, 0.1, 0.3, 0.1]);
        const [loss, logSum, d] = [workspace.output(1), workspace.output(1), workspace.output(6)];
        workspace.kernels.softTargetsForward(loss, logSum, x, p, 0, 1, 6, LOGITS, 0);
        expect(workspace.read(loss, 1)).toEqual([NaN]);
        workspace.kernels.softTargetsBackward(d, x, p, logSum, 0, 1, 6, LOGITS, SCALE, 0);
        expect(workspace.read(d, 6)).toEqual(new Array(6).fill(NaN));
      });
    }
  });
}

function forward(workspace: Workspace, n: number, V: number, form: number, divergence: boolean, masked: boolean): void {
  workspace.case(`softTargetsForward n=${n} V=${V} form=${form} divergence=${divergence} masked=${masked}`, () => {
    const { x, p } = rows(workspace, n, V);
    const counted = masked ? someCount(n) : undefined;
    const wanted = softTargets(x, p, counted, V, form, divergence);
    const [losses, logSums] = [workspace.output(n), workspace.output(n)];
    const predictions = workspace.input(withNaN(x, V, counted));
    const targets = workspace.input(withNaN(p, V, counted));
    const mask = counted === undefined ? 0 : workspace.ints(counted);
    const { kernels } = workspace;
    kernels.softTargetsForward(losses, logSums, predictions, targets, mask, n, V, form, divergence ? 1 : 0);
    workspace.expect('losses', losses, wanted.losses, FORWARD_TOLERANCE);
    workspace.expect('logSums', logSums, wanted.logSums, FORWARD_TOLERANCE);
  });
}

function backward(
  workspace: Workspace,
  n: number,
  V: number,
  form: number,
  mode: 'assign' | 'accumulate' | 'in place',
  masked: boolean,
): void {
  workspace.case(`softTargetsBackward n=${n} V=${V} form=${form} ${mode} masked=${masked}`, () => {
    const { x, p } = rows(workspace, n, V);
    const counted = masked ? someCount(n) : undefined;
    const { logSums } = softTargets(x, p, counted, V, form, false);
    const gradient = softTargetsGradient(x, p, logSums, counted, V, form, SCALE);
    const before = workspace.values(n * V);
    const given = withNaN(x, V, counted);
    const predictions = mode === 'in place' ? workspace.inOut(given) : workspace.input(given);
    const d = mode === 'in place' ? predictions : mode === 'assign' ? workspace.output(n * V) : workspace.inOut(before);
    const targets = workspace.input(withNaN(p, V, counted));
    const sums = workspace.input(logSums);
    const mask = counted === undefined ? 0 : workspace.ints(counted);
    const accumulate = mode === 'accumulate' ? 1 : 0;
    workspace.kernels.softTargetsBackward(d, predictions, targets, sums, mask, n, V, form, SCALE, accumulate);
    workspace.expect('dPredictions', d, accumulate === 1 ? reference.add(before, gradient) : gradient, BACKWARD_TOLERANCE); // prettier-ignore
  });
}
