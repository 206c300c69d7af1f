/** One step of the LSTM cell over a batch. Contracts: src/kernels/lstm.ts. */

import { sigmoidRow, tanhRow } from './activation';
import { flush, fmadd, loadLanes, storeLanes } from './simd';

export function lstmForward(
  h: usize,
  c: usize,
  tanhC: usize,
  gates: usize,
  cPrevious: usize,
  B: i32,
  H: i32,
): void {
  const block = <usize>H << 2;
  const whole = <usize>(H & ~3) << 2;
  const rest = H & 3;
  for (let b = 0; b < B; b++) {
    const g = gates + 2 * block;
    const o = g + block;
    sigmoidRow(gates, gates, 2 * H); // i and f
    tanhRow(g, g, H);
    sigmoidRow(o, o, H);
    for (let j: usize = 0; j < whole; j += 16) carry(c + j, gates + j, cPrevious + j, block, 4);
    if (rest != 0) carry(c + whole, gates + whole, cPrevious + whole, block, rest);
    tanhRow(tanhC, c, H);
    for (let j: usize = 0; j < whole; j += 16) emit(h + j, o + j, tanhC + j, 4);
    if (rest != 0) emit(h + whole, o + whole, tanhC + whole, rest);
    h += block;
    c += block;
    tanhC += block;
    cPrevious += block;
    gates += block << 2;
  }
}

/** c_t = f c_{t-1} + i g. */
// @ts-ignore: decorator
@inline
function carry(c: usize, gates: usize, cPrevious: usize, block: usize, lanes: i32): void {
  const gatesF = gates + block;
  const gatesG = gatesF + block;
  const taken = f32x4.mul(loadLanes(gates, lanes), loadLanes(gatesG, lanes));
  storeLanes(c, fmadd(loadLanes(gatesF, lanes), loadLanes(cPrevious, lanes), taken), lanes);
}

/** h = o tanh(c). */
// @ts-ignore: decorator
@inline
function emit(h: usize, o: usize, tanhC: usize, lanes: i32): void {
  storeLanes(h, f32x4.mul(loadLanes(o, lanes), loadLanes(tanhC, lanes)), lanes);
}

export function lstmBackward(
  gates: usize,
  dc: usize,
  dh: usize,
  dy: usize,
  cPrevious: usize,
  tanhC: usize,
  B: i32,
  H: i32,
): void {
  const block = <usize>H << 2;
  for (let b = 0; b < B; b++) {
    let j = 0;
    for (; j + 4 <= H; j += 4) {
      const o = <usize>j << 2;
      backward(gates + o, dc + o, dh + o, dy + o, cPrevious + o, tanhC + o, block, 4);
    }
    const o = <usize>j << 2;
    if (j < H) backward(gates + o, dc + o, dh + o, dy + o, cPrevious + o, tanhC + o, block, H - j);
    dc += block;
    dh += block;
    dy += block;
    cPrevious += block;
    tanhC += block;
    gates += block << 2;
  }
}

// @ts-ignore: decorator
@inline
function backward(
  gates: usize,
  dc: usize,
  dh: usize,
  dy: usize,
  cPrevious: usize,
  tanhC: usize,
  block: usize,
  lanes: i32,
): void {
  const one = f32x4.splat(1);
  const tiny = f32x4.splat(1e-30);
  const gatesF = gates + block;
  const gatesG = gatesF + block;
  const gatesO = gatesG + block;
  const i = loadLanes(gates, lanes);
  const f = loadLanes(gatesF, lanes);
  const g = loadLanes(gatesG, lanes);
  const o = loadLanes(gatesO, lanes);
  const t = loadLanes(tanhC, lanes);
  const d = f32x4.add(loadLanes(dh, lanes), loadLanes(dy, lanes));
  const dTanh = f32x4.mul(f32x4.mul(d, o), f32x4.sub(one, f32x4.mul(t, t)));
  const dc_t = f32x4.add(loadLanes(dc, lanes), dTanh);
  const di = f32x4.mul(f32x4.mul(dc_t, g), f32x4.mul(i, f32x4.sub(one, i)));
  const df = f32x4.mul(f32x4.mul(dc_t, loadLanes(cPrevious, lanes)), f32x4.mul(f, f32x4.sub(one, f)));
  const dg = f32x4.mul(f32x4.mul(dc_t, i), f32x4.sub(one, f32x4.mul(g, g)));
  const do_ = f32x4.mul(f32x4.mul(d, t), f32x4.mul(o, f32x4.sub(one, o)));
  storeLanes(gates, flush(di, tiny), lanes);
  storeLanes(gatesF, flush(df, tiny), lanes);
  storeLanes(gatesG, flush(dg, tiny), lanes);
  storeLanes(gatesO, flush(do_, tiny), lanes);
  storeLanes(dc, flush(f32x4.mul(dc_t, f), tiny), lanes);
}
