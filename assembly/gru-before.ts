/** One step of the GRU cell with the reset gate before the recurrent product. Contracts: src/kernels/gru-before.ts. */

import { sigmoidRow, tanhRow } from './activation';
import { sigmoidSlope, tanhSlope } from './gate-clip';
import { flush, fmadd, loadPart, storePart } from './simd';
import { clampValues } from './vector';

export function gruResetForward(s: usize, gates: usize, h: usize, B: i32, H: i32, gateClip: f32): void {
  const block = <usize>H << 2;
  for (let b = 0; b < B; b++) {
    if (gateClip != f32.POSITIVE_INFINITY) clampValues(gates, 2 * H, gateClip);
    sigmoidRow(gates, gates, 2 * H);
    for (let j = 0; j < H; j += 4) {
      const lanes = min(4, H - j);
      const o = <usize>j << 2;
      storePart(s + o, f32x4.mul(loadPart(gates + o, lanes), loadPart(h + o, lanes)), lanes);
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
      const r = loadPart(gates + o, lanes);
      const d = loadPart(ds + o, lanes);
      const da = f32x4.mul(f32x4.mul(d, loadPart(h + o, lanes)), sigmoidSlope(r, gateClip));
      storePart(gates + o, flush(da, tiny), lanes);
      storePart(dh + o, flush(fmadd(d, r, loadPart(dh + o, lanes)), tiny), lanes);
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
      const n = loadPart(gatesN + o, lanes);
      const kept = f32x4.sub(loadPart(hPrevious + o, lanes), n);
      storePart(h + o, fmadd(loadPart(gatesZ + o, lanes), kept, n), lanes);
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
      const z = loadPart(gatesZ + o, lanes);
      const n = loadPart(gatesN + o, lanes);
      const d = f32x4.add(loadPart(dh + o, lanes), loadPart(dy + o, lanes));
      const dz = f32x4.mul(f32x4.mul(d, f32x4.sub(loadPart(hPrevious + o, lanes), n)), sigmoidSlope(z, gateClip));
      const dn = f32x4.mul(f32x4.mul(d, f32x4.sub(one, z)), tanhSlope(n, gateClip));
      storePart(gatesZ + o, flush(dz, tiny), lanes);
      storePart(gatesN + o, flush(dn, tiny), lanes);
      storePart(dh + o, flush(f32x4.mul(d, z), tiny), lanes);
    }
    dh += block;
    dy += block;
    hPrevious += block;
    gates += 3 * block;
  }
}
