/** Cases of the four parts of the GRU step with the reset gate before the product. */

import { expect, it } from 'vitest';
import { cut, joined } from '../reference.js';
import * as reference from '../reference-cells.js';
import { GAP, LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** sigmoid4 and tanh4 are within 4e-7 (test/kernels/math.test.ts), of which h adds three. */
const FORWARD_TOLERANCE = 2e-6;
/** Up to eight roundings of half a unit of numbers below 4. */
const BACKWARD_TOLERANCE = 2e-6;

/** None, and one that 32 bits do not hold: the nearest of them is below it. */
const LIMITS: readonly number[] = [Infinity, 0.7];

const UNITS = 6;
const MISSING: readonly boolean[] = [false, true, false, false, false, true];

/** Registers the cases. */
export function testGruBefore(open: () => Workspace): void {
  const each = (run: (workspace: Workspace, B: number, H: number, gateClip: number) => void): void => {
    for (const B of [1, 2, 3]) {
      for (const H of LENGTHS) {
        for (const limit of LIMITS) {
          open().case(`gru before B=${B} H=${H} gateClip=${limit}`, () => run(open(), B, H, limit));
        }
      }
    }
  };

  it('gruResetForward and gruResetBackward: every hidden size and limit', () => each(reset));

  it('gruUpdateForward and gruUpdateBackward: every hidden size and limit', () => each(update));

  it('a NaN stays a NaN in its own column, also at a limit', () => {
    for (const limit of LIMITS) open().case(`NaN, gateClip=${limit}`, () => missing(open(), limit));
  });
}

function reset(workspace: Workspace, B: number, H: number, gateClip: number): void {
  const { kernels } = workspace;
  const size = B * H;
  const unused = new Array<number>(size).fill(GAP);
  const a = joined([workspace.values(size, -4, 4), workspace.values(size, -4, 4), unused], H);
  const state = workspace.values(size);
  const [s, gates, h] = [workspace.output(size), workspace.inOut(a), workspace.input(state)];
  kernels.gruResetForward(s, gates, h, B, H, gateClip);
  const wanted = reference.gruResetForward(a, state, H, gateClip);
  workspace.expect('gates', gates, wanted.gates, FORWARD_TOLERANCE);
  workspace.expect('s', s, wanted.s, FORWARD_TOLERANCE);

  // Back from what the forward left, for a limited gate is known by its value.
  const [r] = cut(workspace.read(gates, 3 * size), H, 3);
  const saved = { gates: joined([r!, unused, unused], H), slopes: wanted.slopes, h: state };
  const gradients = { ds: workspace.values(size), dh: workspace.values(size) };
  const [dGates, dh] = [workspace.inOut(saved.gates), workspace.inOut(gradients.dh)];
  kernels.gruResetBackward(dGates, dh, workspace.input(gradients.ds), h, B, H, gateClip);
  const back = reference.gruResetBackward(saved, gradients, H);
  workspace.expect('gradients of the gates', dGates, back.dGates, BACKWARD_TOLERANCE);
  workspace.expect('dh', dh, back.dh, BACKWARD_TOLERANCE);
}

function update(workspace: Workspace, B: number, H: number, gateClip: number): void {
  const { kernels } = workspace;
  const size = B * H;
  const { z, ofZ } = updateGate(workspace, B, H, gateClip);
  const unused = new Array<number>(size).fill(GAP);
  const a = joined([unused, z, workspace.values(size, -4, 4)], H);
  const before = workspace.values(size);
  const [h, gates, hPrevious] = [workspace.output(size), workspace.inOut(a), workspace.input(before)];
  kernels.gruUpdateForward(h, gates, hPrevious, B, H, gateClip);
  const wanted = reference.gruUpdateForward(a, before, H, gateClip);
  workspace.expect('gates', gates, wanted.gates, FORWARD_TOLERANCE);
  workspace.expect('h', h, wanted.h, FORWARD_TOLERANCE);

  const slopes = joined([unused, ofZ, cut(wanted.slopes, H, 3)[2]!], H);
  const saved = { gates: workspace.read(gates, 3 * size), slopes, hPrevious: before };
  const gradients = { dh: workspace.values(size), dy: workspace.values(size) };
  const [dh, dy] = [workspace.inOut(gradients.dh), workspace.input(gradients.dy)];
  kernels.gruUpdateBackward(gates, dh, dy, hPrevious, B, H, gateClip);
  const back = reference.gruUpdateBackward(saved, gradients, H);
  workspace.expect('gradients of the gates', gates, back.dGates, BACKWARD_TOLERANCE);
  workspace.expect('dh', dh, back.dh, BACKWARD_TOLERANCE);
}

/** z as the kernel has it, with the slopes of its limit. */
function updateGate(workspace: Workspace, B: number, H: number, gateClip: number): { z: number[]; ofZ: number[] } {
  const a = workspace.values(3 * B * H, -4, 4);
  const zeros = new Array<number>(B * H).fill(0);
  const gates = workspace.inOut(a);
  workspace.kernels.gruResetForward(workspace.output(B * H), gates, workspace.input(zeros), B, H, gateClip);
  const z = cut(workspace.read(gates, 3 * B * H), H, 3)[1]!;
  return { z, ofZ: cut(reference.gruResetForward(a, zeros, H, gateClip).slopes, H, 3)[1]! };
}

function missing(workspace: Workspace, gateClip: number): void {
  const { kernels } = workspace;
  const some = (): number[] => workspace.values(UNITS, 0.1, 0.9);
  const gone = (): number[] => some().map((x, j) => (MISSING[j] ? NaN : x));
  const limited = new Array<number>(UNITS).fill(9);
  const expectMissing = (address: number, block: number = 0): void => {
    const first = block * UNITS;
    const got = workspace.read(address, first + UNITS).slice(first);
    expect(got.map((x) => Number.isNaN(x))).toEqual(MISSING);
  };
  const [s, h] = [workspace.output(UNITS), workspace.output(UNITS)];
  const gates = workspace.inOut([...gone(), ...limited, ...limited]);
  kernels.gruResetForward(s, gates, workspace.input(some()), 1, UNITS, gateClip);
  expectMissing(gates);
  expectMissing(s);
  const others = workspace.inOut([...limited, ...limited, ...gone()]);
  kernels.gruUpdateForward(h, others, workspace.input(some()), 1, UNITS, gateClip);
  expectMissing(others, 2);
  expectMissing(h);

  const saved = workspace.inOut([...limited, ...limited, ...limited]);
  const [state, dh, ds] = [workspace.input(some()), workspace.inOut(some()), workspace.input(gone())];
  kernels.gruResetForward(s, saved, state, 1, UNITS, gateClip);
  kernels.gruUpdateForward(h, saved, state, 1, UNITS, gateClip);
  kernels.gruUpdateBackward(saved, dh, workspace.input(gone()), state, 1, UNITS, gateClip);
  for (const block of [1, 2]) expectMissing(saved, block);
  expectMissing(dh);
  const into = workspace.inOut(some());
  kernels.gruResetBackward(saved, into, ds, state, 1, UNITS, gateClip);
  expectMissing(saved);
  expectMissing(into);
}
