/** What label smoothing adds to cross-entropy. Contracts: src/kernels/label-smoothing.ts. */

import { at, loadLanes, storeLanes } from './simd';
import { sumOf } from './vector';

export function labelSmoothingForward(
  losses: usize,
  logits: usize,
  targets: usize,
  n: i32,
  V: i32,
  ignored: i32,
  smoothing: f64,
): void {
  for (let row = 0; row < n; row++) {
    const target = load<i32>(at(targets, row));
    if (target != ignored) {
      const difference = <f64>load<f32>(at(logits, target)) - sumOf(logits, V) / <f64>V;
      store<f32>(at(losses, row), <f32>(<f64>load<f32>(at(losses, row)) + smoothing * difference));
    }
    logits += <usize>V << 2;
  }
}

export function labelSmoothingBackward(
  dLogits: usize,
  targets: usize,
  n: i32,
  V: i32,
  ignored: i32,
  amount: f32,
): void {
  const share = f32x4.splat(amount / <f32>V);
  for (let row = 0; row < n; row++) {
    const target = load<i32>(at(targets, row));
    if (target != ignored) {
      for (let v = 0; v < V; v += 4) {
        const lanes = min(4, V - v);
        storeLanes(at(dLogits, v), f32x4.sub(loadLanes(at(dLogits, v), lanes), share), lanes);
      }
      store<f32>(at(dLogits, target), load<f32>(at(dLogits, target)) + amount);
    }
    dLogits += <usize>V << 2;
  }
}
