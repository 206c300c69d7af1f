/** Runs of updates of word2vec. Contract: src/kernels/word2vec.ts. */

import { exponential } from './math';
import { at, fmadd, loadRest, storeRest, sum4 } from './simd';
import { axpy } from './vector';

/** Outputs side by side: what they share is loaded once. */
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
    const m = load<i32>(row, 4);
    const end = outputs + m;
    const share = <f32>1 / <f32>n;
    // One input is its own mean.
    let h = input + <usize>load<i32>(row, 8) * bytes;
    // A word with five negatives is two groups: its one input takes their gradient as they take theirs.
    if (n == 1 && m == 2 * GROUP && (E & 3) == 0) {
      const codes = at(row, 3);
      const score = at(scores, begin + 3);
      const p = rowOf(output, codes, bytes);
      const q = rowOf(output, codes + 4, bytes);
      const r = rowOf(output, codes + 8, bytes);
      const u = rowOf(output, codes + 12, bytes);
      const v = rowOf(output, codes + 16, bytes);
      const w = rowOf(output, codes + 20, bytes);
      const s = steps(dots(h, p, q, r, E), score, codes, GROUP, lr);
      const t = steps(dots(h, u, v, w, E), score + 12, codes + 12, GROUP, lr);
      updatePair(h, p, q, r, u, v, w, E, s, t);
      continue;
    }
    memory.fill(tmp, 0, bytes << 1);
    if (n > 1) {
      for (let i = 2; i < outputs; i++) axpy(tmp, input + <usize>load<i32>(at(row, i)) * bytes, E, share);
      h = tmp;
    }
    for (let j = outputs; j < end; j += GROUP) {
      const c = min(GROUP, end - j);
      const codes = at(row, j);
      const p = rowOf(output, codes, bytes);
      const q = c > 1 ? rowOf(output, codes + 4, bytes) : spare;
      const r = c > 2 ? rowOf(output, codes + 8, bytes) : spare;
      update(h, d, p, q, r, E, steps(dots(h, p, q, r, E), at(scores, begin + j), codes, c, lr));
    }
    const factor = exact != 0 ? share : <f32>1;
    for (let i = 2; i < outputs; i++) axpy(input + <usize>load<i32>(at(row, i)) * bytes, d, E, factor);
  }
}

/** Where an output is. */
// @ts-ignore: decorator
@inline
function rowOf(output: usize, code: usize, bytes: usize): usize {
  return output + <usize>(load<i32>(code) >> 1) * bytes;
}

/** The products of h with each of three. */
// @ts-ignore: decorator
@noinline
function dots(h: usize, p: usize, q: usize, r: usize, n: i32): v128 {
  let P = f32x4.splat(0);
  let Q = f32x4.splat(0);
  let R = f32x4.splat(0);
  const whole = h + (<usize>(n & ~3) << 2);
  for (; h < whole; h += 16) {
    const x = v128.load(h);
    P = fmadd(x, v128.load(p), P);
    Q = fmadd(x, v128.load(q), Q);
    R = fmadd(x, v128.load(r), R);
    p += 16;
    q += 16;
    r += 16;
  }
  n &= 3;
  if (n > 0) {
    const x = loadRest(h, n);
    P = fmadd(x, loadRest(p, n), P);
    Q = fmadd(x, loadRest(q, n), Q);
    R = fmadd(x, loadRest(r, n), R);
  }
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(sum4(P)), 1, sum4(Q)), 2, sum4(R));
}

/** Writes the products of c outputs down. @returns lr times their errors, 0 beyond them */
// @ts-ignore: decorator
@noinline
function steps(f: v128, score: usize, codes: usize, c: i32, lr: f32): v128 {
  storeRest(score, f, c);
  const one = f32x4.splat(1);
  const labels = f32x4.convert_i32x4_s(v128.and(loadRest(codes, c), i32x4.splat(1)));
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
  for (; h < whole; h += 16) {
    const x = v128.load(h);
    let o = v128.load(p);
    let sum = fmadd(P, o, v128.load(d));
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
  n &= 3;
  if (n > 0) {
    const x = loadRest(h, n);
    let o = loadRest(p, n);
    let sum = fmadd(P, o, loadRest(d, n));
    storeRest(p, fmadd(P, x, o), n);
    o = loadRest(q, n);
    sum = fmadd(Q, o, sum);
    storeRest(q, fmadd(Q, x, o), n);
    o = loadRest(r, n);
    storeRest(d, fmadd(R, o, sum), n);
    storeRest(r, fmadd(R, x, o), n);
  }
}

/** h += sum of s p, and p += s h as it was, for each p of six; n is a multiple of 4. */
// @ts-ignore: decorator
@inline
function updatePair(
  h: usize,
  p: usize,
  q: usize,
  r: usize,
  u: usize,
  v: usize,
  w: usize,
  n: i32,
  s: v128,
  t: v128,
): void {
  const P = i32x4.shuffle(s, s, 0, 0, 0, 0);
  const Q = i32x4.shuffle(s, s, 1, 1, 1, 1);
  const R = i32x4.shuffle(s, s, 2, 2, 2, 2);
  const U = i32x4.shuffle(t, t, 0, 0, 0, 0);
  const V = i32x4.shuffle(t, t, 1, 1, 1, 1);
  const W = i32x4.shuffle(t, t, 2, 2, 2, 2);
  const end = h + (<usize>n << 2);
  for (; h < end; h += 16) {
    const x = v128.load(h);
    let o = v128.load(p);
    let sum = fmadd(P, o, x);
    v128.store(p, fmadd(P, x, o));
    o = v128.load(q);
    sum = fmadd(Q, o, sum);
    v128.store(q, fmadd(Q, x, o));
    o = v128.load(r);
    sum = fmadd(R, o, sum);
    v128.store(r, fmadd(R, x, o));
    o = v128.load(u);
    sum = fmadd(U, o, sum);
    v128.store(u, fmadd(U, x, o));
    o = v128.load(v);
    sum = fmadd(V, o, sum);
    v128.store(v, fmadd(V, x, o));
    o = v128.load(w);
    v128.store(h, fmadd(W, o, sum));
    v128.store(w, fmadd(W, x, o));
    p += 16;
    q += 16;
    r += 16;
    u += 16;
    v += 16;
    w += 16;
  }
}
