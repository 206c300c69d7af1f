/** The Elman cell's activation. Contracts: src/kernels/rnn.ts. */

import { tanh4 } from './math';
import { flush, loadLanes, storeLanes } from './simd';

const TANH: i32 = 0;

export function rnnForward(h: usize, a: usize, n: i32, activation: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) forward(h + (<usize>i << 2), a + (<usize>i << 2), activation, 4);
  if (i < n) forward(h + (<usize>i << 2), a + (<usize>i << 2), activation, n - i);
}

// @ts-ignore: decorator
@inline
function forward(h: usize, a: usize, activation: i32, lanes: i32): void {
  const x = loadLanes(a, lanes);
  // pmax(x, 0) keeps a NaN, so a diverged state is seen and not hidden.
  storeLanes(h, activation == TANH ? tanh4(x) : f32x4.pmax(x, f32x4.splat(0)), lanes);
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
