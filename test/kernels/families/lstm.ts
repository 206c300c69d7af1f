/** Cases of lstmForward and lstmBackward. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** sigmoid4 and tanh4 are within 4e-7 (test/kernels/math.test.ts); c adds two products of them, |c_{t-1}| <= 2. */
const FORWARD_TOLERANCE = 2e-6;
/** Up to eight roundings of half a unit of numbers below 4. */
const BACKWARD_TOLERANCE = 2e-6;

/** Registers the cases. */
export function testLstm(open: () => Workspace): void {
  it('lstmForward: every hidden size, c apart and over the previous c', () => {
    for (const B of [1, 2, 3]) for (const H of LENGTHS) for (const over of [false, true]) forward(open(), B, H, over);
  });

  it('lstmBackward: every hidden size', () => {
    for (const B of [1, 2, 3]) for (const H of LENGTHS) backward(open(), B, H);
  });

  it('lstmForward: a NaN stays a NaN in its own column', () => {
    const workspace = open();
    for (let block = 0; block < 4; block++) {
      workspace.case(`NaN in block ${block}`, () => {
        const H = 6;
        const gates = workspace.values(4 * H).map((x, i) => (i === block * H + 5 || i === block * H + 1 ? NaN : x));
        const h = workspace.output(H);
        const c = workspace.output(H);
        const tanhC = workspace.output(H);
        workspace.kernels.lstmForward(h, c, tanhC, workspace.inOut(gates), workspace.input(workspace.values(H)), 1, H);
        expect(workspace.read(h, H).map((x) => Number.isNaN(x))).toEqual([false, true, false, false, false, true]);
      });
    }
  });

  it('lstmBackward: a NaN gradient stays a NaN', () => {
    const workspace = open();
    for (const which of ['dc', 'dh', 'dy']) {
      workspace.case(`NaN in ${which}`, () => {
        const H = 6;
        const some = (name: string): number[] =>
          workspace.values(H, 0.1, 0.9).map((x, j) => (name === which && j % 4 === 1 ? NaN : x));
        const gates = workspace.inOut(workspace.values(4 * H, 0.1, 0.9));
        const dc = workspace.inOut(some('dc'));
        const dh = workspace.input(some('dh'));
        const dy = workspace.input(some('dy'));
        const cPrevious = workspace.input(some('cPrevious'));
        workspace.kernels.lstmBackward(gates, dc, dh, dy, cPrevious, workspace.input(some('tanhC')), 1, H);
        const missing = [false, true, false, false, false, true];
        expect(workspace.read(dc, H).map((x) => Number.isNaN(x))).toEqual(missing);
        expect(workspace.read(gates, 2 * H).map((x) => Number.isNaN(x))).toEqual([...missing, ...missing]);
      });
    }
  });
}

function forward(workspace: Workspace, B: number, H: number, over: boolean): void {
  workspace.case(`lstmForward B=${B} H=${H} c ${over ? 'over' : 'beside'} cPrevious`, () => {
    const a = workspace.values(4 * B * H, -6, 6);
    const before = workspace.values(B * H, -2, 2);
    const wanted = reference.lstmForward(a, before, H);
    const h = workspace.output(B * H);
    const tanhC = workspace.output(B * H);
    const gates = workspace.inOut(a);
    const cPrevious = over ? workspace.inOut(before) : workspace.input(before);
    const c = over ? cPrevious : workspace.output(B * H);
    workspace.kernels.lstmForward(h, c, tanhC, gates, cPrevious, B, H);
    workspace.expect('gates', gates, wanted.gates, FORWARD_TOLERANCE);
    workspace.expect('c', c, wanted.c, FORWARD_TOLERANCE);
    workspace.expect('tanhC', tanhC, wanted.tanhC, FORWARD_TOLERANCE);
    workspace.expect('h', h, wanted.h, FORWARD_TOLERANCE);
  });
}

function backward(workspace: Workspace, B: number, H: number): void {
  workspace.case(`lstmBackward B=${B} H=${H}`, () => {
    const cPrevious = workspace.values(B * H, -2, 2);
    const forwards = reference.lstmForward(workspace.values(4 * B * H, -3, 3), cPrevious, H);
    // The kernel reads what the heap holds of these, so the reference gets them rounded too.
    const saved = {
      gates: forwards.gates.map((x) => workspace.round(x)),
      tanhC: forwards.tanhC.map((x) => workspace.round(x)),
      cPrevious,
    };
    const gradients = {
      dc: workspace.values(B * H),
      dh: workspace.values(B * H),
      dy: workspace.values(B * H),
    };
    const wanted = reference.lstmBackward(saved, gradients, H);
    const gates = workspace.inOut(saved.gates);
    const dc = workspace.inOut(gradients.dc);
    const dh = workspace.input(gradients.dh);
    const dy = workspace.input(gradients.dy);
    const before = workspace.input(cPrevious);
    workspace.kernels.lstmBackward(gates, dc, dh, dy, before, workspace.input(saved.tanhC), B, H);
    workspace.expect('gradients of the gates', gates, wanted.dGates, BACKWARD_TOLERANCE);
    workspace.expect('dc', dc, wanted.dc, BACKWARD_TOLERANCE);
  });
}
