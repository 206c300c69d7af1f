/** Cases of rnnSensitivities, lstmSlopes, lstmSensitivities and gemv. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

/** Two roundings of numbers below 4. */
const RNN_TOLERANCE = 5e-7;
/** Up to eight roundings of numbers below 8. */
const LSTM_TOLERANCE = 2e-6;
/** A sum of up to 1000 products, each and each partial sum rounded. */
const SUM_TOLERANCE = 2e-5;

/** Rows of pre-activations, and how many of all are before them: within H or 4H, which are at least these in all. */
const PARTS = [
  { rows: 1, first: 0 },
  { rows: 1, first: 3 },
  { rows: 3, first: 1 },
  { rows: 5, first: 2 },
] as const;

/** Registers the cases. */
export function testRtrl(open: () => Workspace): void {
  it('rnnSensitivities: every hidden size, several rows from several beginnings', () => {
    for (const H of LENGTHS) {
      for (const { rows, first } of PARTS.filter((part) => part.rows + part.first <= H)) {
        for (const D of [1, 2, 5]) rnn(open(), { rows, first, D, H });
      }
    }
  });

  it('lstmSlopes: every hidden size', () => {
    for (const B of [1, 2, 3]) for (const H of LENGTHS) slopes(open(), B, H);
  });

  it('lstmSensitivities: every hidden size, rows of every gate', () => {
    for (const H of LENGTHS) {
      for (const part of PARTS.filter(({ rows, first }) => rows + first <= H)) {
        for (let gate = 0; gate < 4; gate++) {
          for (const D of [1, 3]) lstm(open(), { ...part, first: part.first + gate * H, D, H });
        }
      }
    }
  });

  it('gemv: every number of columns, several of rows', () => {
    for (const M of [1, 2, 7, 50]) for (const N of LENGTHS) product(open(), M, N);
  });

  it('a NaN stays a NaN in its own column', () => {
    const workspace = open();
    const H = 6;
    const missing = [false, true, false, false, false, true];
    const withNaN = (size: number): number[] => workspace.values(size, 0.1, 0.9).map((x, j) => (missing[j % H] ? NaN : x)); // prettier-ignore
    workspace.case('NaN in the products', () => {
      const { kernels } = workspace;
      const p = workspace.output(H);
      kernels.rnnSensitivities(p, workspace.inOut(withNaN(H)), workspace.input(workspace.values(H, 0.1)), workspace.input([1]), 1, 0, 1, H); // prettier-ignore
      expect(workspace.read(p, H).map((x) => Number.isNaN(x))).toEqual(missing);
      const [ph, pc] = [workspace.output(H), workspace.inOut(workspace.values(H))];
      const factors = workspace.input(workspace.values(6 * H, 0.1));
      kernels.lstmSensitivities(ph, pc, workspace.inOut(withNaN(4 * H)), factors, workspace.input([1]), 1, 0, 1, H);
      for (const address of [ph, pc]) expect(workspace.read(address, H).map((x) => Number.isNaN(x))).toEqual(missing);
      const y = workspace.inOut([1, 1]);
      kernels.gemv(y, workspace.input([...workspace.values(H), ...withNaN(H)]), workspace.input(workspace.values(H)), 2, H); // prettier-ignore
      expect(workspace.read(y, 2).map((x) => Number.isNaN(x))).toEqual([false, true]);
    });
  });
}

interface Sizes {
  readonly rows: number;
  readonly first: number;
  readonly D: number;
  readonly H: number;
}

function rnn(workspace: Workspace, { rows, first, D, H }: Sizes): void {
  workspace.case(`rnnSensitivities rows=${rows} first=${first} D=${D} H=${H}`, () => {
    const products = workspace.values(rows * D * H);
    const slope = workspace.values(H, 0, 1);
    const inputs = workspace.values(D);
    const p = workspace.output(rows * D * H);
    workspace.kernels.rnnSensitivities(p, workspace.inOut(products), workspace.input(slope), workspace.input(inputs), rows, first, D, H); // prettier-ignore
    workspace.expect('p', p, reference.rnnSensitivities(products, slope, inputs, first, H), RNN_TOLERANCE);
  });
}

function slopes(workspace: Workspace, B: number, H: number): void {
  workspace.case(`lstmSlopes B=${B} H=${H}`, () => {
    const gates = workspace.values(4 * B * H);
    const cPrevious = workspace.values(B * H, -2, 2);
    const tanhC = workspace.values(B * H);
    const out = workspace.output(6 * B * H);
    workspace.kernels.lstmSlopes(out, workspace.input(gates), workspace.input(cPrevious), workspace.input(tanhC), B, H);
    workspace.expect('slopes', out, reference.lstmSlopes(gates, cPrevious, tanhC, H), LSTM_TOLERANCE);
  });
}

function lstm(workspace: Workspace, { rows, first, D, H }: Sizes): void {
  workspace.case(`lstmSensitivities rows=${rows} first=${first} D=${D} H=${H}`, () => {
    const before = workspace.values(rows * D * H);
    const products = workspace.values(4 * rows * D * H);
    const factors = workspace.values(6 * H);
    const inputs = workspace.values(D);
    const ph = workspace.output(rows * D * H);
    const pc = workspace.inOut(before);
    workspace.kernels.lstmSensitivities(ph, pc, workspace.inOut(products), workspace.input(factors), workspace.input(inputs), rows, first, D, H); // prettier-ignore
    const wanted = reference.lstmSensitivities(before, products, factors, inputs, first, H);
    workspace.expect('pc', pc, wanted.pc, LSTM_TOLERANCE);
    workspace.expect('ph', ph, wanted.ph, LSTM_TOLERANCE);
  });
}

function product(workspace: Workspace, M: number, N: number): void {
  workspace.case(`gemv M=${M} N=${N}`, () => {
    const [a, x, old] = [workspace.values(M * N), workspace.values(N), workspace.values(M)];
    const y = workspace.inOut(old);
    workspace.kernels.gemv(y, workspace.input(a), workspace.input(x), M, N);
    workspace.expect('y', y, reference.add(old, reference.multiply(a, x, M, 1, N)), SUM_TOLERANCE);
  });
}
