/** One step of the GRU cell with the reset gate before the recurrent product. Contracts: src/kernels/gru-before.ts. */

import { sigmoidRow, tanhRow } from './activation';
import { sigmoidSlope, tanhSlope } from './gate-clip';
import { flush, fmadd, loadLanes, storeLanes } from './simd';
import { clampValues } from './vector';

export function gruResetForward(s: usize, gates: usize, h: usize, B: i32, H: i32, gateClip: f32): void {
  const block = <usize>H << 2;
  for (let b = 0; b < B; b++) {
    if (gateClip != f32.POSITIVE_INFINITY) clampValues(gates, 2 * H, gateClip);
    sigmoidRow(gates, gates, 2 * H);
    for (let j = 0; j < H; j += 4) {
      const lanes = min(4, H - j);
      const o = <usize>j << 2;
      storeLanes(s + o, f32x4.mul(loadLanes(gates + o, lanes), loadLanes(h + o, lanes)), lanes);
    }
    s += block;
    h += block;
    gates += 3 * block;
  }
}

export function gruResetBackward(gates: usize, dh: usize, ds: usize, h: usize, B: i32, H: i32, gateClip: f32): void {
  const block = <usize>H << 2;
  const tiny = f32x4.splat(1e-30);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; j += 4) {
      const lanes = min(4, H - j);
      const o = <usize>j << 2;
      const r = loadLanes(gates + o, lanes);
      const d = loadLanes(ds + o, lanes);
      const da = f32x4.mul(f32x4.mul(d, loadLanes(h + o, lanes)), sigmoidSlope(r, gateClip));
      storeLanes(gates + o, flush(da, tiny), lanes);
      storeLanes(dh + o, flush(fmadd(d, r, loadLanes(dh + o, lanes)), tiny), lanes);
    }
    dh += block;
    ds += block;
    h += block;
    gates += 3 * block;
  }
}

export function gruUpdateForward(h: usize, gates: usize, hPrevious: usize, B: i32, H: i32, gateClip: f32): void {
  const block = <usize>H << 2;
  for (let b = 0; b < B; b++) {
    const gatesZ = gates + block;
    const gatesN = gatesZ + block;
    if (gateClip != f32.POSITIVE_INFINITY) clampValues(gatesN, H, gateClip);
    tanhRow(gatesN, gatesN, H);
    for (let j = 0; j < H; j += 4) {
      const lanes = min(4, H - j);
      const o = <usize>j << 2;
      const n = loadLanes(gatesN + o, lanes);
      const kept = f32x4.sub(loadLanes(hPrevious + o, lanes), n);
      storeLanes(h + o, fmadd(loadLanes(gatesZ + o, lanes), kept, n), lanes);
    }
    h += block;
    hPrevious += block;
    gates += 3 * block;
  }
}

export function gruUpdateBackward(
  gates: usize,
  dh: usize,
  dy: usize,
  hPrevious: usize,
  B: i32,
  H: i32,
  gateClip: f32,
): void {
  const block = <usize>H << 2;
  const one = f32x4.splat(1);
  const tiny = f32x4.splat(1e-30);
  for (let b = 0; b < B; b++) {
    const gatesZ = gates + block;
    const gatesN = gatesZ + block;
    for (let j = 0; j < H; j += 4) {
      const lanes = min(4, H - j);
      const o = <usize>j << 2;
      const z = loadLanes(gatesZ + o, lanes);
      const n = loadLanes(gatesN + o, lanes);
      const d = f32x4.add(loadLanes(dh + o, lanes), loadLanes(dy + o, lanes));
      const dz = f32x4.mul(f32x4.mul(d, f32x4.sub(loadLanes(hPrevious + o, lanes), n)), sigmoidSlope(z, gateClip));
      const dn = f32x4.mul(f32x4.mul(d, f32x4.sub(one, z)), tanhSlope(n, gateClip));
      storeLanes(gatesZ + o, flush(dz, tiny), lanes);
      storeLanes(gatesN + o, flush(dn, tiny), lanes);
      storeLanes(dh + o, flush(f32x4.mul(d, z), tiny), lanes);
    }
    dh += block;
    dy += block;
    hPrevious += block;
    gates += 3 * block;
  }
}
