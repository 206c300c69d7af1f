/** One step of the LSTM cell in two parts, with every option. Contracts: src/kernels/lstm-parts.ts. */

import { sigmoidRow, tanhRow } from './activation';
import { limitSlope, sigmoidSlope, tanhSlope } from './gate-clip';
import { flush, fmadd, loadPart, storePart } from './simd';
import { clampValues } from './vector';

const CAROUSEL: i32 = 0;
const FORGET: i32 = 2;
const COUPLED: i32 = 3;

// @ts-ignore: decorator
@inline
function blocksOf(kind: i32): usize {
  return kind == CAROUSEL ? 1 : kind == FORGET ? 4 : 3;
}

export function lstmCarryForward(
  c: usize,
  gates: usize,
  cPrevious: usize,
  peepholes: usize,
  B: i32,
  H: i32,
  kind: i32,
  gateClip: f32,
  cellClip: f32,
): void {
  const block = <usize>H << 2;
  const blocks = blocksOf(kind);
  const logistic: i32 = kind == CAROUSEL ? 0 : kind == FORGET ? 2 : 1;
  for (let b = 0; b < B; b++) {
    const g = gates + <usize>logistic * block;
    if (peepholes != 0) {
      for (let k: usize = 0; k < <usize>logistic; k++) addProducts(gates + k * block, peepholes + k * block, cPrevious, H);
    }
    if (gateClip != f32.POSITIVE_INFINITY) clampValues(gates, (logistic + 1) * H, gateClip);
    sigmoidRow(gates, gates, logistic * H);
    tanhRow(g, g, H);
    for (let j = 0; j < H; j += 4) {
      const o = <usize>j << 2;
      carry(c + o, gates + o, g + o, cPrevious + o, block, kind, min(4, H - j));
    }
    if (cellClip != f32.POSITIVE_INFINITY) clampValues(c, H, cellClip);
    c += block;
    cPrevious += block;
    gates += blocks * block;
  }
}

/** a += p x, n elements. */
function addProducts(a: usize, p: usize, x: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    const lanes = min(4, n - i);
    const o = <usize>i << 2;
    storePart(a + o, fmadd(loadPart(p + o, lanes), loadPart(x + o, lanes), loadPart(a + o, lanes)), lanes);
  }
}

/** c_t = f c_{t-1} + i g, with the gates there are. */
// @ts-ignore: decorator
@inline
function carry(c: usize, gates: usize, gatesG: usize, cPrevious: usize, block: usize, kind: i32, lanes: i32): void {
  const before = loadPart(cPrevious, lanes);
  const g = loadPart(gatesG, lanes);
  if (kind == CAROUSEL) return storePart(c, f32x4.add(before, g), lanes);
  const i = loadPart(gates, lanes);
  let kept = before;
  if (kind == FORGET) kept = f32x4.mul(loadPart(gates + block, lanes), before);
  else if (kind == COUPLED) kept = f32x4.mul(f32x4.sub(f32x4.splat(1), i), before);
  storePart(c, fmadd(i, g, kept), lanes);
}

export function lstmCarryBackward(
  gates: usize,
  dc: usize,
  c: usize,
  cPrevious: usize,
  peepholes: usize,
  B: i32,
  H: i32,
  kind: i32,
  gateClip: f32,
  cellClip: f32,
): void {
  const block = <usize>H << 2;
  const blocks = blocksOf(kind);
  for (let b = 0; b < B; b++) {
    for (let j = 0; j < H; j += 4) {
      const o = <usize>j << 2;
      const p: usize = peepholes == 0 ? 0 : peepholes + o;
      carryBackward(gates + o, dc + o, c + o, cPrevious + o, p, block, kind, gateClip, cellClip, min(4, H - j));
    }
    dc += block;
    c += block;
    cPrevious += block;
    gates += blocks * block;
  }
}

