/** Dropout whose mask is computed from a key and an index, and never stored. Contracts: src/kernels/dropout.ts. */

import { loadPart, storePart } from './simd';
import { scale as scaleRow } from './vector';

export function dropoutForward(
  y: usize,
  x: usize,
  n: i32,
  first: i32,
  threshold: i32,
  scale: f32,
  key0: i32,
  key1: i32,
): void {
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    const kept = f32x4.mul(loadPart(x + o, lanes), f32x4.splat(scale));
    storePart(y + o, v128.and(kept, keep(first + i, threshold, key0, key1)), lanes);
  }
}

export function dropoutBackward(
  dx: usize,
  dy: usize,
  n: i32,
  first: i32,
  threshold: i32,
  scale: f32,
  key0: i32,
  key1: i32,
): void {
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    const kept = v128.and(f32x4.mul(loadPart(dy + o, lanes), f32x4.splat(scale)), keep(first + i, threshold, key0, key1));
    storePart(dx + o, f32x4.add(loadPart(dx + o, lanes), kept), lanes);
  }
}

export function rowDropout(
  y: usize,
  x: usize,
  ids: usize,
  n: i32,
  E: i32,
  threshold: i32,
  scale: f32,
  key0: i32,
  key1: i32,
): void {
  const bytes = <usize>E << 2;
  for (let i = 0; i < n; i++) {
    const kept = i32x4.extract_lane(keep(load<i32>(ids + (<usize>i << 2)), threshold, key0, key1), 0);
    if (kept == 0) memory.fill(y, 0, bytes);
    else {
      memory.copy(y, x, bytes);
      scaleRow(y, E, scale);
    }
    y += bytes;
    x += bytes;
  }
}

export function zoneoutForward(
  y: usize,
  x: usize,
  previous: usize,
  n: i32,
  first: i32,
  threshold: i32,
  key0: i32,
  key1: i32,
): void {
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    const kept = keep(first + i, threshold, key0, key1);
    storePart(y + o, v128.bitselect(loadPart(x + o, lanes), loadPart(previous + o, lanes), kept), lanes);
  }
}

export function zoneoutBackward(
  dy: usize,
  dPrevious: usize,
  n: i32,
  first: i32,
  threshold: i32,
  key0: i32,
  key1: i32,
): void {
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    const kept = keep(first + i, threshold, key0, key1);
    const d = loadPart(dy + o, lanes);
    storePart(dy + o, v128.and(d, kept), lanes);
    storePart(dPrevious + o, v128.andnot(d, kept), lanes);
  }
}

/** All ones in the lanes of elements i to i + 3 that are kept. */
// @ts-ignore: decorator
@inline
function keep(i: i32, threshold: i32, key0: i32, key1: i32): v128 {
  const index = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
  const hash = mix(v128.xor(mix(v128.xor(index, i32x4.splat(key0))), i32x4.splat(key1)));
  return i32x4.ge_s(i32x4.shr_u(hash, 8), i32x4.splat(threshold));
}

/** The 32-bit finaliser of MurmurHash3 (Appleby 2011). */
// @ts-ignore: decorator
@inline
function mix(x: v128): v128 {
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x85ebca6b));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(x, i32x4.shr_u(x, 16));
}
