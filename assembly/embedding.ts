/** Rows of a table by token id. Contracts: src/kernels/embedding.ts. */

import { loadLanes, storeLanes } from './simd';

export function embeddingForward(y: usize, table: usize, ids: usize, n: i32, E: i32): void {
  const bytes = <usize>E << 2;
  for (let i = 0; i < n; i++) {
    memory.copy(y, table + <usize>load<i32>(ids + (<usize>i << 2)) * bytes, bytes);
    y += bytes;
  }
}

export function embeddingBackward(dTable: usize, dy: usize, ids: usize, n: i32, E: i32): void {
  const bytes = <usize>E << 2;
  for (let i = 0; i < n; i++) {
    const row = dTable + <usize>load<i32>(ids + (<usize>i << 2)) * bytes;
    let j = 0;
    for (; j + 4 <= E; j += 4) addLanes(row + (<usize>j << 2), dy + (<usize>j << 2), 4);
    if (j < E) addLanes(row + (<usize>j << 2), dy + (<usize>j << 2), E - j);
    dy += bytes;
  }
}

// @ts-ignore: decorator
@inline
function addLanes(to: usize, from: usize, lanes: i32): void {
  storeLanes(to, f32x4.add(loadLanes(to, lanes), loadLanes(from, lanes)), lanes);
}
