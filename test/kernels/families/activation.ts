/** Cases of activationForward and activationBackward. */

import { expect, it } from 'vitest';
import { ACTIVATIONS, GELU, SILU } from '../../../src/kernels/codes.js';
import * as reference from '../reference.js';
import { KINDS, LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** What test/kernels/math.test.ts measures, of numbers that may be as large as 12. */
const FORWARD_TOLERANCE = 5e-7;
/** Four roundings of half a unit of numbers below 2, and the error of Phi. */
const GRADIENT_TOLERANCE = 5e-7;

const MODES = ['assign', 'accumulate', 'over dy', 'over x', 'over y'] as const;

/** Registers the cases. */
export function testActivation(open: () => Workspace): void {
  it('activationForward: every length, apart and in place', () => {
    for (const n of [0, ...LENGTHS]) for (const kind of KINDS) forward(open(), n, kind);
  });

  it('activationForward: a NaN stays a NaN, far out the limits hold', () => {
    const workspace = open();
    for (const kind of KINDS) {
      // x sigmoid(x) and x Phi(x) of minus infinity are infinity times zero.
      const last = kind === SILU || kind === GELU ? -1e4 : -Infinity;
      workspace.case(ACTIVATIONS[kind]!, () => {
        const x = [NaN, 1, Infinity, -100, NaN, -1e30, -0, 1e30, last];
        const y = workspace.output(x.length);
        workspace.kernels.activationForward(y, workspace.input(x), x.length, kind);
        workspace.expect('y', y, reference.activationForward(x, kind), FORWARD_TOLERANCE);
      });
    }
  });

  it('activationBackward: every length, assigning, accumulating and over each argument', () => {
    for (const n of [0, ...LENGTHS]) {
      for (const kind of KINDS) for (const mode of MODES) backward(open(), n, kind, mode);
    }
  });

  it('activationBackward: a NaN gradient stays a NaN', () => {
    const workspace = open();
    for (const kind of KINDS) {
      workspace.case(ACTIVATIONS[kind]!, () => {
        const dx = workspace.output(6);
        const dy = workspace.input([NaN, 1, NaN, 1, 1, NaN]);
        const x = workspace.input([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
        workspace.kernels.activationBackward(dx, dy, x, x, 6, kind, 0);
        const missing = workspace.read(dx, 6).map((value) => Number.isNaN(value));
        expect(missing).toEqual([true, false, true, false, false, true]);
      });
    }
  });
}

function forward(workspace: Workspace, n: number, kind: number): void {
  workspace.case(`activationForward n=${n} ${ACTIVATIONS[kind]}`, () => {
    const x = workspace.values(n, -12, 12);
    const wanted = reference.activationForward(x, kind);
    const y = workspace.output(n);
    workspace.kernels.activationForward(y, workspace.input(x), n, kind);
    workspace.expect('y', y, wanted, FORWARD_TOLERANCE);
    const inPlace = workspace.inOut(x);
    workspace.kernels.activationForward(inPlace, inPlace, n, kind);
    workspace.expect('y over x', inPlace, wanted, FORWARD_TOLERANCE);
  });
}

function backward(workspace: Workspace, n: number, kind: number, mode: (typeof MODES)[number]): void {
  workspace.case(`activationBackward n=${n} ${ACTIVATIONS[kind]} ${mode}`, () => {
    // x and y have nothing to do with each other, so a kernel that reads the wrong one shows.
    const values = { dy: workspace.values(n), x: workspace.values(n, -5, 5), y: workspace.values(n) };
    const place = (name: 'dy' | 'x' | 'y'): number =>
      mode === `over ${name}` ? workspace.inOut(values[name]) : workspace.input(values[name]);
    const [dy, x, y] = [place('dy'), place('x'), place('y')];
    const before = workspace.values(n);
    const out = {
      assign: workspace.output(n),
      accumulate: workspace.inOut(before),
      'over dy': dy,
      'over x': x,
      'over y': y,
    };
    workspace.kernels.activationBackward(out[mode], dy, x, y, n, kind, mode === 'accumulate' ? 1 : 0);
    const gradient = reference.activationBackward(values.dy, values.x, values.y, kind);
    const wanted = mode === 'accumulate' ? reference.add(before, gradient) : gradient;
    workspace.expect('dx', out[mode], wanted, GRADIENT_TOLERANCE);
  });
}
