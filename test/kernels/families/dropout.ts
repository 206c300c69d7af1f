/** Cases of dropout, of elements and rows, and of zoneout. The mask is compared exactly, so it is the same in every tier. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** One rounded product and one rounded sum, of numbers below 8. */
const TOLERANCE = 1e-6;

/** Keys of every sign: as 32-bit words they are the same whether read with a sign or without. */
const KEYS = [
  [0, 0],
  [1, 2],
  [0xdeadbeef, 0x9e3779b9],
  [-1, 0x7fffffff],
] as const;

/** What the kernels are given for a rate. */
const settings = (rate: number): { threshold: number; scale: number } => ({
  threshold: Math.round(rate * 2 ** 24),
  scale: 1 / (1 - rate),
});

/** Registers the cases. */
export function testDropout(open: () => Workspace): void {
  it('dropoutForward and dropoutBackward: every length and key, the same mask', () => {
    for (const n of LENGTHS) {
      for (const rate of [0, 0.3, 0.75]) for (const keys of KEYS) both(open(), n, rate, keys);
    }
  });

  it('dropoutForward: a rate of 1 drops everything, whatever it is', () => {
    const workspace = open();
    workspace.case('rate 1', () => {
      const { threshold, scale } = settings(1);
      const y = workspace.output(5);
      const x = workspace.input([1, NaN, Infinity, -1, 0]);
      workspace.kernels.dropoutForward(y, x, 5, 0, threshold, scale, 3, 4);
      workspace.expect('y', y, [0, 0, 0, 0, 0], 0);
    });
  });

  it('dropoutForward and dropoutBackward: a part has the mask of its place in the whole', () => {
    for (const first of [1, 4, 6, 1001]) part(open(), 37, first);
  });

  it('rowDropout: every width, rows of one id share a fate', () => {
    for (const n of [0, 1, 2, 7, 40]) for (const E of LENGTHS) for (const rate of [0.3, 0.75]) rows(open(), n, E, rate);
  });

  it('zoneoutForward and zoneoutBackward: every length and key, the same mask, apart and in place', () => {
    for (const n of LENGTHS) {
      for (const rate of [0, 0.3, 0.75]) for (const keys of KEYS) zoneout(open(), { n, rate, keys, first: 0 });
    }
  });

  it('zoneoutForward and zoneoutBackward: a part has the mask of its place in the whole', () => {
    for (const first of [1, 4, 6, 1001]) zoneout(open(), { n: 37, rate: 0.3, keys: [5, 6], first });
  });

  it('zoneoutForward and zoneoutBackward: what is not taken does not show, whatever it is', () => {
    const workspace = open();
    workspace.case('NaN', () => {
      const { threshold } = settings(0.3);
      const { kernels } = workspace;
      const keep = reference.kept(9, threshold, 5, 6);
      const fresh = workspace.input(keep.map((is) => (is ? 1 : NaN)));
      const y = workspace.output(9);
      kernels.zoneoutForward(y, fresh, workspace.input(keep.map((is) => (is ? NaN : 2))), 9, 0, threshold, 5, 6);
      workspace.expect('y', y, reference.zoneoutForward([1, 1, 1, 1, 1, 1, 1, 1, 1], new Array(9).fill(2), keep), 0);
      const [dy, dPrevious] = [workspace.inOut(new Array<number>(9).fill(NaN)), workspace.output(9)];
      kernels.zoneoutBackward(dy, dPrevious, 9, 0, threshold, 5, 6);
      expect(workspace.read(dy, 9)).toEqual(keep.map((is) => (is ? NaN : 0)));
      expect(workspace.read(dPrevious, 9)).toEqual(keep.map((is) => (is ? 0 : NaN)));
    });
  });

  it('dropoutForward: keeps the share it should, and other keys keep others', () => {
    const workspace = open();
    const n = 1e5;
    const rate = 0.3;
    const masks = KEYS.map(([key0, key1]) => mask(workspace, n, rate, key0, key1));
    for (const kept of masks) {
      const share = kept.filter(Boolean).length / n;
      // Four standard deviations of a binomial share.
      expect(Math.abs(share - (1 - rate))).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / n));
    }
    const agree = masks[0]!.filter((kept, i) => kept === masks[1]![i]).length / n;
    // Independent masks agree with probability 0.7^2 + 0.3^2.
    expect(Math.abs(agree - 0.58)).toBeLessThan(4 * Math.sqrt((0.58 * 0.42) / n));
  });
}

