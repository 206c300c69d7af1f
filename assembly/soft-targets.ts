/** Cross-entropy and divergence against distributions. Contracts: src/kernels/soft-targets.ts. */

import { logSumExp, softmaxRow } from './cross-entropy';
import { logarithm } from './math';
import { at, loadPart, storePart } from './simd';

const LOGITS = 0;

export function softTargetsForward(
  losses: usize,
  logSums: usize,
  predictions: usize,
  targets: usize,
  mask: usize,
  n: i32,
  V: i32,
  form: i32,
  divergence: i32,
): void {
  const bytes = <usize>V << 2;
  for (let row = 0; row < n; row++) {
    let logSum: f32 = 0;
    let loss: f64 = 0;
    if (counts(mask, row)) {
      if (form == LOGITS) logSum = logSumExp(predictions, V);
      loss = lossOf(predictions, targets, V, logSum, divergence);
    }
    store<f32>(at(logSums, row), logSum);
    store<f32>(at(losses, row), <f32>loss);
    predictions += bytes;
    targets += bytes;
  }
}

function lossOf(x: usize, p: usize, V: i32, logSum: f64, divergence: i32): f64 {
  let loss: f64 = 0;
  for (let v = 0; v < V; v++) {
    const share = <f64>load<f32>(at(p, v));
    if (share == 0) continue;
    const cost = logSum - <f64>load<f32>(at(x, v));
    loss += share * (divergence == 0 ? cost : cost + logarithm(share));
  }
  return loss;
}

export function softTargetsBackward(
  dPredictions: usize,
  predictions: usize,
  targets: usize,
  logSums: usize,
  mask: usize,
  n: i32,
  V: i32,
  form: i32,
  scale: f32,
  accumulate: i32,
): void {
  const bytes = <usize>V << 2;
  for (let row = 0; row < n; row++) {
    const counted = counts(mask, row);
    if (counted && form == LOGITS) {
      const sum = <f32>(<f64>scale * sumOf(targets, V));
      softmaxRow(dPredictions, predictions, V, load<f32>(at(logSums, row)), sum, accumulate);
    } else if (accumulate == 0) memory.fill(dPredictions, 0, bytes);
    if (counted) subtract(dPredictions, targets, V, scale);
    dPredictions += bytes;
    predictions += bytes;
    targets += bytes;
  }
}

// @ts-ignore: decorator
@inline
function counts(mask: usize, row: i32): bool {
  return mask == 0 || load<i32>(at(mask, row)) != 0;
}

/** The sum of n, one after another: of a distribution it is near 1. */
function sumOf(p: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += <f64>load<f32>(at(p, i));
  return sum;
}

/** d -= scale p. */
function subtract(d: usize, p: usize, n: i32, scale: f32): void {
  const s = f32x4.splat(scale);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    storePart(at(d, i), f32x4.sub(loadPart(at(d, i), lanes), f32x4.mul(s, loadPart(at(p, i), lanes))), lanes);
  }
}
