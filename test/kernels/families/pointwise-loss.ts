/** Cases of pointwiseLossForward and pointwiseLossBackward. */

import { expect, it } from 'vitest';
import { ABSOLUTE, HUBER, LOGISTIC, SQUARED } from '../../../src/kernels/codes.js';
import * as reference from '../reference.js';
import { keepWhere, pointwise, sumWhere } from '../reference-losses.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const SCALE = 0.37;
const DELTA = 0.75;

const KINDS = [
  { kind: SQUARED, name: 'squared' },
  { kind: ABSOLUTE, name: 'absolute' },
  { kind: HUBER, name: 'Huber' },
  { kind: LOGISTIC, name: 'logistic' },
] as const;

/**
 * The scale, the slope, the product and the sum are rounded once each, of numbers below 4; exp of the logistic slope to
 * three units, and a quotient.
 */
const TOLERANCE = 6e-7;

/** Every third element does not count. */
const someCount = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 3 === 1 ? 0 : -1));

const withNaN = (values: readonly number[], mask: readonly number[] | undefined): number[] =>
  values.map((value, i) => (mask?.[i] === 0 ? NaN : value));

/** Registers the cases. */
export function testPointwiseLoss(open: () => Workspace): void {
  it.each(KINDS)('pointwiseLossForward: $name, every length, in 64 bits, with and without a mask', ({ kind }) => {
    for (const n of LENGTHS) for (const masked of [false, true]) forward(open(), n, kind, masked);
  });

  it('pointwiseLossForward: squares far outside the range of 32 bits', () => {
    const workspace = open();
    workspace.case('large squares', () => {
      const [predictions, targets] = [workspace.values(9, -1e30, 1e30), workspace.values(9, -1e30, 1e30)];
      const [y, t] = [workspace.input(predictions), workspace.input(targets)];
      const wanted = predictions.reduce((sum, value, i) => sum + (value - targets[i]!) ** 2, 0);
      expect(workspace.kernels.pointwiseLossForward(y, t, 0, 9, SQUARED, 0) / wanted).toBeCloseTo(1, 12);
    });
  });

  it.each(KINDS)('pointwiseLossBackward: $name, every length, assigning, accumulating and in place', ({ kind }) => {
    for (const n of [0, ...LENGTHS]) {
      for (const mode of ['assign', 'accumulate', 'in place'] as const) {
        for (const masked of [false, true]) backward(open(), n, kind, mode, masked);
      }
    }
  });

  it.each(KINDS)('a NaN of $name makes the loss NaN and stays in its place of the gradient, wherever it is', (by) => {
    const workspace = open();
    for (let at = 0; at < 6; at++) {
      workspace.case(`NaN at ${at} of 6`, () => {
        const y = workspace.input(workspace.values(6).map((value, i) => (i === at ? NaN : value)));
        const t = workspace.input(workspace.values(6, 0, 1));
        expect(workspace.kernels.pointwiseLossForward(y, t, 0, 6, by.kind, DELTA)).toBeNaN();
        const d = workspace.output(6);
        workspace.kernels.pointwiseLossBackward(d, y, t, 0, 6, by.kind, DELTA, SCALE, 0);
        const isNaN = workspace.read(d, 6).map((value) => Number.isNaN(value));
        expect(isNaN).toEqual([0, 1, 2, 3, 4, 5].map((i) => i === at));
      });
    }
  });

  it('a mask of ones gives the bits of no mask', () => {
    const workspace = open();
    for (const { kind, name } of KINDS) {
      workspace.case(name, () => {
        const [y, t] = [workspace.input(workspace.values(37)), workspace.input(workspace.values(37, 0, 1))];
        const ones = workspace.ints(new Array<number>(37).fill(-1));
        const sums = [0, ones].map((mask) => workspace.kernels.pointwiseLossForward(y, t, mask, 37, kind, DELTA));
        expect(sums[1]).toBe(sums[0]);
        const gradients = [0, ones].map((mask) => {
          const d = workspace.output(37);
          workspace.kernels.pointwiseLossBackward(d, y, t, mask, 37, kind, DELTA, SCALE, 0);
          return workspace.read(d, 37);
        });
        expect(gradients[1]).toEqual(gradients[0]);
      });
    }
  });

  it('logistic: large logits neither overflow nor cancel', () => {
    const workspace = open();
    const logits = [1e4, 1e4, -1e4, -1e4, 40, -40, 20, -20];
    const targets = [1, 0, 1, 0, 1, 0, 1, 0];
    const losses = [0, 1e4, 1e4, 0, Math.exp(-40), Math.exp(-40), Math.log1p(Math.exp(-20)), Math.log1p(Math.exp(-20))];
    const slopes = [0, 1, -1, 0, -Math.exp(-40), Math.exp(-40), -1 / (1 + Math.exp(20)), 1 / (1 + Math.exp(20))];
    workspace.case('large logits', () => {
      for (const [i, logit] of logits.entries()) {
        const [y, t] = [workspace.input([logit]), workspace.input([targets[i]!])];
        const loss = workspace.kernels.pointwiseLossForward(y, t, 0, 1, LOGISTIC, 0);
        expect(Math.abs(loss - losses[i]!)).toBeLessThanOrEqual(3e-7 * losses[i]! + 1e-16);
        const d = workspace.output(1);
        workspace.kernels.pointwiseLossBackward(d, y, t, 0, 1, LOGISTIC, 0, 1, 0);
        // Relative, so that a small slope is not a slope of 0.
        expect(Math.abs(workspace.read(d, 1)[0]! - slopes[i]!)).toBeLessThanOrEqual(
          5e-7 * Math.abs(slopes[i]!) + 1e-37,
        );
      }
    });
  });

  it('absolute: no slope where prediction and target are the same', () => {
    const workspace = open();
    workspace.case('equal', () => {
      const [y, t] = [workspace.input([1, 2, -3, 0, 5]), workspace.input([1, 3, -3, 0, 4])];
      const d = workspace.output(5);
      workspace.kernels.pointwiseLossBackward(d, y, t, 0, 5, ABSOLUTE, 0, 0.5, 0);
      workspace.expect('dPredictions', d, [0, -0.5, 0, 0, 0.5], 0);
    });
  });
}

