/** Cases of rnnForward and rnnBackward. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { ACTIVATIONS, LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** tanh4 is within 4e-7 (test/kernels/math.test.ts). */
const TANH_TOLERANCE = 5e-7;
/** Four roundings of half a unit of numbers below 2. */
const GRADIENT_TOLERANCE = 5e-7;

/** Registers the cases. */
export function testRnn(open: () => Workspace): void {
  it('rnnForward: every length, apart and in place', () => {
    for (const n of LENGTHS) for (const activation of ACTIVATIONS) forward(open(), n, activation);
  });

  it('rnnForward: a NaN stays a NaN, infinity saturates', () => {
    const workspace = open();
    for (const activation of ACTIVATIONS) {
      workspace.case(`activation=${activation}`, () => {
        const a = [NaN, 1, Infinity, -Infinity, NaN, -1, -0];
        const h = workspace.output(a.length);
        workspace.kernels.rnnForward(h, workspace.input(a), a.length, activation);
        workspace.expect('h', h, reference.rnnForward(a, activation), TANH_TOLERANCE);
      });
    }
  });

  it('rnnBackward: every length, apart and over dh or dy', () => {
    for (const n of LENGTHS) {
      for (const activation of ACTIVATIONS) {
        for (const over of ['nothing', 'dh', 'dy'] as const) backward(open(), n, activation, over);
      }
    }
  });

  it('rnnBackward: a NaN gradient stays a NaN', () => {
    const workspace = open();
    for (const activation of ACTIVATIONS) {
      workspace.case(`activation=${activation}`, () => {
        const da = workspace.output(6);
        const dh = workspace.input([NaN, 1, NaN, 1, 1, NaN]);
        const dy = workspace.input([1, NaN, NaN, 1, 1, 1]);
        const h = workspace.input([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
        workspace.kernels.rnnBackward(da, dh, dy, h, 6, activation);
        const missing = workspace.read(da, 6).map((x) => Number.isNaN(x));
        expect(missing).toEqual([true, true, true, false, false, true]);
      });
    }
  });
}

function forward(workspace: Workspace, n: number, activation: number): void {
  workspace.case(`rnnForward n=${n} activation=${activation}`, () => {
    const a = workspace.values(n, -12, 12);
    const wanted = reference.rnnForward(a, activation);
    const h = workspace.output(n);
    workspace.kernels.rnnForward(h, workspace.input(a), n, activation);
    workspace.expect('h', h, wanted, TANH_TOLERANCE);
    const inPlace = workspace.inOut(a);
    workspace.kernels.rnnForward(inPlace, inPlace, n, activation);
    workspace.expect('h over a', inPlace, wanted, TANH_TOLERANCE);
  });
}

function backward(workspace: Workspace, n: number, activation: number, over: 'nothing' | 'dh' | 'dy'): void {
  workspace.case(`rnnBackward n=${n} activation=${activation} over ${over}`, () => {
    const values = { dh: workspace.values(n), dy: workspace.values(n), h: workspace.values(n) };
    const dh = over === 'dh' ? workspace.inOut(values.dh) : workspace.input(values.dh);
    const dy = over === 'dy' ? workspace.inOut(values.dy) : workspace.input(values.dy);
    const da = over === 'nothing' ? workspace.output(n) : over === 'dh' ? dh : dy;
    workspace.kernels.rnnBackward(da, dh, dy, workspace.input(values.h), n, activation);
    const wanted = reference.rnnBackward(values.dh, values.dy, values.h, activation);
    workspace.expect('da', da, wanted, GRADIENT_TOLERANCE);
  });
}