// @ts-ignore: decorator
@inline
function carryBackward(
  gates: usize,
  dc: usize,
  c: usize,
  cPrevious: usize,
  peepholes: usize,
  block: usize,
  kind: i32,
  gateClip: f32,
  cellClip: f32,
  lanes: i32,
): void {
  const one = f32x4.splat(1);
  const tiny = f32x4.splat(1e-30);
  const before = loadPart(cPrevious, lanes);
  const d = f32x4.mul(loadPart(dc, lanes), limitSlope(loadPart(c, lanes), cellClip));
  const gatesG = gates + (kind == CAROUSEL ? 0 : kind == FORGET ? 2 * block : block);
  const g = loadPart(gatesG, lanes);
  let dg = f32x4.mul(d, tanhSlope(g, gateClip));
  let dBefore = d;
  if (kind != CAROUSEL) {
    const i = loadPart(gates, lanes);
    dg = f32x4.mul(dg, i);
    const written = kind == COUPLED ? f32x4.sub(g, before) : g;
    const di = f32x4.mul(f32x4.mul(d, written), sigmoidSlope(i, gateClip));
    storePart(gates, flush(di, tiny), lanes);
    if (kind == COUPLED) dBefore = f32x4.mul(d, f32x4.sub(one, i));
    if (kind == FORGET) {
      const f = loadPart(gates + block, lanes);
      const df = f32x4.mul(f32x4.mul(d, before), sigmoidSlope(f, gateClip));
      storePart(gates + block, flush(df, tiny), lanes);
      dBefore = f32x4.mul(d, f);
      if (peepholes != 0) dBefore = fmadd(df, loadPart(peepholes + block, lanes), dBefore);
    }
    if (peepholes != 0) dBefore = fmadd(di, loadPart(peepholes, lanes), dBefore);
  }
  storePart(gatesG, flush(dg, tiny), lanes);
  storePart(dc, flush(dBefore, tiny), lanes);
}

export function lstmOutputForward(
  h: usize,
  tanhC: usize,
  gates: usize,
  c: usize,
  seen: usize,
  peephole: usize,
  B: i32,
  H: i32,
  kind: i32,
  gateClip: f32,
): void {
  const block = <usize>H << 2;
  const blocks = blocksOf(kind);
  for (let b = 0; b < B; b++) {
    const o = gates + (blocks - 1) * block;
    tanhRow(tanhC, c, H);
    if (kind == CAROUSEL) memory.copy(h, tanhC, block);
    else {
      if (peephole != 0) addProducts(o, peephole, seen, H);
      if (gateClip != f32.POSITIVE_INFINITY) clampValues(o, H, gateClip);
      sigmoidRow(o, o, H);
      for (let j = 0; j < H; j += 4) {
        const lanes = min(4, H - j);
        const at = <usize>j << 2;
        storePart(h + at, f32x4.mul(loadPart(o + at, lanes), loadPart(tanhC + at, lanes)), lanes);
      }
    }
    h += block;
    tanhC += block;
    c += block;
    seen += block;
    gates += blocks * block;
  }
}

export function lstmOutputBackward(
  gates: usize,
  dc: usize,
  dSeen: usize,
  dh: usize,
  dy: usize,
  tanhC: usize,
  peephole: usize,
  B: i32,
  H: i32,
  kind: i32,
  gateClip: f32,
): void {
  const block = <usize>H << 2;
  const blocks = blocksOf(kind);
  for (let b = 0; b < B; b++) {
    const gatesO = gates + (blocks - 1) * block;
    for (let j = 0; j < H; j += 4) {
      const o = <usize>j << 2;
      const p: usize = peephole == 0 ? 0 : peephole + o;
      outputBackward(gatesO + o, dc + o, dSeen + o, dh + o, dy + o, tanhC + o, p, kind, gateClip, min(4, H - j));
    }
    dc += block;
    dSeen += block;
    dh += block;
    dy += block;
    tanhC += block;
    gates += blocks * block;
  }
}

// @ts-ignore: decorator
@inline
function outputBackward(
  gatesO: usize,
  dc: usize,
  dSeen: usize,
  dh: usize,
  dy: usize,
  tanhC: usize,
  peephole: usize,
  kind: i32,
  gateClip: f32,
  lanes: i32,
): void {
  const tiny = f32x4.splat(1e-30);
  const d = f32x4.add(loadPart(dh, lanes), loadPart(dy, lanes));
  const t = loadPart(tanhC, lanes);
  let dTanh = f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(t, t)));
  if (kind == CAROUSEL) return storePart(dc, flush(f32x4.add(loadPart(dc, lanes), dTanh), tiny), lanes);
  const o = loadPart(gatesO, lanes);
  dTanh = f32x4.mul(dTanh, o);
  storePart(dc, flush(f32x4.add(loadPart(dc, lanes), dTanh), tiny), lanes);
  const da = flush(f32x4.mul(f32x4.mul(d, t), sigmoidSlope(o, gateClip)), tiny);
  storePart(gatesO, da, lanes);
  if (peephole == 0) return;
  storePart(dSeen, flush(fmadd(da, loadPart(peephole, lanes), loadPart(dSeen, lanes)), tiny), lanes);
}
