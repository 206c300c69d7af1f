/**
 * The references' own check: each backward agrees with central differences of its forward, so that an error in both a
 * kernel and its reference would have to be the same error twice.
 */

import { describe, expect, it } from 'vitest';
import { LOG_PROBABILITIES, LOGITS } from '../../src/kernels/codes.js';
import { Random } from '../../src/random.js';
import * as losses from './reference-losses.js';
import * as reference from './reference.js';
import * as cells from './reference-cells.js';
import type { LstmForm } from './reference-cells.js';

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

/** None, and one that holds for some of the numbers here. */
const LIMITS = [Infinity, 0.5];

/** Every kind, with and without limits and peepholes. */
const FORMS: readonly LstmForm[] = [0, 1, 2, 3].flatMap((kind) =>
  LIMITS.flatMap((most) => {
    const plain = { kind, H, peepholes: {}, gateClip: most, cellClip: most };
    const gates = [...cells.LSTM_BLOCKS[kind]!].filter((name) => name !== 'g');
    if (gates.length === 0) return [plain];
    return [plain, { ...plain, peepholes: Object.fromEntries(gates.map((name) => [name, values(H)])) }];
  }),
);

const blocksOf = ({ kind }: LstmForm): number => cells.LSTM_BLOCKS[kind]!.length;

const isOutput = ({ kind }: LstmForm, i: number): boolean => {
  const names = cells.LSTM_BLOCKS[kind]!;
  return names[Math.floor(i / H) % names.length] === 'o';
};

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

  it.each(LIMITS)('gru, gateClip %d', (gateClip) => {
    const [a, hPrevious, dh, dy] = [values(4 * SIZE), values(SIZE), values(SIZE), values(SIZE)];
    const loss = (at: number[], before: number[]): number =>
      dot(reference.gruForward(at, before, H, gateClip).h, reference.add(dh, dy));
    const { gates, slopes } = reference.gruForward(a, hPrevious, H, gateClip);
    const got = reference.gruBackward({ gates, slopes, hPrevious }, { dh, dy }, H);
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

  it.each(FORMS)('the carry of an lstm, %j', (form) => {
    const carried = (at: number[], before: number[]): cells.LstmCarry => cells.lstmCarryForward(at, before, form);
    const [a, cPrevious, dc] = [values(SIZE * blocksOf(form)), values(SIZE), values(SIZE)];
    const got = cells.lstmCarryBackward({ ...carried(a, cPrevious), cPrevious }, dc, form);
    const wanted = differences((at) => dot(carried(at, cPrevious).c, dc), a);
    // The carry leaves o as it is, and gives it no gradient.
    expectNear(
      got.dGates,
      wanted.map((x, i) => (isOutput(form, i) ? a[i]! : x)),
    );
    expectNear(
      got.dc,
      differences((before) => dot(carried(a, before).c, dc), cPrevious),
    );
  });

  it.each(FORMS)('the output of an lstm, %j', (form) => {
    const [a, c, seen, dc, dSeen] = [
      values(SIZE * blocksOf(form)),
      values(SIZE),
      values(SIZE),
      values(SIZE),
      values(SIZE),
    ];
    const [dh, dy] = [values(SIZE), values(SIZE)];
    const loss = (at: number[], states: { c: number[]; seen: number[] }): number =>
      dot(cells.lstmOutputForward(at, states, form).h, reference.add(dh, dy));
    const saved = cells.lstmOutputForward(a, { c, seen }, form);
    const got = cells.lstmOutputBackward(saved, { dc, dSeen, dh, dy }, form);
    const wanted = differences((at) => loss(at, { c, seen }), a);
    expectNear(
      got.dGates,
      wanted.map((x, i) => (isOutput(form, i) ? x : a[i]!)),
    );
    expectNear(
      got.dc,
      reference.add(
        dc,
        differences((at) => loss(a, { c: at, seen }), c),
      ),
    );
    expectNear(
      got.dSeen,
      reference.add(
        dSeen,
        differences((at) => loss(a, { c, seen: at }), seen),
      ),
    );
  });

  it.each(LIMITS)('gru with the reset before, gateClip %d', (gateClip) => {
    const [a, h, ds, dh, dy] = [values(3 * SIZE), values(SIZE), values(SIZE), values(SIZE), values(SIZE)];
    const resetLoss = (at: number[], state: number[]): number =>
      dot(cells.gruResetForward(at, state, H, gateClip).s, ds);
    const reset = cells.gruResetForward(a, h, H, gateClip);
    const gotReset = cells.gruResetBackward({ ...reset, h }, { ds, dh }, H);
    const [dR] = reference.cut(gotReset.dGates, H, 3);
    const wantedReset = differences((at) => resetLoss(at, h), a);
    expectNear(dR!, reference.cut(wantedReset, H, 3)[0]!);
    expectNear(
      gotReset.dh,
      reference.add(
        dh,
        differences((state) => resetLoss(a, state), h),
      ),
    );

    // a_z enters by the first part and the second goes back to it.
    const step = (at: number[], before: number[]): ReturnType<typeof cells.gruUpdateForward> =>
      cells.gruUpdateForward(cells.gruResetForward(at, h, H, gateClip).gates, before, H, gateClip);
    const loss = (at: number[], before: number[]): number => dot(step(at, before).h, reference.add(dh, dy));
    const { gates, slopes: ofN } = step(a, h);
    const slopes = reference.joined(
      [...reference.cut(reset.slopes, H, 3).slice(0, 2), reference.cut(ofN, H, 3)[2]!],
      H,
    );
    const got = cells.gruUpdateBackward({ gates, slopes, hPrevious: h }, { dh, dy }, H);
    const [, ...dZN] = reference.cut(got.dGates, H, 3);
    const [, ...wanted] = reference.cut(
      differences((at) => loss(at, h), a),
      H,
      3,
    );
    expectNear(dZN.flat(), wanted.flat());
    expectNear(
      got.dh,
      differences((before) => loss(a, before), h),
    );
  });

  it('products with a diagonal', () => {
    const [y, x, u, dy] = [values(SIZE), values(SIZE), values(H), values(SIZE)];
    const loss = (at: number[], diagonal: number[]): number => dot(reference.diagonalProduct(y, at, diagonal), dy);
    const zeros = (size: number): number[] => new Array<number>(size).fill(0);
    expectNear(
      reference.diagonalProduct(zeros(SIZE), dy, u),
      differences((at) => loss(at, u), x),
    );
    expectNear(
      reference.diagonalGradient(zeros(H), dy, x),
      differences((diagonal) => loss(x, diagonal), u),
    );
  });

  it('zoneout', () => {
    const [x, previous, dy] = [values(SIZE), values(SIZE), values(SIZE)];
    const keep = [true, false, true, true, false, false];
    const loss = (at: number[], before: number[]): number => dot(reference.zoneoutForward(at, before, keep), dy);
    const { dx, dPrevious } = reference.zoneoutBackward(dy, keep);
    expectNear(
      dx,
      differences((at) => loss(at, previous), x),
    );
    expectNear(
      dPrevious,
      differences((before) => loss(x, before), previous),
    );
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

  it.each([false, true])('softmax, log %s, with a masked element', (log) => {
    const [x, dy, allowed] = [values(5), values(5), [true, true, false, true, true]];
    const visible = (y: number[]): number[] => y.map((value, j) => (allowed[j]! ? value : 0));
    const loss = (at: number[]): number => dot(visible(reference.softmaxForward(at, allowed, log)), dy);
    const y = reference.softmaxForward(x, allowed, log);
    expectNear(reference.softmaxBackward(dy, y, log), differences(loss, x));
  });
});
