/** One step of the LSTM cell over a batch. Contracts: src/kernels/lstm.ts. */

import { sigmoid4, tanh4 } from './math';
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
  for (let b = 0; b < B; b++) {
    let j = 0;
    for (; j + 4 <= H; j += 4) {
      const o = <usize>j << 2;
      forward(h + o, c + o, tanhC + o, gates + o, cPrevious + o, block, 4);
    }
    const o = <usize>j << 2;
    if (j < H) forward(h + o, c + o, tanhC + o, gates + o, cPrevious + o, block, H - j);
    h += block;
    c += block;
    tanhC += block;
    cPrevious += block;
    gates += block << 2;
  }
}

// @ts-ignore: decorator
@inline
function forward(
  h: usize,
  c: usize,
  tanhC: usize,
  gates: usize,
  cPrevious: usize,
  block: usize,
  lanes: i32,
): void {
  const gatesF = gates + block;
  const gatesG = gatesF + block;
  const gatesO = gatesG + block;
  const i = sigmoid4(loadLanes(gates, lanes));
  const f = sigmoid4(loadLanes(gatesF, lanes));
  const g = tanh4(loadLanes(gatesG, lanes));
  const o = sigmoid4(loadLanes(gatesO, lanes));
  const c_t = fmadd(f, loadLanes(cPrevious, lanes), f32x4.mul(i, g));
  const t = tanh4(c_t);
  storeLanes(gates, i, lanes);
  storeLanes(gatesF, f, lanes);
  storeLanes(gatesG, g, lanes);
  storeLanes(gatesO, o, lanes);
  storeLanes(c, c_t, lanes);
  storeLanes(tanhC, t, lanes);
  storeLanes(h, f32x4.mul(o, t), lanes);
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
