/** Cases of rnnForward and rnnBackward. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { KINDS, LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** Those of families/activation.ts; one rounding more in the sum. */
const FORWARD_TOLERANCE = 5e-7;
const GRADIENT_TOLERANCE = 6e-7;

const PLACES = ['nothing', 'dh', 'dy', 'h', 'a'] as const;

/** Registers the cases. */
export function testRnn(open: () => Workspace): void {
  it('rnnForward: every length, apart and in place', () => {
    for (const n of LENGTHS) for (const activation of KINDS) forward(open(), n, activation);
  });

  it('rnnForward: a NaN stays a NaN', () => {
    const workspace = open();
    for (const activation of KINDS) {
      workspace.case(`activation=${activation}`, () => {
        const a = [NaN, 1, Infinity, NaN, -1, -0];
        const h = workspace.output(a.length);
        workspace.kernels.rnnForward(h, workspace.input(a), a.length, activation);
        workspace.expect('h', h, reference.activationForward(a, activation), FORWARD_TOLERANCE);
      });
    }
  });

  it('rnnBackward: every length, apart and over each argument', () => {
    for (const n of LENGTHS) {
      for (const activation of KINDS) for (const over of PLACES) backward(open(), n, activation, over);
    }
  });

  it('rnnBackward: a NaN gradient stays a NaN', () => {
    const workspace = open();
    for (const activation of KINDS) {
      workspace.case(`activation=${activation}`, () => {
        const da = workspace.output(6);
        const dh = workspace.input([NaN, 1, NaN, 1, 1, NaN]);
        const dy = workspace.input([1, NaN, NaN, 1, 1, 1]);
        const h = workspace.input([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
        workspace.kernels.rnnBackward(da, dh, dy, h, h, 6, activation);
        const missing = workspace.read(da, 6).map((x) => Number.isNaN(x));
        expect(missing).toEqual([true, true, true, false, false, true]);
      });
    }
  });
}

function forward(workspace: Workspace, n: number, activation: number): void {
  workspace.case(`rnnForward n=${n} activation=${activation}`, () => {
    const a = workspace.values(n, -12, 12);
    const wanted = reference.activationForward(a, activation);
    const h = workspace.output(n);
    workspace.kernels.rnnForward(h, workspace.input(a), n, activation);
    workspace.expect('h', h, wanted, FORWARD_TOLERANCE);
    const inPlace = workspace.inOut(a);
    workspace.kernels.rnnForward(inPlace, inPlace, n, activation);
    workspace.expect('h over a', inPlace, wanted, FORWARD_TOLERANCE);
  });
}

function backward(workspace: Workspace, n: number, activation: number, over: (typeof PLACES)[number]): void {
  workspace.case(`rnnBackward n=${n} activation=${activation} over ${over}`, () => {
    const draw = (): number[] => workspace.values(n);
    // h and a have nothing to do with each other, so a kernel that reads the wrong one shows.
    const values = { dh: draw(), dy: draw(), h: draw(), a: workspace.values(n, -5, 5) };
    const place = (name: keyof typeof values): number =>
      over === name ? workspace.inOut(values[name]) : workspace.input(values[name]);
    const [dh, dy, h, a] = [place('dh'), place('dy'), place('h'), place('a')];
    const da = { nothing: workspace.output(n), dh, dy, h, a }[over];
    workspace.kernels.rnnBackward(da, dh, dy, h, a, n, activation);
    const wanted = reference.activationBackward(reference.add(values.dh, values.dy), values.a, values.h, activation);
    workspace.expect('da', da, wanted, GRADIENT_TOLERANCE);
  });
}
