/** Sensitivities of the state to the weights. Contracts: src/kernels/rtrl.ts. */

import { at, flush, fmadd, loadPart, storePart, sum4 } from './simd';

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
  const x = f32x4.mul(loadPart(slopes, lanes), loadPart(products, lanes));
  storePart(p, flush(x, f32x4.splat(1e-30)), lanes);
}

export function lstmSlopes(slopes: usize, gates: usize, cPrevious: usize, tanhC: usize, B: i32, H: i32): void {
  const block = <usize>H << 2;
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; j += 4) {
      const o = <usize>j << 2;
      slope(slopes + o, gates + o, cPrevious + o, tanhC + o, block, min(4, H - j));
    }
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
  const i = loadPart(gates, lanes);
  const f = loadPart(gates + block, lanes);
  const g = loadPart(gates + 2 * block, lanes);
  const o = loadPart(gates + 3 * block, lanes);
  const t = loadPart(tanhC, lanes);
  storePart(slopes, f32x4.mul(g, f32x4.mul(i, f32x4.sub(one, i))), lanes);
  storePart(slopes + block, f32x4.mul(loadPart(cPrevious, lanes), f32x4.mul(f, f32x4.sub(one, f))), lanes);
  storePart(slopes + 2 * block, f32x4.mul(i, f32x4.sub(one, f32x4.mul(g, g))), lanes);
  storePart(slopes + 3 * block, f, lanes);
  storePart(slopes + 4 * block, f32x4.mul(o, f32x4.sub(one, f32x4.mul(t, t))), lanes);
  storePart(slopes + 5 * block, f32x4.mul(t, f32x4.mul(o, f32x4.sub(one, o))), lanes);
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
  let dc = f32x4.mul(loadPart(slopes + 3 * block, lanes), loadPart(pc, lanes));
  dc = fmadd(loadPart(slopes, lanes), loadPart(products, lanes), dc);
  dc = fmadd(loadPart(slopes + block, lanes), loadPart(products + block, lanes), dc);
  dc = fmadd(loadPart(slopes + 2 * block, lanes), loadPart(products + 2 * block, lanes), dc);
  storePart(pc, flush(dc, tiny), lanes);
  const fromO = f32x4.mul(loadPart(slopes + 5 * block, lanes), loadPart(products + 3 * block, lanes));
  storePart(ph, flush(fmadd(loadPart(slopes + 4 * block, lanes), dc, fromO), tiny), lanes);
}

export function gemv(y: usize, a: usize, x: usize, M: i32, N: i32): void {
  const whole = <usize>(N & ~3) << 2;
  const rest = N & 3;
  for (let m = 0; m < M; m++) {
    let sum = f32x4.splat(0);
    for (let n: usize = 0; n < whole; n += 16) sum = fmadd(v128.load(a + n), v128.load(x + n), sum);
    if (rest != 0) sum = fmadd(loadPart(a + whole, rest), loadPart(x + whole, rest), sum);
    store<f32>(at(y, m), load<f32>(at(y, m)) + sum4(sum));
    a += <usize>N << 2;
  }
}

/** A weight acts at once on its own pre-activation alone: the rows of each k have their input in column k. */
// @ts-ignore: decorator
@noinline
function addDirect(products: usize, inputs: usize, rows: i32, first: i32, D: i32, width: i32): void {
  let a = at(products, first);
  for (let k = 0; k < rows; k++, a += 4) {
    for (let d = 0; d < D; d++, a += <usize>width << 2) store<f32>(a, load<f32>(a) + load<f32>(at(inputs, d)));
  }
}
