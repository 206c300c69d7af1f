/** Sensitivities of the state to the weights. Contracts: src/kernels/rtrl.ts. */

import { at, flush, fmadd, loadLanes, storeLanes, sum4 } from './simd';

export function rnnSensitivities(
  p: usize,
  products: usize,
  slopes: usize,
  inputs: usize,
  rows: i32,
  first: i32,
  D: i32,
  H: i32,
): void {
  addDirect(products, inputs, rows, first, D, H);
  const block = <usize>H << 2;
  const whole = <usize>(H & ~3) << 2;
  const rest = H & 3;
  for (let n = rows * D; n > 0; n--) {
    for (let j: usize = 0; j < whole; j += 16) activate(p + j, products + j, slopes + j, 4);
    if (rest != 0) activate(p + whole, products + whole, slopes + whole, rest);
    p += block;
    products += block;
  }
}

// @ts-ignore: decorator
@inline
function activate(p: usize, products: usize, slopes: usize, lanes: i32): void {
  const x = f32x4.mul(loadLanes(slopes, lanes), loadLanes(products, lanes));
  storeLanes(p, flush(x, f32x4.splat(1e-30)), lanes);
}

export function lstmSlopes(slopes: usize, gates: usize, cPrevious: usize, tanhC: usize, B: i32, H: i32): void {
  const block = <usize>H << 2;
  for (let b = 0; b < B; b++) {
    let j = 0;
    for (; j + 4 <= H; j += 4) {
      const o = <usize>j << 2;
      slope(slopes + o, gates + o, cPrevious + o, tanhC + o, block, 4);
    }
    const o = <usize>j << 2;
    if (j < H) slope(slopes + o, gates + o, cPrevious + o, tanhC + o, block, H - j);
    slopes += 6 * block;
    gates += block << 2;
    cPrevious += block;
    tanhC += block;
  }
}

// @ts-ignore: decorator
@inline
function slope(slopes: usize, gates: usize, cPrevious: usize, tanhC: usize, block: usize, lanes: i32): void {
  const one = f32x4.splat(1);
  const i = loadLanes(gates, lanes);
  const f = loadLanes(gates + block, lanes);
  const g = loadLanes(gates + 2 * block, lanes);
  const o = loadLanes(gates + 3 * block, lanes);
  const t = loadLanes(tanhC, lanes);
  storeLanes(slopes, f32x4.mul(g, f32x4.mul(i, f32x4.sub(one, i))), lanes);
  storeLanes(slopes + block, f32x4.mul(loadLanes(cPrevious, lanes), f32x4.mul(f, f32x4.sub(one, f))), lanes);
  storeLanes(slopes + 2 * block, f32x4.mul(i, f32x4.sub(one, f32x4.mul(g, g))), lanes);
  storeLanes(slopes + 3 * block, f, lanes);
  storeLanes(slopes + 4 * block, f32x4.mul(o, f32x4.sub(one, f32x4.mul(t, t))), lanes);
  storeLanes(slopes + 5 * block, f32x4.mul(t, f32x4.mul(o, f32x4.sub(one, o))), lanes);
}

export function lstmSensitivities(
  ph: usize,
  pc: usize,
  products: usize,
  slopes: usize,
  inputs: usize,
  rows: i32,
  first: i32,
  D: i32,
  H: i32,
): void {
  addDirect(products, inputs, rows, first, D, 4 * H);
  const block = <usize>H << 2;
  const whole = <usize>(H & ~3) << 2;
  const rest = H & 3;
  for (let n = rows * D; n > 0; n--) {
    for (let j: usize = 0; j < whole; j += 16) carry(ph + j, pc + j, products + j, slopes + j, block, 4);
    if (rest != 0) carry(ph + whole, pc + whole, products + whole, slopes + whole, block, rest);
    ph += block;
    pc += block;
    products += block << 2;
  }
}

// @ts-ignore: decorator
@inline
function carry(ph: usize, pc: usize, products: usize, slopes: usize, block: usize, lanes: i32): void {
  const tiny = f32x4.splat(1e-30);
  let dc = f32x4.mul(loadLanes(slopes + 3 * block, lanes), loadLanes(pc, lanes));
  dc = fmadd(loadLanes(slopes, lanes), loadLanes(products, lanes), dc);
  dc = fmadd(loadLanes(slopes + block, lanes), loadLanes(products + block, lanes), dc);
  dc = fmadd(loadLanes(slopes + 2 * block, lanes), loadLanes(products + 2 * block, lanes), dc);
  storeLanes(pc, flush(dc, tiny), lanes);
  const fromO = f32x4.mul(loadLanes(slopes + 5 * block, lanes), loadLanes(products + 3 * block, lanes));
  storeLanes(ph, flush(fmadd(loadLanes(slopes + 4 * block, lanes), dc, fromO), tiny), lanes);
}

export function gemv(y: usize, a: usize, x: usize, M: i32, N: i32): void {
  const whole = <usize>(N & ~3) << 2;
  const rest = N & 3;
  for (let m = 0; m < M; m++) {
    let sum = f32x4.splat(0);
    for (let n: usize = 0; n < whole; n += 16) sum = fmadd(v128.load(a + n), v128.load(x + n), sum);
    if (rest != 0) sum = fmadd(loadLanes(a + whole, rest), loadLanes(x + whole, rest), sum);
    store<f32>(at(y, m), load<f32>(at(y, m)) + sum4(sum));
    a += <usize>N << 2;
  }
}

/** A weight acts at once on its own pre-activation alone: the rows of each k have their input in column k. */
function addDirect(products: usize, inputs: usize, rows: i32, first: i32, D: i32, width: i32): void {
  let a = at(products, first);
  for (let k = 0; k < rows; k++, a += 4) {
    for (let d = 0; d < D; d++, a += <usize>width << 2) store<f32>(a, load<f32>(a) + load<f32>(at(inputs, d)));
  }
}
