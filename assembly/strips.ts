/** Packing of both operands of a weight gradient into strips: four columns of A, eight of B, row by row. */

import { at, loadLanes } from './simd';
import { STRIP_A } from './tiles';

/** Up to sixteen columns of A in strips of four: one cache line of each row, read once. */
export function packStrips(to: usize, from: usize, rows: i32, columns: i32, ld: i32): void {
  if (columns < 16) {
    for (let m = 0; m < columns; m += 4) {
      packStrip(to, at(from, m), rows, ld, min(4, columns - m), 16);
      to += STRIP_A;
    }
    return;
  }
  for (const end = to + (<usize>rows << 4); to < end; to += 16) {
    v128.store(to, v128.load(from));
    v128.store(to + STRIP_A, v128.load(from, 16));
    v128.store(to + 2 * STRIP_A, v128.load(from, 32));
    v128.store(to + 3 * STRIP_A, v128.load(from, 48));
    from = at(from, ld);
  }
}

/** Eight neighbouring columns of `rows` rows. */
export function packStrip8(to: usize, from: usize, rows: i32, ld: i32): void {
  for (const end = to + (<usize>rows << 5); to < end; to += 32) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from = at(from, ld);
  }
}

/** Gathers up to four neighbouring columns of `rows` rows, each row to 16 bytes at a distance of `stride` bytes. */
export function packStrip(to: usize, from: usize, rows: i32, ld: i32, columns: i32, stride: usize): void {
  const end = to + <usize>rows * stride;
  if (columns <= 0) {
    for (; to < end; to += stride) v128.store(to, f32x4.splat(0));
    return;
  }
  for (; to < end; to += stride) {
    v128.store(to, loadLanes(from, min(4, columns)));
    from = at(from, ld);
  }
}
