/** Cases of the four parts of the LSTM step: carry and output, forwards and backwards. */

import { expect, it } from 'vitest';
import * as reference from '../reference-cells.js';
import type { LstmForm } from '../reference-cells.js';
import { GAP, LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** sigmoid4 and tanh4 are within 4e-7 (test/kernels/math.test.ts); c adds two products of them, |c_{t-1}| <= 2. */
const FORWARD_TOLERANCE = 2e-6;
/** Up to eight roundings of half a unit of numbers below 8. */
const BACKWARD_TOLERANCE = 4e-6;

const KINDS: readonly number[] = [0, 1, 2, 3];
const CAROUSEL = 0;
const FORGET = 2;

/** No limits, and some that 32 bits do not hold: the nearest of them is above gateClip and below cellClip. */
const LIMITS: readonly Limits[] = [
  { gateClip: Infinity, cellClip: Infinity },
  { gateClip: 1.3, cellClip: 0.7 },
];

type Limits = Pick<LstmForm, 'gateClip' | 'cellClip'>;

const UNITS = 6;
const MISSING: readonly boolean[] = [false, true, false, false, false, true];

/** Registers the cases. */
export function testLstmParts(open: () => Workspace): void {
  const each = (run: (workspace: Workspace, form: LstmForm, B: number) => void): void => {
    for (const H of LENGTHS) {
      for (const B of [1, 3]) {
        for (const form of forms(open(), H)) open().case(nameOf(form, B), () => run(open(), form, B));
      }
    }
  };

  it('lstmCarryForward and lstmCarryBackward: every hidden size, kind, limit, with and without peepholes', () =>
    each(carry));

  it('lstmOutputForward and lstmOutputBackward: every hidden size, kind, limit, with and without peephole', () =>
    each(output));

  it('lstmOutputForward and lstmOutputBackward: the peephole sees what tanh takes', () => each(outputOver));

  it('lstmCarryBackward: an infinite limit never holds', () => {
    const workspace = open();
    workspace.case('infinite c', () => {
      const [d, c] = [[1, 2, 3], workspace.input([Infinity, 0, -Infinity])];
      const [gates, dc] = [workspace.inOut([0, 0, 0]), workspace.inOut(d)];
      workspace.kernels.lstmCarryBackward(gates, dc, c, c, 0, 1, 3, CAROUSEL, Infinity, Infinity);
      workspace.expect('dc', dc, d, 0);
      workspace.expect('gates', gates, d, 0);
    });
  });

  it.each(KINDS)('kind %i: a NaN stays a NaN in its own column, also at a limit', (kind) => {
    for (const limits of LIMITS) {
      const form = { kind, H: UNITS, peepholes: {}, ...limits };
      open().case(nameOf(form, 1), () => {
        missingForward(open(), form);
        missingBackward(open(), form);
      });
    }
  });
}

/** Every kind, with and without limits and peepholes; the peepholes are values of the workspace. */
function forms(workspace: Workspace, H: number): LstmForm[] {
  const vectors = { i: workspace.values(H), f: workspace.values(H), o: workspace.values(H) };
  const { f: _f, ...withoutF } = vectors;
  return KINDS.flatMap((kind) =>
    LIMITS.flatMap((limits) => {
      const plain = { kind, H, peepholes: {}, ...limits };
      if (kind === CAROUSEL) return [plain];
      return [plain, { ...plain, peepholes: kind === FORGET ? vectors : withoutF }];
    }),
  );
}

function nameOf({ kind, H, peepholes, gateClip, cellClip }: LstmForm, B: number): string {
  const names = Object.keys(peepholes).join('') || 'no';
  return `lstm kind=${kind} B=${B} H=${H} ${names} peepholes gateClip=${gateClip} cellClip=${cellClip}`;
}

const blocksOf = ({ kind }: LstmForm): number => reference.LSTM_BLOCKS[kind]!.length;

/** Pre-activations, and a filler in the blocks of which the kernel must know nothing: that of o, or all others. */
function preActivations(workspace: Workspace, form: LstmForm, B: number, part: 'carry' | 'output'): number[] {
  const { kind, H } = form;
  const names = reference.LSTM_BLOCKS[kind]!;
  return workspace
    .values(B * names.length * H, -4, 4)
    .map((x, i) => ((names[Math.floor(i / H) % names.length] === 'o') === (part === 'output') ? x : GAP));
}

function carry(workspace: Workspace, form: LstmForm, B: number): void {
  const { kind, H, peepholes, gateClip, cellClip } = form;
  const { kernels } = workspace;
  const [size, width] = [B * H, B * H * blocksOf(form)];
  const a = preActivations(workspace, form, B, 'carry');
  const before = workspace.values(size, -2, 2);
  const p = peepholes.i === undefined ? 0 : workspace.input([...peepholes.i, ...(peepholes.f ?? [])]);
  const c = workspace.output(size);
  const gates = workspace.inOut(a);
  const cPrevious = workspace.input(before);
  kernels.lstmCarryForward(c, gates, cPrevious, p, B, H, kind, gateClip, cellClip);
  const wanted = reference.lstmCarryForward(a, before, form);
  workspace.expect('gates', gates, wanted.gates, FORWARD_TOLERANCE);
  workspace.expect('c', c, wanted.c, FORWARD_TOLERANCE);

  // Back from what the forward left, for a limited gate is known by its value.
  const { slopes, slopesC } = wanted;
  const saved = { gates: workspace.read(gates, width), cPrevious: before, slopes, slopesC };
  const dAfter = workspace.values(size);
  const dc = workspace.inOut(dAfter);
  const cAfter = workspace.input(workspace.read(c, size));
  kernels.lstmCarryBackward(gates, dc, cAfter, cPrevious, p, B, H, kind, gateClip, cellClip);
  const back = reference.lstmCarryBackward(saved, dAfter, form);
  workspace.expect('gradients of the gates', gates, back.dGates, BACKWARD_TOLERANCE);
  workspace.expect('dc', dc, back.dc, BACKWARD_TOLERANCE);
}

function output(workspace: Workspace, form: LstmForm, B: number): void {
  const { kind, H, peepholes, gateClip } = form;
  const { kernels } = workspace;
  const [size, width] = [B * H, B * H * blocksOf(form)];
  const a = preActivations(workspace, form, B, 'output');
  const states = { c: workspace.values(size, -2, 2), seen: workspace.values(size, -2, 2) };
  const p = peepholes.o === undefined ? 0 : workspace.input(peepholes.o);
  const [h, tanhC, gates] = [workspace.output(size), workspace.output(size), workspace.inOut(a)];
  const [c, seen] = [workspace.input(states.c), workspace.input(states.seen)];
  kernels.lstmOutputForward(h, tanhC, gates, c, seen, p, B, H, kind, gateClip);
  const wanted = reference.lstmOutputForward(a, states, form);
  workspace.expect('gates', gates, wanted.gates, FORWARD_TOLERANCE);
  workspace.expect('tanhC', tanhC, wanted.tanhC, FORWARD_TOLERANCE);
  workspace.expect('h', h, wanted.h, FORWARD_TOLERANCE);

  const { slopes } = wanted;
  const saved = { gates: workspace.read(gates, width), tanhC: workspace.read(tanhC, size), slopes };
  const gradients = gradientsOf(workspace, size);
  const [dc, dh, dy] = [workspace.inOut(gradients.dc), workspace.input(gradients.dh), workspace.input(gradients.dy)];
  const dSeen = workspace.inOut(gradients.dSeen);
  const t = workspace.input(saved.tanhC);
  kernels.lstmOutputBackward(gates, dc, dSeen, dh, dy, t, p, B, H, kind, gateClip);
  const back = reference.lstmOutputBackward(saved, gradients, form);
  workspace.expect('gradients of the gates', gates, back.dGates, BACKWARD_TOLERANCE);
  workspace.expect('dc', dc, back.dc, BACKWARD_TOLERANCE);
  workspace.expect('dSeen', dSeen, back.dSeen, BACKWARD_TOLERANCE);
}

function gradientsOf(workspace: Workspace, size: number): Record<'dc' | 'dSeen' | 'dh' | 'dy', number[]> {
  const some = (): number[] => workspace.values(size);
  return { dc: some(), dSeen: some(), dh: some(), dy: some() };
}

/** One buffer for c and seen, and one for dc and dSeen. */
function outputOver(workspace: Workspace, form: LstmForm, B: number): void {
  const { kind, H, peepholes, gateClip } = form;
  if (peepholes.o === undefined) return;
  const { kernels } = workspace;
  const [size, width] = [B * H, B * H * blocksOf(form)];
  const a = preActivations(workspace, form, B, 'output');
  const state = workspace.values(size, -2, 2);
  const p = workspace.input(peepholes.o);
  const [h, tanhC, gates, c] = [
    workspace.output(size),
    workspace.output(size),
    workspace.inOut(a),
    workspace.input(state),
  ];
  kernels.lstmOutputForward(h, tanhC, gates, c, c, p, B, H, kind, gateClip);
  const { h: wanted, slopes } = reference.lstmOutputForward(a, { c: state, seen: state }, form);
  workspace.expect('h', h, wanted, FORWARD_TOLERANCE);
  const saved = { gates: workspace.read(gates, width), tanhC: workspace.read(tanhC, size), slopes };
  const gradients = { ...gradientsOf(workspace, size), dSeen: new Array<number>(size).fill(0) };
  const [dc, dh, dy] = [workspace.inOut(gradients.dc), workspace.input(gradients.dh), workspace.input(gradients.dy)];
  kernels.lstmOutputBackward(gates, dc, dc, dh, dy, tanhC, p, B, H, kind, gateClip);
  const back = reference.lstmOutputBackward(saved, gradients, form);
  const sum = back.dc.map((x, j) => x + back.dSeen[j]!);
  workspace.expect('dc and dSeen', dc, sum, BACKWARD_TOLERANCE);
}

/** Numbers of which those in the missing columns are NaN. */
const withMissing = (values: readonly number[]): number[] => values.map((x, i) => (MISSING[i % UNITS] ? NaN : x));

function expectMissing(workspace: Workspace, address: number, rows: number): void {
  const got = workspace.read(address, rows * UNITS).map((x) => Number.isNaN(x));
  expect(got).toEqual(Array.from({ length: rows }, () => MISSING).flat());
}

/** A NaN in each block at a time, of those there are. */
function missingForward(workspace: Workspace, form: LstmForm): void {
  const { kind, gateClip, cellClip } = form;
  const { kernels } = workspace;
  const names = [...reference.LSTM_BLOCKS[kind]!];
  for (const block of names.keys()) {
    const a = names.map((_, k) => (k === block ? withMissing(workspace.values(UNITS)) : workspace.values(UNITS)));
    const [c, gates] = [workspace.output(UNITS), workspace.inOut(a.flat())];
    const [before, state] = [workspace.input(workspace.values(UNITS)), workspace.input(workspace.values(UNITS))];
    const [h, tanhC] = [workspace.output(UNITS), workspace.output(UNITS)];
    kernels.lstmCarryForward(c, gates, before, 0, 1, UNITS, kind, gateClip, cellClip);
    kernels.lstmOutputForward(h, tanhC, gates, state, state, 0, 1, UNITS, kind, gateClip);
    expectMissing(workspace, names[block] === 'o' ? h : c, 1);
  }
  const [state, gates] = [workspace.input(withMissing(workspace.values(UNITS))), names.length * UNITS];
  const [c, h, tanhC] = [workspace.output(UNITS), workspace.output(UNITS), workspace.output(UNITS)];
  const zeros = workspace.inOut(new Array<number>(gates).fill(0));
  kernels.lstmCarryForward(c, zeros, state, 0, 1, UNITS, kind, gateClip, cellClip);
  kernels.lstmOutputForward(h, tanhC, zeros, c, c, 0, 1, UNITS, kind, gateClip);
  for (const address of [c, tanhC, h]) expectMissing(workspace, address, 1);
}

/** Gradients that are NaN, where every gate and state has the value of its limit. */
function missingBackward(workspace: Workspace, form: LstmForm): void {
  const { kind, gateClip, cellClip } = form;
  const { kernels } = workspace;
  const blocks = blocksOf(form);
  const gates = workspace.inOut(new Array<number>(blocks * UNITS).fill(9));
  const [c, tanhC] = [workspace.inOut(new Array<number>(UNITS).fill(9)), workspace.output(UNITS)];
  const before = workspace.input(workspace.values(UNITS, 0.1, 0.9));
  kernels.lstmCarryForward(workspace.output(UNITS), gates, before, 0, 1, UNITS, kind, gateClip, cellClip);
  if (cellClip !== Infinity) kernels.clampValues(c, UNITS, cellClip);
  kernels.lstmOutputForward(workspace.output(UNITS), tanhC, gates, c, c, 0, 1, UNITS, kind, gateClip);
  const dc = workspace.inOut(withMissing(workspace.values(UNITS)));
  kernels.lstmCarryBackward(gates, dc, c, before, 0, 1, UNITS, kind, gateClip, cellClip);
  expectMissing(workspace, dc, 1);
  expectMissing(workspace, gates, kind === CAROUSEL ? 1 : blocks - 1);
  for (const which of ['dh', 'dy']) {
    const some = (name: string): number =>
      workspace.input(name === which ? withMissing(workspace.values(UNITS)) : workspace.values(UNITS));
    const o = workspace.inOut(workspace.values(blocks * UNITS, 0.1, 0.9));
    const [into, seen] = [workspace.inOut(workspace.values(UNITS)), workspace.inOut(workspace.values(UNITS))];
    const p = kind === CAROUSEL ? 0 : workspace.input(workspace.values(UNITS));
    kernels.lstmOutputBackward(o, into, seen, some('dh'), some('dy'), tanhC, p, 1, UNITS, kind, gateClip);
    expectMissing(workspace, into, 1);
    if (kind === CAROUSEL) continue;
    expectMissing(workspace, seen, 1);
    expectMissing(workspace, o + (((blocks - 1) * UNITS) << workspace.heap.shift), 1);
  }
}