function forward(workspace: Workspace, n: number, kind: number, masked: boolean): void {
  workspace.case(`pointwiseLossForward n=${n} kind=${kind} masked=${masked}`, () => {
    const counted = masked ? someCount(n) : undefined;
    const [predictions, targets] = [workspace.values(n, -3, 3), workspace.values(n, 0, 1)];
    const y = workspace.input(withNaN(predictions, counted));
    const t = workspace.input(withNaN(targets, counted));
    const mask = counted === undefined ? 0 : workspace.ints(counted);
    const got = workspace.kernels.pointwiseLossForward(y, t, mask, n, kind, DELTA);
    const { loss } = pointwise[kind]!;
    const wanted = sumWhere(counted, predictions.map((value, i) => loss(value, targets[i]!, DELTA))); // prettier-ignore
    // Only exp is formed in 32 bits, and at most 1e-7 of each logarithm.
    expect(Math.abs(got - wanted)).toBeLessThanOrEqual((kind === LOGISTIC ? 1e-7 * n : 1e-12) * (1 + wanted));
  });
}

function backward(
  workspace: Workspace,
  n: number,
  kind: number,
  mode: 'assign' | 'accumulate' | 'in place',
  masked: boolean,
): void {
  workspace.case(`pointwiseLossBackward n=${n} kind=${kind} ${mode} masked=${masked}`, () => {
    const counted = masked ? someCount(n) : undefined;
    const [predictions, targets, before] = [workspace.values(n, -2, 2), workspace.values(n, 0, 1), workspace.values(n)];
    const { slope } = pointwise[kind]!;
    const gradient = keepWhere(counted, predictions.map((value, i) => SCALE * slope(value, targets[i]!, DELTA))); // prettier-ignore
    const given = withNaN(predictions, counted);
    const y = mode === 'in place' ? workspace.inOut(given) : workspace.input(given);
    const d = mode === 'in place' ? y : mode === 'assign' ? workspace.output(n) : workspace.inOut(before);
    const t = workspace.input(withNaN(targets, counted));
    const mask = counted === undefined ? 0 : workspace.ints(counted);
    const accumulate = mode === 'accumulate' ? 1 : 0;
    workspace.kernels.pointwiseLossBackward(d, y, t, mask, n, kind, DELTA, SCALE, accumulate);
    workspace.expect('dPredictions', d, accumulate === 1 ? reference.add(before, gradient) : gradient, TOLERANCE);
  });
}
