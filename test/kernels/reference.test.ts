/**
 * The references' own check: each backward agrees with central differences of its forward, so that an error in both a
 * kernel and its reference would have to be the same error twice.
 */

import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import * as reference from './reference.js';

const H = 3;
const SIZE = 2 * H;
const random = new Random(7);
const values = (size: number): number[] => Array.from({ length: size }, () => random.between(-1, 1));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

/** The gradient of `loss` at `at`, by central differences. */
function differences(loss: (at: number[]) => number, at: readonly number[]): number[] {
  const step = 1e-5;
  const moved = (i: number, by: number): number[] => at.map((x, j) => (i === j ? x + by : x));
  return at.map((_, i) => (loss(moved(i, step)) - loss(moved(i, -step))) / (2 * step));
}

function expectNear(got: readonly number[], wanted: readonly number[]): void {
  expect(got.length).toBe(wanted.length);
  // Differences of step 1e-5 leave an error of about 1e-10.
  wanted.forEach((x, i) => expect(Math.abs(got[i]! - x)).toBeLessThan(1e-8));
}

describe('the references of the backward kernels are gradients', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])('activation %i', (kind) => {
    const [x, dy] = [[...values(9), -5, 5], values(11)];
    const loss = (at: number[]): number => dot(reference.activationForward(at, kind), dy);
    const y = reference.activationForward(x, kind);
    expectNear(reference.activationBackward(dy, x, y, kind), differences(loss, x));
  });

  it('lstm', () => {
    const [a, cPrevious] = [values(4 * SIZE), values(SIZE)];
    const gradients = { dc: values(SIZE), dh: values(SIZE), dy: values(SIZE) };
    const loss = (at: number[], before: number[]): number => {
      const { h, c } = reference.lstmForward(at, before, H);
      return dot(h, gradients.dh) + dot(h, gradients.dy) + dot(c, gradients.dc);
    };
    const { gates, tanhC } = reference.lstmForward(a, cPrevious, H);
    const got = reference.lstmBackward({ gates, tanhC, cPrevious }, gradients, H);
    expectNear(
      got.dGates,
      differences((at) => loss(at, cPrevious), a),
    );
    expectNear(
      got.dc,
      differences((before) => loss(a, before), cPrevious),
    );
  });

  it('gru', () => {
    const [a, hPrevious, dh, dy] = [values(4 * SIZE), values(SIZE), values(SIZE), values(SIZE)];
    const loss = (at: number[], before: number[]): number =>
      dot(reference.gruForward(at, before, H).h, reference.add(dh, dy));
    const { gates } = reference.gruForward(a, hPrevious, H);
    const got = reference.gruBackward({ gates, hPrevious }, { dh, dy }, H);
    expectNear(
      got.dGates,
      differences((at) => loss(at, hPrevious), a),
    );
    expectNear(
      got.dh,
      differences((before) => loss(a, before), hPrevious),
    );
  });

  it('layer normalisation', () => {
    const [x, dy] = [values(10), values(10)];
    const loss = (at: number[]): number => dot(reference.normalized(at, 5, 1e-3).u, dy);
    const { u, stats } = reference.normalized(x, 5, 1e-3);
    expectNear(reference.layerNormBackward(dy, u, stats, 5), differences(loss, x));
  });

  it('cross-entropy, with an ignored row', () => {
    const [logits, targets] = [values(15), [4, -1, 0]];
    const loss = (at: number[]): number =>
      0.3 * dot(reference.crossEntropyForward(at, targets, 5, -1).losses, [1, 1, 1]);
    const { logSums } = reference.crossEntropyForward(logits, targets, 5, -1);
    expectNear(reference.crossEntropyBackward(logits, logSums, targets, 5, -1, 0.3), differences(loss, logits));
  });

  it.each([false, true])('softmax, log %s, with a masked element', (log) => {
    const [x, dy, allowed] = [values(5), values(5), [true, true, false, true, true]];
    const visible = (y: number[]): number[] => y.map((value, j) => (allowed[j]! ? value : 0));
    const loss = (at: number[]): number => dot(visible(reference.softmaxForward(at, allowed, log)), dy);
    const y = reference.softmaxForward(x, allowed, log);
    expectNear(reference.softmaxBackward(dy, y, log), differences(loss, x));
  });

  it('mean squared error', () => {
    const [predictions, targets] = [values(7), values(7)];
    const loss = (at: number[]): number => 0.3 * reference.meanSquaredErrorForward(at, targets);
    const gradient = reference.meanSquaredErrorBackward(predictions, targets, (2 * 0.3) / 7);
    expectNear(gradient, differences(loss, predictions));
  });
});
