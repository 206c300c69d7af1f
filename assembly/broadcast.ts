/** Elementwise kernels with a smaller operand. Contracts: src/kernels/broadcast.ts. */

import { at, fmadd, loadPart, storePart } from './simd';
import { sumOf } from './vector';

export function addBroadcast(
  y: usize,
  a: usize,
  b: usize,
  rows: i32,
  columns: i32,
  bRow: i32,
  bColumn: i32,
  alpha: f32,
): void {
  const whole = <usize>(columns & ~3) << 2;
  const rest = columns & 3;
  for (let r = 0; r < rows; r++) {
    for (let o: usize = 0; o < whole; o += 16) sum(y + o, a + o, b, o, bColumn, alpha, 4);
    if (rest != 0) sum(y + whole, a + whole, b, whole, bColumn, alpha, rest);
    y = at(y, columns);
    a = at(a, columns);
    b = at(b, bRow);
  }
}

// @ts-ignore: decorator
@inline
function sum(y: usize, a: usize, b: usize, o: usize, bColumn: i32, alpha: f32, lanes: i32): void {
  storePart(y, fmadd(f32x4.splat(alpha), operand(b, o, bColumn, lanes), loadPart(a, lanes)), lanes);
}

/** The smaller operand o bytes into a row: a vector, or one number for all. */
// @ts-ignore: decorator
@inline
function operand(b: usize, o: usize, bColumn: i32, lanes: i32): v128 {
  return bColumn == 0 ? v128.load32_splat(b) : loadPart(b + o, lanes);
}

export function multiplyBroadcast(
  y: usize,
  a: usize,
  b: usize,
  rows: i32,
  columns: i32,
  bRow: i32,
  bColumn: i32,
  accumulate: i32,
): void {
  const whole = <usize>(columns & ~3) << 2;
  const rest = columns & 3;
  for (let r = 0; r < rows; r++) {
    for (let o: usize = 0; o < whole; o += 16) product(y + o, a + o, b, o, bColumn, accumulate, 4);
    if (rest != 0) product(y + whole, a + whole, b, whole, bColumn, accumulate, rest);
    y = at(y, columns);
    a = at(a, columns);
    b = at(b, bRow);
  }
}

// @ts-ignore: decorator
@inline
function product(y: usize, a: usize, b: usize, o: usize, bColumn: i32, accumulate: i32, lanes: i32): void {
  const v = f32x4.mul(loadPart(a, lanes), operand(b, o, bColumn, lanes));
  storePart(y, accumulate == 0 ? v : f32x4.add(loadPart(y, lanes), v), lanes);
}

export function reduceSum(
  s: usize,
  a: usize,
  rows: i32,
  columns: i32,
  lda: i32,
  sRow: i32,
  sColumn: i32,
  alpha: f32,
): void {
  const whole = <usize>(columns & ~3) << 2;
  const rest = columns & 3;
  for (let r = 0; r < rows; r++) {
    if (sColumn == 0) store<f32>(s, load<f32>(s) + <f32>(<f64>alpha * sumOf(a, columns)));
    else {
      for (let o: usize = 0; o < whole; o += 16) sum(s + o, s + o, a, o, 1, alpha, 4);
      if (rest != 0) sum(s + whole, s + whole, a, whole, 1, alpha, rest);
    }
    s = at(s, sRow);
    a = at(a, lda);
  }
}
