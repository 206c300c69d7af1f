/** Cases of layerNormForward, layerNormBackward and layerNormBackwardWeights. */

import { expect, it } from 'vitest';
import * as reference from '../reference.js';
import { GAP, LENGTHS, spread } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const EPSILON = 1e-3;

/** Sums of up to 1000 numbers in 16 chains, divided by a deviation that is about 0.6, or 0.03 for single elements. */
const TOLERANCE = 5e-6;

const ROWS: readonly number[] = [0, 1, 2, 5];

/** Repeats a row of weights for each row; without any, all are the same number. */
const each = (weights: readonly number[] | undefined, instead: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => (weights === undefined ? instead : weights[i % weights.length]!));

/** Registers the cases. */
export function testLayerNorm(open: () => Workspace): void {
  it('layerNormForward: every width, with and without weights, apart, accumulating and in place', () => {
    for (const rows of ROWS) {
      for (const width of LENGTHS) {
        for (const [gain, bias] of [
          [true, true],
          [true, false],
          [false, true],
          [false, false],
        ] as const) {
          for (const mode of ['assign', 'accumulate', 'over x'] as const)
            forward(open(), rows, width, gain, bias, mode);
        }
      }
    }
  });

  it('layerNormForward: the mean of large numbers is taken off first', () => {
    const workspace = open();
    workspace.case('large mean', () => {
      const x = [4096, 4097, 4098, 4099, 4100];
      const [y, stats] = [workspace.output(5), workspace.output(2)];
      workspace.kernels.layerNormForward(y, stats, workspace.input(x), 0, 0, 1, 5, 0, EPSILON);
      workspace.expect('y', y, reference.normalized(x, 5, EPSILON).u, TOLERANCE);
    });
  });

  it('layerNormForward and layerNormBackward: a NaN makes its row NaN, and no other', () => {
    const workspace = open();
    for (const at of [0, 3, 4, 6]) {
      workspace.case(`NaN at ${at}`, () => {
        const x = workspace.input(workspace.values(14).map((value, i) => (i === at ? NaN : value)));
        const [y, stats, dx] = [workspace.output(14), workspace.output(4), workspace.output(14)];
        workspace.kernels.layerNormForward(y, stats, x, 0, 0, 2, 7, 0, EPSILON);
        workspace.kernels.layerNormBackward(dx, workspace.input(workspace.values(14)), x, stats, 0, 2, 7, 0);
        const wanted = Array.from({ length: 14 }, (_, i) => i < 7);
        expect(workspace.read(y, 14).map((value) => Number.isNaN(value))).toEqual(wanted);
        expect(workspace.read(dx, 14).map((value) => Number.isNaN(value))).toEqual(wanted);
      });
    }
  });

  it('layerNormBackward: every width, with and without gain, apart, accumulating, over dy and over x', () => {
    for (const rows of ROWS) {
      for (const width of LENGTHS) {
        for (const mode of ['assign', 'accumulate', 'over dy', 'over x'] as const) {
          for (const gain of [true, false]) backward(open(), rows, width, gain, mode);
        }
      }
    }
  });

  it('layerNormBackwardWeights: every width, both or one of them, rows apart', () => {
    for (const rows of ROWS) {
      for (const width of LENGTHS) {
        for (const [gain, bias] of [
          [true, true],
          [true, false],
          [false, true],
        ] as const) {
          weights(open(), rows, width, gain, bias, width + 3);
        }
      }
    }
  });
}

function forward(
  workspace: Workspace,
  rows: number,
  width: number,
  hasGain: boolean,
  hasBias: boolean,
  mode: 'assign' | 'accumulate' | 'over x',
): void {
  workspace.case(`layerNormForward ${rows} x ${width}, gain ${hasGain}, bias ${hasBias}, ${mode}`, () => {
    const size = rows * width;
    const x = workspace.values(size);
    const [gain, bias] = [hasGain, hasBias].map((has) => (has ? workspace.values(width) : undefined));
    const { u, stats } = reference.normalized(x, width, EPSILON);
    const [gains, biases] = [each(gain, 1, size), each(bias, 0, size)];
    const before = workspace.values(size);
    const from = mode === 'over x' ? workspace.inOut(x) : workspace.input(x);
    const y = { assign: workspace.output(size), accumulate: workspace.inOut(before), 'over x': from }[mode];
    const saved = workspace.output(2 * rows);
    const [g, b] = [gain, bias].map((values) => (values === undefined ? 0 : workspace.input(values)));
    workspace.kernels.layerNormForward(y, saved, from, g!, b!, rows, width, mode === 'accumulate' ? 1 : 0, EPSILON);
    const value = u.map((v, i) => v * gains[i]! + biases[i]!);
    workspace.expect('y', y, mode === 'accumulate' ? reference.add(before, value) : value, TOLERANCE);
    workspace.expect('stats', saved, stats, TOLERANCE);
  });
}

function backward(
  workspace: Workspace,
  rows: number,
  width: number,
  hasGain: boolean,
  mode: 'assign' | 'accumulate' | 'over dy' | 'over x',
): void {
  workspace.case(`layerNormBackward ${rows} x ${width}, gain ${hasGain}, ${mode}`, () => {
    const size = rows * width;
    const [x, dy, before] = [workspace.values(size), workspace.values(size), workspace.values(size)];
    const gain = hasGain ? workspace.values(width) : undefined;
    const { u, stats } = reference.normalized(x, width, EPSILON);
    const gains = each(gain, 1, size);
    const g = dy.map((d, i) => d * gains[i]!);
    const X = mode === 'over x' ? workspace.inOut(x) : workspace.input(x);
    const dY = mode === 'over dy' ? workspace.inOut(dy) : workspace.input(dy);
    const out = { assign: workspace.output(size), accumulate: workspace.inOut(before), 'over dy': dY, 'over x': X };
    const saved = workspace.input(stats);
    const G = gain === undefined ? 0 : workspace.input(gain);
    workspace.kernels.layerNormBackward(out[mode], dY, X, saved, G, rows, width, mode === 'accumulate' ? 1 : 0);
    const dx = reference.layerNormBackward(g, u, stats, width);
    workspace.expect('dx', out[mode], mode === 'accumulate' ? reference.add(before, dx) : dx, 4 * TOLERANCE);
  });
}

function weights(
  workspace: Workspace,
  rows: number,
  width: number,
  hasGain: boolean,
  hasBias: boolean,
  ld: number,
): void {
  workspace.case(`layerNormBackwardWeights ${rows} x ${width}, gain ${hasGain}, bias ${hasBias}`, () => {
    const size = rows * width;
    const [x, dy] = [workspace.values(size), workspace.values(size)];
    const [beforeGain, beforeBias] = [workspace.values(width), workspace.values(width)];
    const { u, stats } = reference.normalized(x, width, EPSILON);
    const dGain = hasGain ? workspace.inOut(beforeGain) : 0;
    const dBias = hasBias ? workspace.inOut(beforeBias) : 0;
    const [dY, X] = [dy, x].map((values) => workspace.input(spread(values, width, ld, GAP)));
    workspace.kernels.layerNormBackwardWeights(dGain, dBias, dY!, X!, workspace.input(stats), rows, width, ld);
    const dots = reference.columnSums(
      dy.map((d, i) => d * u[i]!),
      rows,
      width,
    );
    if (hasGain) workspace.expect('dGain', dGain, reference.add(beforeGain, dots), TOLERANCE);
    const sums = reference.columnSums(dy, rows, width);
    if (hasBias) workspace.expect('dBias', dBias, reference.add(beforeBias, sums), TOLERANCE);
  });
}