function rows(workspace: Workspace, n: number, E: number, rate: number): void {
  workspace.case(`rowDropout n=${n} E=${E} rate=${rate}`, () => {
    const { threshold, scale } = settings(rate);
    const ids = Array.from({ length: n }, (_, i) => (i * i + 10) % 11);
    const keep = reference.kept(11, threshold, 5, 6);
    const x = workspace.values(n * E);
    const wanted = x.map((value, i) => (keep[ids[Math.floor(i / E)]!] ? value * scale : 0));
    // What is dropped may be anything.
    const given = x.map((value, i) => (keep[ids[Math.floor(i / E)]!] ? value : NaN));
    const idsPtr = workspace.ints(ids);
    const y = workspace.output(n * E);
    workspace.kernels.rowDropout(y, workspace.input(given), idsPtr, n, E, threshold, scale, 5, 6);
    workspace.expect('y', y, wanted, TOLERANCE);
    const inPlace = workspace.inOut(given);
    workspace.kernels.rowDropout(inPlace, inPlace, idsPtr, n, E, threshold, scale, 5, 6);
    workspace.expect('y over x', inPlace, wanted, TOLERANCE);
  });
}

function mask(workspace: Workspace, n: number, rate: number, key0: number, key1: number): boolean[] {
  let kept: boolean[] = [];
  workspace.case(`mask n=${n} keys=${key0},${key1}`, () => {
    const { threshold, scale } = settings(rate);
    const y = workspace.output(n);
    const ones = workspace.input(new Array<number>(n).fill(1));
    workspace.kernels.dropoutForward(y, ones, n, 0, threshold, scale, key0, key1);
    kept = workspace.read(y, n).map((value) => value !== 0);
    expect(kept).toEqual(reference.kept(n, threshold, key0, key1));
  });
  return kept;
}

function part(workspace: Workspace, n: number, first: number): void {
  workspace.case(`n=${n} first=${first}`, () => {
    const { threshold, scale } = settings(0.3);
    const { kernels } = workspace;
    const keep = reference.kept(first + n, threshold, 5, 6).slice(first);
    const x = workspace.values(n);
    const wanted = x.map((value, i) => (keep[i] ? value * scale : 0));
    const y = workspace.output(n);
    kernels.dropoutForward(y, workspace.input(x), n, first, threshold, scale, 5, 6);
    workspace.expect('y', y, wanted, TOLERANCE);
    const dx = workspace.inOut(new Array<number>(n).fill(0));
    kernels.dropoutBackward(dx, workspace.input(x), n, first, threshold, scale, 5, 6);
    workspace.expect('dx', dx, wanted, TOLERANCE);
  });
}

/** A part of a state from element `first` of its mask. */
interface Part {
  readonly n: number;
  readonly rate: number;
  readonly keys: readonly [number, number];
  readonly first: number;
}

function zoneout(workspace: Workspace, { n, rate, keys: [key0, key1], first }: Part): void {
  workspace.case(`zoneout n=${n} rate=${rate} keys=${key0},${key1} first=${first}`, () => {
    const { threshold } = settings(rate);
    const { kernels } = workspace;
    const keep = reference.kept(first + n, threshold, key0, key1).slice(first);
    const [x, before, d] = [workspace.values(n), workspace.values(n), workspace.values(n)];
    const wanted = reference.zoneoutForward(x, before, keep);
    const previous = workspace.input(before);
    const y = workspace.output(n);
    kernels.zoneoutForward(y, workspace.input(x), previous, n, first, threshold, key0, key1);
    workspace.expect('y', y, wanted, 0);
    const inPlace = workspace.inOut(x);
    kernels.zoneoutForward(inPlace, inPlace, previous, n, first, threshold, key0, key1);
    workspace.expect('y over x', inPlace, wanted, 0);
    const [dy, dPrevious] = [workspace.inOut(d), workspace.output(n)];
    kernels.zoneoutBackward(dy, dPrevious, n, first, threshold, key0, key1);
    const back = reference.zoneoutBackward(d, keep);
    workspace.expect('dx', dy, back.dx, 0);
    workspace.expect('dPrevious', dPrevious, back.dPrevious, 0);
  });
}

function both(workspace: Workspace, n: number, rate: number, [key0, key1]: readonly [number, number]): void {
  workspace.case(`n=${n} rate=${rate} keys=${key0},${key1}`, () => {
    const { threshold, scale } = settings(rate);
    const { kernels } = workspace;
    const keep = reference.kept(n, threshold, key0, key1);
    const masked = (values: number[]): number[] => values.map((value, i) => (keep[i] ? value * scale : 0));
    const x = workspace.values(n);
    const y = workspace.output(n);
    kernels.dropoutForward(y, workspace.input(x), n, 0, threshold, scale, key0, key1);
    workspace.expect('y', y, masked(x), TOLERANCE);
    const inPlace = workspace.inOut(x);
    kernels.dropoutForward(inPlace, inPlace, n, 0, threshold, scale, key0, key1);
    workspace.expect('y over x', inPlace, masked(x), TOLERANCE);
    const before = workspace.values(n);
    const dy = workspace.values(n);
    const dx = workspace.inOut(before);
    kernels.dropoutBackward(dx, workspace.input(dy), n, 0, threshold, scale, key0, key1);
    workspace.expect('dx', dx, reference.add(before, masked(dy)), TOLERANCE);
    // What was dropped gets no gradient at all, not a small one.
    const moved = workspace.read(dx, n).map((value, i) => value !== before[i]);
    expect(moved).toEqual(keep);
  });
}
