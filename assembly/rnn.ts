/** The Elman cell's activation. Contracts: src/kernels/rnn.ts. */

import { tanhRow } from './activation';
import { flush, loadLanes, storeLanes } from './simd';

const TANH: i32 = 0;

export function rnnForward(h: usize, a: usize, n: i32, activation: i32): void {
  if (activation == TANH) return tanhRow(h, a, n);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    // pmax(x, 0) keeps a NaN, so a diverged state is seen and not hidden.
    storeLanes(h + o, f32x4.pmax(loadLanes(a + o, lanes), f32x4.splat(0)), lanes);
  }
}

export function rnnBackward(da: usize, dh: usize, dy: usize, h: usize, n: i32, activation: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const offset = <usize>i << 2;
    backward(da + offset, dh + offset, dy + offset, h + offset, activation, 4);
  }
  const offset = <usize>i << 2;
  if (i < n) backward(da + offset, dh + offset, dy + offset, h + offset, activation, n - i);
}

// @ts-ignore: decorator
@inline
function backward(da: usize, dh: usize, dy: usize, h: usize, activation: i32, lanes: i32): void {
  const d = f32x4.add(loadLanes(dh, lanes), loadLanes(dy, lanes));
  const y = loadLanes(h, lanes);
  let dx: v128;
  if (activation == TANH) dx = f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
  else dx = v128.and(d, f32x4.gt(y, f32x4.splat(0)));
  storeLanes(da, flush(dx, f32x4.splat(1e-30)), lanes);
}
