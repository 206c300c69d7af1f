/** Products with a diagonal matrix. Contracts: src/kernels/diagonal.ts. */

import { at, fmadd, loadLanes, storeLanes } from './simd';

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
  for (let n = 0; n < N; n += 4) {
    const lanes = min(4, N - n);
    let sum = loadLanes(at(du, n), lanes);
    for (let m = 0; m < M; m++) {
      sum = fmadd(loadLanes(at(a, m * lda + n), lanes), loadLanes(at(b, m * ldb + n), lanes), sum);
    }
    storeLanes(at(du, n), sum, lanes);
  }
}
