/** Copies with strides. Contracts: src/kernels/copy.ts. */

import { at, loadPart, storePart } from './simd';

export function copyBlocks(
  to: usize,
  from: usize,
  outer: i32,
  rows: i32,
  width: i32,
  toOuter: i32,
  toRow: i32,
  fromOuter: i32,
  fromRow: i32,
  accumulate: i32,
): void {
  for (let i = 0; i < outer; i++) {
    let t = at(to, i * toOuter);
    let f = at(from, i * fromOuter);
    for (let j = 0; j < rows; j++) {
      if (width == 1) store<f32>(t, accumulate == 0 ? load<f32>(f) : load<f32>(t) + load<f32>(f));
      else if (accumulate == 0) copyRow(t, f, width);
      else addRow(t, f, width);
      t = at(t, toRow);
      f = at(f, fromRow);
    }
  }
}

// @ts-ignore: decorator
@inline
function copyRow(to: usize, from: usize, width: i32): void {
  const whole = <usize>(width & ~3) << 2;
  for (let o: usize = 0; o < whole; o += 16) v128.store(to + o, v128.load(from + o));
  if ((width & 3) != 0) storePart(to + whole, loadPart(from + whole, width & 3), width & 3);
}

// @ts-ignore: decorator
@inline
function addRow(to: usize, from: usize, width: i32): void {
  const whole = <usize>(width & ~3) << 2;
  for (let o: usize = 0; o < whole; o += 16) addLanes(to + o, from + o, 4);
  if ((width & 3) != 0) addLanes(to + whole, from + whole, width & 3);
}

// @ts-ignore: decorator
@inline
function addLanes(to: usize, from: usize, lanes: i32): void {
  storePart(to, f32x4.add(loadPart(to, lanes), loadPart(from, lanes)), lanes);
}
