/** One step of the GRU cell (reset after the recurrent product) over a batch. Contracts: src/kernels/gru.ts. */

import { sigmoidRow, tanhRow } from './activation';
import { sigmoidSlope, tanhSlope } from './gate-clip';
import { flush, fmadd, loadLanes, storeLanes } from './simd';
import { clampValues } from './vector';

export function gruForward(h: usize, gates: usize, hPrevious: usize, B: i32, H: i32, gateClip: f32): void {
  const block = <usize>H << 2;
  const whole = <usize>(H & ~3) << 2;
  const rest = H & 3;
  for (let b = 0; b < B; b++) {
    if (gateClip != f32.POSITIVE_INFINITY) clampValues(gates + block, 2 * H, gateClip);
    sigmoidRow(gates + block, gates + block, 2 * H); // r and z
    for (let j: usize = 0; j < whole; j += 16) reset(gates + j, block, 4);
    if (rest != 0) reset(gates + whole, block, rest);
    if (gateClip != f32.POSITIVE_INFINITY) clampValues(gates, H, gateClip);
    tanhRow(gates, gates, H);
    for (let j: usize = 0; j < whole; j += 16) emit(h + j, gates + j, hPrevious + j, block, 4);
    if (rest != 0) emit(h + whole, gates + whole, hPrevious + whole, block, rest);
    h += block;
    hPrevious += block;
    gates += block << 2;
  }
}

/** a_n + r q, of which n is the tanh. */
// @ts-ignore: decorator
@inline
function reset(gates: usize, block: usize, lanes: i32): void {
  const r = loadLanes(gates + block, lanes);
  const q = loadLanes(gates + 3 * block, lanes);
  storeLanes(gates, fmadd(r, q, loadLanes(gates, lanes)), lanes);
}

/** h = n + z (h_{t-1} - n). */
// @ts-ignore: decorator
@inline
function emit(h: usize, gates: usize, hPrevious: usize, block: usize, lanes: i32): void {
  const n = loadLanes(gates, lanes);
  const z = loadLanes(gates + 2 * block, lanes);
  storeLanes(h, fmadd(z, f32x4.sub(loadLanes(hPrevious, lanes), n), n), lanes);
}

export function gruBackward(
  gates: usize,
  dh: usize,
  dy: usize,
  hPrevious: usize,
  B: i32,
  H: i32,
  gateClip: f32,
): void {
  const block = <usize>H << 2;
  for (let b = 0; b < B; b++) {
    let j = 0;
    for (; j + 4 <= H; j += 4) {
      const o = <usize>j << 2;
      backward(gates + o, dh + o, dy + o, hPrevious + o, block, gateClip, 4);
    }
    const o = <usize>j << 2;
    if (j < H) backward(gates + o, dh + o, dy + o, hPrevious + o, block, gateClip, H - j);
    dh += block;
    dy += block;
    hPrevious += block;
    gates += block << 2;
  }
}

// @ts-ignore: decorator
@inline
function backward(
  gates: usize,
  dh: usize,
  dy: usize,
  hPrevious: usize,
  block: usize,
  gateClip: f32,
  lanes: i32,
): void {
  const one = f32x4.splat(1);
  const tiny = f32x4.splat(1e-30);
  const gatesR = gates + block;
  const gatesZ = gatesR + block;
  const gatesQ = gatesZ + block;
  const n = loadLanes(gates, lanes);
  const r = loadLanes(gatesR, lanes);
  const z = loadLanes(gatesZ, lanes);
  const d = f32x4.add(loadLanes(dh, lanes), loadLanes(dy, lanes));
  const zClosed = f32x4.sub(one, z);
  const dn = f32x4.mul(f32x4.mul(d, zClosed), tanhSlope(n, gateClip));
  const dz = f32x4.mul(f32x4.mul(d, f32x4.sub(loadLanes(hPrevious, lanes), n)), sigmoidSlope(z, gateClip));
  const dr = f32x4.mul(f32x4.mul(dn, loadLanes(gatesQ, lanes)), sigmoidSlope(r, gateClip));
  storeLanes(gates, flush(dn, tiny), lanes);
  storeLanes(gatesR, flush(dr, tiny), lanes);
  storeLanes(gatesZ, flush(dz, tiny), lanes);
  storeLanes(gatesQ, flush(f32x4.mul(dn, r), tiny), lanes);
  storeLanes(dh, flush(f32x4.mul(d, z), tiny), lanes);
}
