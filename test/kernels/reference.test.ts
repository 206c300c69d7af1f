/**
 * The references' own check: each backward agrees with central differences of its forward, so that an error in both a
 * kernel and its reference would have to be the same error twice.
 */

import { describe, expect, it } from 'vitest';
import { LOG_PROBABILITIES, LOGITS } from '../../src/kernels/soft-targets.js';
import { Random } from '../../src/random.js';
import * as losses from './reference-losses.js';
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

  it('rtrl, rnn: by the weights of a step', () => {
    const [wHh, before, u, weights] = [values(H * H), values(H), values(2), values(2 * H)];
    const first = 1;
    const preActivations = (theta: readonly number[], h: readonly number[]): number[] =>
      reference
        .multiply(wHh, h, H, 1, H)
        .map((x, k) => x + (k < first ? 0 : dot(theta.slice(2 * (k - first), 2 * (k - first + 1)), u)));
    // h_{t-1} depends on the weights too, with sensitivities of its own.
    const p = values(weights.length * H);
    const moved = (theta: readonly number[]): number[] =>
      before.map(
        (x, j) =>
          x +
          dot(
            theta,
            theta.map((_, n) => p[n * H + j]!),
          ),
      );
    const loss = (theta: readonly number[]): number =>
      dot(preActivations(theta, moved(theta)).map(Math.tanh), [1, 2, 3]);
    const a = preActivations(weights, moved(weights));
    const slopes = a.map((x) => 1 - Math.tanh(x) ** 2);
    const products = reference.multiply(p, reference.transpose(wHh, H, H), weights.length, H, H);
    const got = reference.rnnSensitivities(products, slopes, u, first, H);
    expectNear(
      reference.multiply(got, [1, 2, 3], weights.length, 1, H),
      differences((theta) => loss(theta), weights),
    );
  });

  it('rtrl, lstm: slopes and sensitivities by the pre-activations', () => {
    const [a, cPrevious] = [values(4 * H), values(H)];
    const { gates, tanhC } = reference.lstmForward(a, cPrevious, H);
    const slopes = reference.lstmSlopes(gates, cPrevious, tanhC, H);
    // One weight a pre-activation, of input 1, that c_{t-1} and, through A, the other pre-activations depend on as well.
    const [pc, products] = [values(4 * H * H), values(4 * H * 4 * H)];
    const got = reference.lstmSensitivities(pc, products, slopes, [1], 0, H);
    const loss = (theta: readonly number[], which: 'h' | 'c'): number => {
      const moved = a.map(
        (x, k) =>
          x +
          theta[k]! +
          dot(
            theta,
            theta.map((_, n) => products[n * 4 * H + k]!),
          ),
      );
      const c = cPrevious.map(
        (x, j) =>
          x +
          dot(
            theta,
            theta.map((_, n) => pc[n * H + j]!),
          ),
      );
      return dot(reference.lstmForward(moved, c, H)[which], [1, 2, 3]);
    };
    const zero = new Array<number>(4 * H).fill(0);
    for (const [which, p] of [
      ['h', got.ph],
      ['c', got.pc],
    ] as const) {
      expectNear(
        reference.multiply(p, [1, 2, 3], 4 * H, 1, H),
        differences((theta) => loss(theta, which), zero),
      );
    }
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

  it.each([0, 1, 2, 3])('pointwise loss, kind %i, with a mask', (kind) => {
    const [predictions, targets, mask] = [values(7), values(7), [-1, 0, -1, -1, -1, 0, -1]];
    const { loss, slope } = losses.pointwise[kind]!;
    const sum = (at: number[]): number => 0.3 * losses.sumWhere(mask, at.map((y, i) => loss(y, targets[i]!, 0.5))); // prettier-ignore
    const gradient = predictions.map((y, i) => 0.3 * slope(y, targets[i]!, 0.5));
    expectNear(losses.keepWhere(mask, gradient), differences(sum, predictions));
  });

  it('gaussian divergence, by every argument', () => {
    const by = { mean: values(5), logVariance: values(5), priorMean: values(5), priorLogVariance: values(5) };
    const gradients = losses.gaussianGradients(by, 0.3);
    for (const name of ['mean', 'logVariance', 'priorMean', 'priorLogVariance'] as const) {
      const sum = (at: number[]): number =>
        0.3 * losses.sumWhere(undefined, losses.gaussianDivergence({ ...by, [name]: at }));
      expectNear(gradients[name], differences(sum, by[name]));
    }
  });

  it.each([LOGITS, LOG_PROBABILITIES])('soft targets, form %i, with a row that does not count', (form) => {
    const [x, p, mask] = [values(15), values(15).map(Math.abs), [-1, 0, -1]];
    const { logSums } = losses.softTargets(x, p, mask, 5, form, true);
    const loss = (at: number[]): number => 0.3 * dot(losses.softTargets(at, p, mask, 5, form, true).losses, [1, 1, 1]);
    expectNear(losses.softTargetsGradient(x, p, logSums, mask, 5, form, 0.3), differences(loss, x));
  });

  it('label smoothing, with an ignored row', () => {
    const [logits, targets] = [values(15), [4, -1, 0]];
    const loss = (at: number[]): number => dot(losses.labelSmoothing(at, targets, 5, -1, 0.1), [0.3, 0.3, 0.3]);
    expectNear(losses.labelSmoothingGradient(targets, 5, -1, 0.3 * 0.1), differences(loss, logits));
  });
});
