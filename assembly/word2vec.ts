/** Runs of updates of word2vec. Contract: src/kernels/word2vec.ts. */

import { exponential } from './math';
import { at, fmadd, loadPart, storePart, sum4 } from './simd';

/** Outputs side by side: what they share is loaded once, and a word with five negatives is two times three. */
const GROUP = 3;

export function word2vecRows(
  input: usize,
  output: usize,
  scores: usize,
  stream: usize,
  starts: usize,
  tmp: usize,
  rows: i32,
  E: i32,
  lr: f32,
  exact: i32,
  hogwild: i32,
): void {
  const bytes = <usize>E << 2;
  const d = tmp + bytes;
  const spare = d + bytes;
  memory.fill(spare, 0, bytes);
  for (; rows > 0; rows--) {
    const begin = load<i32>(starts);
    starts += 4;
    const row = at(stream, begin);
    const n = load<i32>(row);
    const outputs = 2 + n;
    const end = outputs + load<i32>(row, 4);
    const share = <f32>1 / <f32>n;
    memory.fill(d, 0, bytes);
    // One input is its own mean.
    let h = input + <usize>load<i32>(row, 8) * bytes;
    if (n > 1) {
      memory.fill(tmp, 0, bytes);
      for (let i = 2; i < outputs; i++) addTo(tmp, input + <usize>load<i32>(at(row, i)) * bytes, E, share);
      h = tmp;
    }
    for (let j = outputs; j < end; j += GROUP) {
      const c = min(GROUP, end - j);
      const codes = at(row, j);
      const p = rowOf(output, codes, bytes);
      const q = c > 1 ? rowOf(output, codes + 4, bytes) : spare;
      const r = c > 2 ? rowOf(output, codes + 8, bytes) : spare;
      const f = dots(h, p, q, r, E);
      storePart(at(scores, begin + j), f, c);
      update(h, d, p, q, r, E, steps(f, codes, c, lr));
    }
    const factor = exact != 0 ? share : <f32>1;
    for (let i = 2; i < outputs; i++) addTo(input + <usize>load<i32>(at(row, i)) * bytes, d, E, factor);
  }
}

/** Where an output is. */
// @ts-ignore: decorator
@inline
function rowOf(output: usize, code: usize, bytes: usize): usize {
  return output + <usize>(load<i32>(code) >> 1) * bytes;
}

/** The products of h with each of a group. */
// @ts-ignore: decorator
@inline
function dots(h: usize, p: usize, q: usize, r: usize, n: i32): v128 {
  let P = f32x4.splat(0);
  let Q = f32x4.splat(0);
  let R = f32x4.splat(0);
  const whole = h + (<usize>(n & ~3) << 2);
  const end = h + (<usize>n << 2);
  for (; h < whole; h += 16) {
    const x = v128.load(h);
    P = fmadd(x, v128.load(p), P);
    Q = fmadd(x, v128.load(q), Q);
    R = fmadd(x, v128.load(r), R);
    p += 16;
    q += 16;
    r += 16;
  }
  for (; h < end; h += 4) {
    const x = v128.load32_zero(h);
    P = fmadd(x, v128.load32_zero(p), P);
    Q = fmadd(x, v128.load32_zero(q), Q);
    R = fmadd(x, v128.load32_zero(r), R);
    p += 4;
    q += 4;
    r += 4;
  }
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(sum4(P)), 1, sum4(Q)), 2, sum4(R));
}

/** lr times the errors of a group, 0 beyond it. */
// @ts-ignore: decorator
@inline
function steps(f: v128, codes: usize, c: i32, lr: f32): v128 {
  const one = f32x4.splat(1);
  const labels = f32x4.convert_i32x4_s(v128.and(loadPart(codes, c), i32x4.splat(1)));
  const s = f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(f))));
  const inside = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(c));
  return v128.and(f32x4.mul(f32x4.splat(lr), f32x4.sub(labels, s)), inside);
}

/** d += s p + s q + s r, and p, q, r += s h. */
// @ts-ignore: decorator
@inline
function update(h: usize, d: usize, p: usize, q: usize, r: usize, n: i32, s: v128): void {
  const P = i32x4.shuffle(s, s, 0, 0, 0, 0);
  const Q = i32x4.shuffle(s, s, 1, 1, 1, 1);
  const R = i32x4.shuffle(s, s, 2, 2, 2, 2);
  const whole = h + (<usize>(n & ~3) << 2);
  const end = h + (<usize>n << 2);
  for (; h < whole; h += 16) {
    const x = v128.load(h);
    let sum = v128.load(d);
    let o = v128.load(p);
    sum = fmadd(P, o, sum);
    v128.store(p, fmadd(P, x, o));
    o = v128.load(q);
    sum = fmadd(Q, o, sum);
    v128.store(q, fmadd(Q, x, o));
    o = v128.load(r);
    v128.store(d, fmadd(R, o, sum));
    v128.store(r, fmadd(R, x, o));
    d += 16;
    p += 16;
    q += 16;
    r += 16;
  }
  for (; h < end; h += 4) {
    const x = v128.load32_zero(h);
    let sum = v128.load32_zero(d);
    let o = v128.load32_zero(p);
    sum = fmadd(P, o, sum);
    v128.store32_lane(p, fmadd(P, x, o), 0);
    o = v128.load32_zero(q);
    sum = fmadd(Q, o, sum);
    v128.store32_lane(q, fmadd(Q, x, o), 0);
    o = v128.load32_zero(r);
    v128.store32_lane(d, fmadd(R, o, sum), 0);
    v128.store32_lane(r, fmadd(R, x, o), 0);
    d += 4;
    p += 4;
    q += 4;
    r += 4;
  }
}

/** y += alpha x, as axpy does, with less to do for each four: vectors of words are short. */
// @ts-ignore: decorator
@noinline
function addTo(y: usize, x: usize, n: i32, alpha: f32): void {
  const a = f32x4.splat(alpha);
  const whole = x + (<usize>(n & ~3) << 2);
  const end = x + (<usize>n << 2);
  for (; x < whole; x += 16) {
    v128.store(y, fmadd(a, v128.load(x), v128.load(y)));
    y += 16;
  }
  for (; x < end; x += 4) {
    v128.store32_lane(y, fmadd(a, v128.load32_zero(x), v128.load32_zero(y)), 0);
    y += 4;
  }
}
