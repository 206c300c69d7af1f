/** Optimizer updates over flat ranges of parameters. Contracts: src/kernels/optimizer.ts. */

import { flush, fmadd, fnmadd, loadLanes, storeLanes } from './simd';

// Where moments become 0: a weight without gradients would else keep a denormal for ever, and those are slow. Squares
// are smaller by nature.
const TINY: f32 = 1e-30;
const TINY_SQUARE: f32 = 1e-37;

export function sgdStep(p: usize, g: usize, n: i32, lr: f64, weightDecay: f64): void {
  const step = f32x4.splat(<f32>lr);
  const decay = f32x4.splat(<f32>weightDecay);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    const w = loadLanes(p + o, lanes);
    storeLanes(p + o, fnmadd(step, fmadd(decay, w, loadLanes(g + o, lanes)), w), lanes);
  }
}

export function momentumStep(
  p: usize,
  g: usize,
  m: usize,
  n: i32,
  lr: f64,
  weightDecay: f64,
  momentum: f64,
  nesterov: i32,
): void {
  const step = f32x4.splat(<f32>lr);
  const decay = f32x4.splat(<f32>weightDecay);
  const mu = f32x4.splat(<f32>momentum);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    const w = loadLanes(p + o, lanes);
    const gradient = fmadd(decay, w, loadLanes(g + o, lanes));
    const velocity = flush(fmadd(mu, loadLanes(m + o, lanes), gradient), f32x4.splat(TINY));
    storeLanes(m + o, velocity, lanes);
    storeLanes(p + o, fnmadd(step, nesterov != 0 ? fmadd(mu, velocity, gradient) : velocity, w), lanes);
  }
}

export function rmspropStep(
  p: usize,
  g: usize,
  v: usize,
  n: i32,
  lr: f64,
  weightDecay: f64,
  alpha: f64,
  epsilon: f64,
): void {
  const step = f32x4.splat(<f32>lr);
  const decay = f32x4.splat(<f32>weightDecay);
  const keep = f32x4.splat(<f32>alpha);
  const take = f32x4.splat(<f32>(1 - alpha));
  const eps = f32x4.splat(<f32>epsilon);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    const w = loadLanes(p + o, lanes);
    const gradient = fmadd(decay, w, loadLanes(g + o, lanes));
    let square = fmadd(take, f32x4.mul(gradient, gradient), f32x4.mul(keep, loadLanes(v + o, lanes)));
    square = flush(square, f32x4.splat(TINY_SQUARE));
    storeLanes(v + o, square, lanes);
    const direction = f32x4.div(gradient, f32x4.add(f32x4.sqrt(square), eps));
    storeLanes(p + o, fnmadd(step, direction, w), lanes);
  }
}

export function adamStep(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  n: i32,
  lr: f64,
  weightDecay: f64,
  decoupled: i32,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  correction1: f64,
  correction2: f64,
): void {
  const step = f32x4.splat(<f32>(lr / correction1));
  const l2 = f32x4.splat(<f32>(decoupled != 0 ? 0 : weightDecay));
  const shrink = f32x4.splat(<f32>(decoupled != 0 ? 1 - lr * weightDecay : 1));
  const keep1 = f32x4.splat(<f32>beta1);
  const take1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const take2 = f32x4.splat(<f32>(1 - beta2));
  const unbias = f32x4.splat(<f32>(1 / Math.sqrt(correction2)));
  const eps = f32x4.splat(<f32>epsilon);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    const w = loadLanes(p + o, lanes);
    const gradient = fmadd(l2, w, loadLanes(g + o, lanes));
    let mean = fmadd(take1, gradient, f32x4.mul(keep1, loadLanes(m + o, lanes)));
    let square = fmadd(take2, f32x4.mul(gradient, gradient), f32x4.mul(keep2, loadLanes(v + o, lanes)));
    mean = flush(mean, f32x4.splat(TINY));
    square = flush(square, f32x4.splat(TINY_SQUARE));
    storeLanes(m + o, mean, lanes);
    storeLanes(v + o, square, lanes);
    const direction = f32x4.div(mean, fmadd(f32x4.sqrt(square), unbias, eps));
    storeLanes(p + o, fnmadd(step, direction, f32x4.mul(shrink, w)), lanes);
  }
}
