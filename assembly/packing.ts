/** Copies of blocks of matrices into the layouts that the tiles read. */

import { at } from './simd';

/** Columns of a panel. */
export const PANEL: i32 = 16;

/** Up to 16 neighbouring columns of `rows` rows as rows of 16, filled up with zeros. */
export function packColumns(to: usize, from: usize, rows: i32, columns: i32, ld: i32): void {
  if (columns < PANEL) {
    for (let k = 0; k < rows; k++) {
      for (let j = 0; j < PANEL; j++) store<f32>(at(to, j), j < columns ? load<f32>(at(from, j)) : 0);
      to += PANEL << 2;
      from = at(from, ld);
    }
    return;
  }
  for (const end = to + (<usize>rows << 6); to < end; to += PANEL << 2) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
    from = at(from, ld);
  }
}

/** to (columns, rows) := the transpose of from (rows, columns), four by four; rows of each ldTo and ldFrom apart. */
export function transpose(to: usize, from: usize, rows: i32, columns: i32, ldTo: i32, ldFrom: i32): void {
  const whole = columns & ~3;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const row = at(from, i * ldFrom);
    transposeFour(at(to, i), row, whole, ldTo, ldFrom);
    for (let j = whole; j < columns; j++) copyColumn(at(to, j * ldTo + i), at(row, j), 4, ldFrom);
  }
  for (let j = 0; j < columns; j++) copyColumn(at(to, j * ldTo + i), at(from, i * ldFrom + j), rows - i, ldFrom);
}

function copyColumn(to: usize, from: usize, rows: i32, ldFrom: i32): void {
  for (let i = 0; i < rows; i++) store<f32>(at(to, i), load<f32>(at(from, i * ldFrom)));
}

/** Four rows, of a multiple of four columns. */
function transposeFour(to: usize, from: usize, columns: i32, ldTo: i32, ldFrom: i32): void {
  let from1 = at(from, ldFrom);
  let from2 = at(from1, ldFrom);
  let from3 = at(from2, ldFrom);
  const step = <usize>ldTo << 2;
  for (const end = at(from, columns); from < end; from += 16) {
    const r0 = v128.load(from);
    const r1 = v128.load(from1);
    const r2 = v128.load(from2);
    const r3 = v128.load(from3);
    const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
    const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
    const low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
    const high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
    v128.store(to, i32x4.shuffle(low01, low23, 0, 1, 4, 5));
    to += step;
    v128.store(to, i32x4.shuffle(low01, low23, 2, 3, 6, 7));
    to += step;
    v128.store(to, i32x4.shuffle(high01, high23, 0, 1, 4, 5));
    to += step;
    v128.store(to, i32x4.shuffle(high01, high23, 2, 3, 6, 7));
    to += step;
    from1 += 16;
    from2 += 16;
    from3 += 16;
  }
}
