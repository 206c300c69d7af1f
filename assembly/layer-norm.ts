/** Layer normalisation by row. Contracts: src/kernels/layer-norm.ts. */

import { at, flush, fmadd, loadLanes, storeLanes, sum4 } from './simd';

export function layerNormForward(
  y: usize,
  stats: usize,
  x: usize,
  gain: usize,
  bias: usize,
  rows: i32,
  width: i32,
  accumulate: i32,
  epsilon: f32,
): void {
  const whole = <usize>(width & ~3) << 2;
  const rest = width & 3;
  for (let row = 0; row < rows; row++) {
    const mean = sumOf(x, width) / <f32>width;
    const inverse = <f32>1 / sqrt<f32>(squaresOf(x, width, mean) / <f32>width + epsilon);
    store<f32>(stats, mean);
    store<f32>(stats, inverse, 4);
    const m = f32x4.splat(mean);
    const s = f32x4.splat(inverse);
    for (let o: usize = 0; o < whole; o += 16) normalize(y, x, gain, bias, o, m, s, accumulate, 4);
    if (rest != 0) normalize(y, x, gain, bias, whole, m, s, accumulate, rest);
    y = at(y, width);
    x = at(x, width);
    stats += 8;
  }
}

/** One vector, o bytes from the beginning of the row. */
// @ts-ignore: decorator
@inline
function normalize(
  y: usize,
  x: usize,
  gain: usize,
  bias: usize,
  o: usize,
  mean: v128,
  inverse: v128,
  accumulate: i32,
  lanes: i32,
): void {
  let v = f32x4.mul(f32x4.sub(loadLanes(x + o, lanes), mean), inverse);
  if (gain != 0) v = f32x4.mul(v, loadLanes(gain + o, lanes));
  if (bias != 0) v = f32x4.add(v, loadLanes(bias + o, lanes));
  if (accumulate != 0) v = f32x4.add(loadLanes(y + o, lanes), v);
  storeLanes(y + o, v, lanes);
}

/** The sum of a row: four chains of vectors, then the elements left over. */
function sumOf(x: usize, n: i32): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    const p = at(x, j);
    a = f32x4.add(a, v128.load(p));
    b = f32x4.add(b, v128.load(p, 16));
    c = f32x4.add(c, v128.load(p, 32));
    d = f32x4.add(d, v128.load(p, 48));
  }
  for (; j + 4 <= n; j += 4) a = f32x4.add(a, v128.load(at(x, j)));
  let sum = sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  for (; j < n; j++) sum += load<f32>(at(x, j));
  return sum;
}

/** The sum of (x - mean)^2, in the same order. */
function squaresOf(x: usize, n: i32, mean: f32): f32 {
  const m = f32x4.splat(mean);
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    const p = at(x, j);
    a = addSquare(a, v128.load(p), m);
    b = addSquare(b, v128.load(p, 16), m);
    c = addSquare(c, v128.load(p, 32), m);
    d = addSquare(d, v128.load(p, 48), m);
  }
  for (; j + 4 <= n; j += 4) a = addSquare(a, v128.load(at(x, j)), m);
  let sum = sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  for (; j < n; j++) {
    const v = load<f32>(at(x, j)) - mean;
    sum += v * v;
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function addSquare(sum: v128, x: v128, mean: v128): v128 {
  const v = f32x4.sub(x, mean);
  return fmadd(v, v, sum);
}

export function layerNormBackward(
  dx: usize,
  dy: usize,
  x: usize,
  stats: usize,
  gain: usize,
  rows: i32,
  width: i32,
  accumulate: i32,
): void {
  const whole = width & ~3;
  const rest = width & 3;
  for (let row = 0; row < rows; row++) {
    const m = f32x4.splat(load<f32>(stats));
    const s = f32x4.splat(load<f32>(stats, 4));
    let sums = f32x4.splat(0);
    let dots = f32x4.splat(0);
    for (let j = 0; j < whole; j += 4) {
      const g = scaled(at(dy, j), gain, j, 4);
      sums = f32x4.add(sums, g);
      dots = fmadd(g, centred(at(x, j), m, s, 4), dots);
    }
    if (rest != 0) {
      // Lanes beyond the end have no gradient, so what x - m is there does not count.
      const g = scaled(at(dy, whole), gain, whole, rest);
      sums = f32x4.add(sums, g);
      dots = fmadd(g, centred(at(x, whole), m, s, rest), dots);
    }
    const sum = f32x4.splat(sum4(sums) / <f32>width);
    const dot = f32x4.splat(sum4(dots) / <f32>width);
    for (let j = 0; j < whole; j += 4) back(dx, dy, x, gain, j, m, s, sum, dot, accumulate, 4);
    if (rest != 0) back(dx, dy, x, gain, whole, m, s, sum, dot, accumulate, rest);
    dx = at(dx, width);
    dy = at(dy, width);
    x = at(x, width);
    stats += 8;
  }
}

/** g = dy gain. */
// @ts-ignore: decorator
@inline
function scaled(dy: usize, gain: usize, j: i32, lanes: i32): v128 {
  const d = loadLanes(dy, lanes);
  return gain == 0 ? d : f32x4.mul(d, loadLanes(at(gain, j), lanes));
}

/** u = (x - m) / s. */
// @ts-ignore: decorator
@inline
function centred(x: usize, mean: v128, inverse: v128, lanes: i32): v128 {
  return f32x4.mul(f32x4.sub(loadLanes(x, lanes), mean), inverse);
}

/** dx of one vector. */
// @ts-ignore: decorator
@inline
function back(
  dx: usize,
  dy: usize,
  x: usize,
  gain: usize,
  j: i32,
  mean: v128,
  inverse: v128,
  sum: v128,
  dot: v128,
  accumulate: i32,
  lanes: i32,
): void {
  const shared = fmadd(centred(at(x, j), mean, inverse, lanes), dot, sum);
  let d = f32x4.mul(inverse, f32x4.sub(scaled(at(dy, j), gain, j, lanes), shared));
  d = flush(d, f32x4.splat(1e-30));
  if (accumulate != 0) d = f32x4.add(d, loadLanes(at(dx, j), lanes));
  storeLanes(at(dx, j), d, lanes);
}

export function layerNormBackwardWeights(
  dGain: usize,
  dBias: usize,
  dy: usize,
  x: usize,
  stats: usize,
  rows: i32,
  width: i32,
  ld: i32,
): void {
  const whole = <usize>(width & ~3) << 2;
  const rest = width & 3;
  for (let row = 0; row < rows; row++) {
    const m = f32x4.splat(load<f32>(stats));
    const s = f32x4.splat(load<f32>(stats, 4));
    for (let o: usize = 0; o < whole; o += 16) addWeights(dGain, dBias, dy, x, o, m, s, 4);
    if (rest != 0) addWeights(dGain, dBias, dy, x, whole, m, s, rest);
    dy = at(dy, ld);
    x = at(x, ld);
    stats += 8;
  }
}

// @ts-ignore: decorator
@inline
function addWeights(
  dGain: usize,
  dBias: usize,
  dy: usize,
  x: usize,
  o: usize,
  mean: v128,
  inverse: v128,
  lanes: i32,
): void {
  const d = loadLanes(dy + o, lanes);
  if (dGain != 0) {
    const u = centred(x + o, mean, inverse, lanes);
    storeLanes(dGain + o, fmadd(d, u, loadLanes(dGain + o, lanes)), lanes);
  }
  if (dBias != 0) storeLanes(dBias + o, f32x4.add(d, loadLanes(dBias + o, lanes)), lanes);
}
