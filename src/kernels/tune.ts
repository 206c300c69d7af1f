/**
 * The tiles of the products, and which of them is fastest here. A tile MRxNR keeps MR rows by NR columns of C in
 * registers; all read the same panels and give the same bits, so the choice is about speed alone. It depends on the
 * registers the engine allots, on whether it joins vectors, and on where a loop's jump happens to lie: no table knows.
 */

import type { Heap } from '../memory/heap.js';
import { BIAS, gemmTNScratch, panelSize } from './gemm.js';
import type { GemmKernels } from './gemm.js';
import type { Kernels } from './kernels.js';

/** Tiles of `gemm`, the safe one first. */
export const GEMM_TILES = ['4x8', '2x16', '2x24', '4x16', '8x8'] as const;
/** Tiles of `gemmTN`, the safe one first. */
export const GEMM_TN_TILES = ['4x8', '2x24', '4x16', '8x8'] as const;

/** The tile of each product. */
export interface Tiles {
  readonly gemm: (typeof GEMM_TILES)[number];
  readonly gemmTN: (typeof GEMM_TN_TILES)[number];
}

/** What a binary exports: the kernels, with a product for each tile. */
export type Binary = Omit<Kernels, 'gemm' | 'gemmTN'> &
  Record<`gemm${Tiles['gemm']}`, GemmKernels['gemm']> &
  Record<`gemmTN${Tiles['gemmTN']}`, GemmKernels['gemmTN']>;

/** The kernels of a binary with these tiles. */
export function withTiles(binary: Binary, tiles: Tiles): Kernels {
  const others = Object.entries(binary).filter(([name]) => !/^gemm(TN)?\d/.test(name));
  return {
    ...(Object.fromEntries(others) as unknown as Kernels),
    gemm: binary[`gemm${tiles.gemm}`],
    gemmTN: binary[`gemmTN${tiles.gemmTN}`],
  };
}

/** The name that a binary exports a kernel by. */
export function exportOf(name: string, { gemm, gemmTN }: Tiles): string {
  return name === 'gemm' ? `gemm${gemm}` : name === 'gemmTN' ? `gemmTN${gemmTN}` : name;
}

/** What decides which tiles are worth a try. */
export interface TuneRequest {
  /** Whether multiply-adds are fused. */
  readonly fused: boolean;
  /** Whether the engine was asked to join vectors to 256 bits. */
  readonly revectorized: boolean;
}

/** Most time the tiles of a product run for, in ms. V8 has optimized them after about 2 ms of calls. */
const BUDGET = 8;
/** The same where vectors are joined: that takes V8 longer, and the self-check takes longer still. */
const BUDGET_REVECTORIZED = 40;

/** An optimized product takes about a third of the time of its first calls. */
const OPTIMIZED = 0.6;

/** Rounds once all are optimized: the least time of several is what noise does not touch. */
const ROUNDS = 10;

/** A tile other than the safe one must be faster by this factor. */
const MARGIN = 0.97;

const chosen = new Map<string, Tiles>();

/**
 * Times the tiles that suit on small products, for a few ms the first time and never again in this process.
 * The heap must be unused; it is left as zeros.
 */
export function tune(binary: Binary, heap: Heap, request: TuneRequest): Tiles {
  const key = JSON.stringify(request);
  const known = chosen.get(key);
  if (known !== undefined) return known;
  const { gemm, gemmTN } = candidates(request, isArm(binary, heap));
  // Whole tiles of every kind, and small enough for hundreds of calls.
  const [M, N, K] = [24, 96, 64];
  const [rowsTN, depthTN] = [32, 128];
  const a = FREE;
  const b = a + 4 * depthTN * rowsTN;
  const c = b + 4 * Math.max(panelSize(K, N), depthTN * N);
  const tmp = c + 4 * rowsTN * N;
  heap.floats.fill(0.5, FREE / 4, tmp / 4 + gemmTNScratch(N));
  const budget = request.revectorized ? BUDGET_REVECTORIZED : BUDGET;
  const tiles = {
    gemm: fastest(gemm, budget, (tile) => binary[`gemm${tile}`](c, a, b, M, N, K, K, N, BIAS)),
    gemmTN: fastest(gemmTN, budget, (tile) => binary[`gemmTN${tile}`](c, a, b, rowsTN, N, depthTN, rowsTN, N, N, tmp)),
  };
  heap.floats.fill(0, FREE / 4);
  chosen.set(key, tiles);
  return tiles;
}

/** Behind the constants of the kernels. */
const FREE = 4096;

/**
 * 4x16 without joined vectors and 8x8 on x86 need more registers than there are; 2x24 needs one more where a product
 * is not fused into its sum.
 */
function candidates(
  { fused, revectorized }: TuneRequest,
  arm: boolean,
): { gemm: Tiles['gemm'][]; gemmTN: Tiles['gemmTN'][] } {
  if (arm) return { gemm: ['4x8', '8x8', '2x24'], gemmTN: ['4x8', '8x8', '2x24'] };
  if (revectorized) return { gemm: ['4x8', '4x16', '2x24'], gemmTN: ['4x8', '4x16', '2x24'] };
  if (fused) return { gemm: ['4x8', '2x24', '2x16'], gemmTN: ['4x8', '2x24'] };
  return { gemm: ['4x8', '2x16'], gemmTN: ['4x8'] };
}

/** Infinity less infinity is a NaN whose sign bit is set on x86 and clear on ARM. */
function isArm(binary: Binary, heap: Heap): boolean {
  heap.floats[FREE / 4] = -Infinity;
  heap.floats[FREE / 4 + 1] = Infinity;
  binary.axpy(FREE, FREE + 4, 1, 1);
  return heap.ints[FREE / 4]! > 0;
}

/** The tile whose product takes the least time; the only one, without a run. */
function fastest<T>(tiles: readonly T[], budget: number, product: (tile: T) => void): T {
  if (tiles.length === 1) return tiles[0]!;
  const times = race(
    tiles.map((tile) => () => product(tile)),
    budget,
  );
  const handicapped = times.map((time, i) => (i === 0 ? MARGIN : 1) * time);
  return tiles[handicapped.indexOf(Math.min(...handicapped))]!;
}

/** The least time of each, in turn, until V8 has optimized them and a little longer. */
function race(runs: readonly (() => void)[], budget: number): number[] {
  const least = runs.map(() => Infinity);
  const first = [...least];
  const end = performance.now() + budget;
  for (let round = 0, left = ROUNDS; left > 0 && performance.now() < end; round++) {
    for (const [i, run] of runs.entries()) {
      const began = performance.now();
      run();
      least[i] = Math.min(least[i]!, performance.now() - began);
    }
    // The very first calls compile.
    if (round === 3) least.forEach((time, i) => (first[i] = time));
    if (round > 3 && least.every((time, i) => time < OPTIMIZED * first[i]!)) left--;
  }
  return least;
}
