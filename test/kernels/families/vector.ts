/** Cases of axpy, scale, clampValues and sumSquares. */

import { expect, it } from 'vitest';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const ALPHA = -0.7;

/** The scalar, the product and the sum are rounded once each, of numbers below 4. */
const TOLERANCE = 5e-7;

/** Registers the cases. */
export function testVector(open: () => Workspace): void {
  const each = (run: (workspace: Workspace, n: number) => void): void => {
    for (const n of [0, ...LENGTHS]) open().case(`n=${n}`, () => run(open(), n));
  };

  it('axpy: every length', () =>
    each((workspace, n) => {
      const before = workspace.values(n, -2, 2);
      const x = workspace.values(n, -2, 2);
      const y = workspace.inOut(before);
      workspace.kernels.axpy(y, workspace.input(x), n, ALPHA);
      workspace.expect(
        'y',
        y,
        before.map((value, i) => value + ALPHA * x[i]!),
        TOLERANCE,
      );
    }));

  it('scale: every length', () =>
    each((workspace, n) => {
      const values = workspace.values(n, -2, 2);
      const x = workspace.inOut(values);
      workspace.kernels.scale(x, n, ALPHA);
      workspace.expect(
        'x',
        x,
        values.map((value) => value * ALPHA),
        TOLERANCE,
      );
    }));

  it('clampValues: every length', () =>
    each((workspace, n) => {
      const values = workspace.values(n, -2, 2);
      const x = workspace.inOut(values);
      workspace.kernels.clampValues(x, n, 0.75);
      workspace.expect(
        'x',
        x,
        values.map((value) => Math.min(Math.max(value, -0.75), 0.75)),
        0,
      );
    }));

  it('sumSquares: every length, in 64 bits', () =>
    each((workspace, n) => {
      // Squares up to 1e60 are far outside the range of 32 bits.
      const values = workspace.values(n, -1e30, 1e30);
      const got = workspace.kernels.sumSquares(workspace.input(values), n);
      const wanted = values.reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-12 * wanted);
    }));

  it('a NaN stays a NaN in its place, infinity is clamped', () => {
    const workspace = open();
    const values = [1, NaN, -1, Infinity, -Infinity, NaN];
    const missing = values.map((value) => Number.isNaN(value));
    const isMissing = (address: number): boolean[] => workspace.read(address, 6).map((value) => Number.isNaN(value));
    workspace.case('NaN', () => {
      const { kernels } = workspace;
      const clamped = workspace.inOut(values);
      kernels.clampValues(clamped, 6, 0.5);
      expect(workspace.read(clamped, 6)).toEqual([0.5, NaN, -0.5, 0.5, -0.5, NaN]);
      const scaled = workspace.inOut(values);
      kernels.scale(scaled, 6, 0.5);
      expect(isMissing(scaled)).toEqual(missing);
      const y = workspace.inOut([0, 0, 0, 0, 0, 0]);
      kernels.axpy(y, workspace.input(values), 6, 0.5);
      expect(isMissing(y)).toEqual(missing);
      expect(kernels.sumSquares(workspace.input(values), 6)).toBeNaN();
      expect(kernels.sumSquares(workspace.input([1, Infinity]), 2)).toBe(Infinity);
    });
  });
}
