/** Cases of gruForward and gruBackward. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** An error of 4e-7 in r times |q| <= 4, through tanh, and the errors of n and z (test/kernels/math.test.ts). */
const FORWARD_TOLERANCE = 3e-6;
/** Up to eight roundings of half a unit of numbers below 8. */
const BACKWARD_TOLERANCE = 3e-6;

/** None, and one that 32 bits do not hold: the nearest of them is below it. */
const LIMITS: readonly number[] = [Infinity, 0.7];

/** Registers the cases. */
export function testGru(open: () => Workspace): void {
  const each = (run: (B: number, H: number, gateClip: number) => void): void => {
    for (const B of [1, 2, 3]) for (const H of LENGTHS) for (const limit of LIMITS) run(B, H, limit);
  };

  it('gruForward: every hidden size and limit, h apart and over the previous h', () =>
    each((B, H, gateClip) => {
      for (const over of [false, true]) forward(open(), B, H, gateClip, over);
    }));

  it('gruBackward: every hidden size and limit', () => each((B, H, gateClip) => backward(open(), B, H, gateClip)));

  it.each(LIMITS)('gruForward and gruBackward: a NaN stays a NaN in its own column, gateClip=%d', (gateClip) => {
    const workspace = open();
    workspace.case('NaN', () => {
      const H = 6;
      const missing = [false, true, false, false, false, true];
      const withNaN = (): number[] => workspace.values(H, 0.1, 0.9).map((x, j) => (missing[j] ? NaN : x));
      const h = workspace.output(H);
      const gates = workspace.inOut([...withNaN(), ...workspace.values(3 * H)]);
      workspace.kernels.gruForward(h, gates, workspace.input(workspace.values(H)), 1, H, gateClip);
      expect(workspace.read(h, H).map((x) => Number.isNaN(x))).toEqual(missing);
      const saved = workspace.inOut(workspace.values(4 * H, 0.1, 0.9));
      const dh = workspace.inOut(workspace.values(H));
      const before = workspace.input(workspace.values(H));
      workspace.kernels.gruBackward(saved, dh, workspace.input(withNaN()), before, 1, H, gateClip);
      expect(workspace.read(dh, H).map((x) => Number.isNaN(x))).toEqual(missing);
      expect(workspace.read(saved, H).map((x) => Number.isNaN(x))).toEqual(missing);
    });
  });
}

function forward(workspace: Workspace, B: number, H: number, gateClip: number, over: boolean): void {
  workspace.case(`gruForward B=${B} H=${H} gateClip=${gateClip} h ${over ? 'over' : 'beside'} hPrevious`, () => {
    const a = workspace.values(4 * B * H, -4, 4);
    const before = workspace.values(B * H);
    const wanted = reference.gruForward(a, before, H, gateClip);
    const gates = workspace.inOut(a);
    const hPrevious = over ? workspace.inOut(before) : workspace.input(before);
    const h = over ? hPrevious : workspace.output(B * H);
    workspace.kernels.gruForward(h, gates, hPrevious, B, H, gateClip);
    workspace.expect('gates', gates, wanted.gates, FORWARD_TOLERANCE);
    workspace.expect('h', h, wanted.h, FORWARD_TOLERANCE);
  });
}

function backward(workspace: Workspace, B: number, H: number, gateClip: number): void {
  workspace.case(`gruBackward B=${B} H=${H} gateClip=${gateClip}`, () => {
    const hPrevious = workspace.values(B * H);
    const a = workspace.values(4 * B * H, -3, 3);
    const before = workspace.input(hPrevious);
    const gates = workspace.inOut(a);
    // What the forward left, rounded and all: a limited gate is known by its value.
    workspace.kernels.gruForward(workspace.output(B * H), gates, before, B, H, gateClip);
    const { slopes } = reference.gruForward(a, hPrevious, H, gateClip);
    const saved = { gates: workspace.read(gates, 4 * B * H), slopes, hPrevious };
    const gradients = { dh: workspace.values(B * H), dy: workspace.values(B * H) };
    const wanted = reference.gruBackward(saved, gradients, H);
    const dh = workspace.inOut(gradients.dh);
    const dy = workspace.input(gradients.dy);
    workspace.kernels.gruBackward(gates, dh, dy, before, B, H, gateClip);
    workspace.expect('gradients of the gates', gates, wanted.dGates, BACKWARD_TOLERANCE);
    workspace.expect('dh', dh, wanted.dh, BACKWARD_TOLERANCE);
  });
}
