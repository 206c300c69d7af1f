/** The heaps the memory tests run over. */

import { ArrayHeap } from '../../src/memory/array-heap.js';
import { WasmHeap } from '../../src/memory/heap.js';
import type { Heap } from '../../src/memory/heap.js';

/** By name, each made with a limit in bytes. */
export const HEAPS: readonly (readonly [name: string, make: (limit: number) => Heap])[] = [
  ['WebAssembly memory', (limit) => new WasmHeap(limit)],
  ['shared WebAssembly memory', (limit) => new WasmHeap(limit, true)],
  ['32-bit array', (limit) => new ArrayHeap('float32', limit)],
  ['64-bit array', (limit) => new ArrayHeap('float64', limit)],
];
