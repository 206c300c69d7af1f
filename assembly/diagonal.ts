/** Products with a diagonal matrix. Contracts: src/kernels/diagonal.ts. */

import { at, fmadd, loadLanes, loadPart, storeLanes, storePart } from './simd';

export function diagonalProduct(y: usize, x: usize, u: usize, M: i32, N: i32): void {
  const row = <usize>N << 2;
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n += 4) {
      const lanes = min(4, N - n);
      const o = <usize>n << 2;
      storeLanes(y + o, fmadd(loadLanes(x + o, lanes), loadLanes(u + o, lanes), loadLanes(y + o, lanes)), lanes);
    }
    y += row;
    x += row;
  }
}

export function diagonalGradient(du: usize, a: usize, b: usize, M: i32, N: i32, lda: i32, ldb: i32): void {
  let n = 0;
  // Sixteen columns at a time: one cache line of each row, read once.
  for (; n + 16 <= N; n += 16) {
    const to = at(du, n);
    let s0 = v128.load(to);
    let s1 = v128.load(to, 16);
    let s2 = v128.load(to, 32);
    let s3 = v128.load(to, 48);
    let p = at(a, n);
    let q = at(b, n);
    for (let m = 0; m < M; m++) {
      s0 = fmadd(v128.load(p), v128.load(q), s0);
      s1 = fmadd(v128.load(p, 16), v128.load(q, 16), s1);
      s2 = fmadd(v128.load(p, 32), v128.load(q, 32), s2);
      s3 = fmadd(v128.load(p, 48), v128.load(q, 48), s3);
      p = at(p, lda);
      q = at(q, ldb);
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; n < N; n += 4) {
    const lanes = min(4, N - n);
    let sum = loadPart(at(du, n), lanes);
    for (let m = 0; m < M; m++) {
      sum = fmadd(loadPart(at(a, m * lda + n), lanes), loadPart(at(b, m * ldb + n), lanes), sum);
    }
    storePart(at(du, n), sum, lanes);
  }
}
