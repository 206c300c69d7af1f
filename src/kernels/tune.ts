/**
 * The tiles of the products, and which of them is fastest here. A tile MRxNR keeps MR rows by NR columns of C in
 * registers; all read the same rows and panels and give the same bits, so the choice is about speed alone. It depends on
 * the registers the engine allots, on whether it joins vectors, and on where a loop's jump happens to lie: no table
 * knows.
 */

import type { Heap } from '../memory/heap.js';
import { BIAS, panelSize } from './codes.js';
import type { GemmKernels } from './gemm.js';
import type { Kernels } from './kernels.js';

/** The tiles. */
export const TILES = ['4x8', '2x16', '2x24', '6x16', '8x8'] as const;

/** One of the tiles. */
export type Tile = (typeof TILES)[number];

/** The kernels that there is one of for each tile. */
const TILED = ['gemm', 'gemmTN'] as const;

/** What a binary exports: the kernels, with a product for each tile. */
export type Binary = Omit<Kernels, (typeof TILED)[number]> & {
  readonly [Name in (typeof TILED)[number] as `${Name}${Tile}`]: GemmKernels[Name];
};

/** The kernels of a binary with this tile. */
export function withTile(binary: Binary, tile: Tile): Kernels {
  const others = Object.entries(binary).filter(([name]) => !TILED.some((tiled) => name.startsWith(tiled)));
  return {
    ...(Object.fromEntries(others) as unknown as Kernels),
    gemm: binary[`gemm${tile}`],
    gemmTN: binary[`gemmTN${tile}`],
  };
}

/** The name that a binary exports a kernel by. */
export function exportOf(name: string, tile: Tile): string {
  return (TILED as readonly string[]).includes(name) ? `${name}${tile}` : name;
}

/** What decides which tiles are worth a try. */
export interface TuneRequest {
  /** Whether multiply-adds are fused. */
  readonly fused: boolean;
  /** Whether the engine was asked to join vectors to 256 bits. */
  readonly revectorized: boolean;
}

/** Most time the tiles run for, in ms. V8 has usually optimized them all after 3 to 7 ms. */
const BUDGET = 20;
/** The same where vectors are joined: that takes V8 longer, and the self-check takes longer still. */
const BUDGET_REVECTORIZED = 40;

/**
 * The part of the time of its first calls that an optimized product takes at most: it is a fifth to a ninth on quick
 * machines, and one that changes its pace makes a half of any time.
 */
const OPTIMIZED = 0.4;

/** Rounds once all are optimized, about 1 ms: the least time of several is what noise does not touch. */
const ROUNDS = 40;

/** A tile other than the expected one must be faster by this factor. */
const MARGIN = 0.97;

const chosen = new Map<string, Tile>();

/**
 * Times the tiles that suit on a small product, for a few ms the first time and never again in this process.
 * The heap must be unused; it is left as zeros.
 */
export function tune(binary: Binary, heap: Heap, request: TuneRequest): Tile {
  const key = JSON.stringify(request);
  const known = chosen.get(key);
  if (known !== undefined) return known;
  // Whole tiles of every kind, and small enough for hundreds of calls.
  const [M, N, K] = [24, 96, 64];
  const b = FREE + 4 * M * K;
  const c = b + 4 * panelSize(K, N);
  heap.floats.fill(0.5, FREE / 4, c / 4 + M * N);
  const tile = fastest(
    candidates(request, isArm(binary, heap)),
    request.revectorized ? BUDGET_REVECTORIZED : BUDGET,
    (tile) => binary[`gemm${tile}`](c, FREE, b, M, N, K, K, N, BIAS),
  );
  heap.floats.fill(0, FREE / 4);
  chosen.set(key, tile);
  return tile;
}

/** Behind the constants of the kernels. */
const FREE = 4096;

/**
 * The tiles that suit, the one expected to be fastest first. 6x16 without joined vectors and 8x8 on x86 need more
 * registers than there are; 2x24 needs one more where a product is not fused into its sum.
 */
function candidates({ fused, revectorized }: TuneRequest, arm: boolean): Tile[] {
  if (arm) return ['8x8', '4x8', '2x24'];
  if (revectorized) return ['6x16', '4x8', '2x24'];
  return fused ? ['2x24', '4x8', '2x16'] : ['4x8', '2x16'];
}

/** Infinity less infinity is a NaN whose sign bit is set on x86 and clear on ARM. */
function isArm(binary: Binary, heap: Heap): boolean {
  heap.floats[FREE / 4] = -Infinity;
  heap.floats[FREE / 4 + 1] = Infinity;
  binary.axpy(FREE, FREE + 4, 1, 1);
  return heap.ints[FREE / 4]! > 0;
}

/** The tile whose product takes the least time, or the first if that does not show. */
function fastest(tiles: readonly Tile[], budget: number, product: (tile: Tile) => void): Tile {
  const times = race(
    tiles.map((tile) => () => product(tile)),
    budget,
  );
  if (times === undefined) return tiles[0]!;
  const handicapped = times.map((time, i) => (i === 0 ? MARGIN : 1) * time);
  return tiles[handicapped.indexOf(Math.min(...handicapped))]!;
}

/**
 * The least time of each, in turn, until V8 has optimized them and a little longer. Nothing if that takes too long, as
 * on a busy machine: the times of unoptimized code say nothing of what comes after.
 */
function race(runs: readonly (() => void)[], budget: number): number[] | undefined {
  const least = runs.map(() => Infinity);
  const first = [...least];
  const end = performance.now() + budget;
  for (let round = 0, left = ROUNDS; performance.now() < end; round++) {
    for (const [i, run] of runs.entries()) {
      const began = performance.now();
      run();
      least[i] = Math.min(least[i]!, performance.now() - began);
    }
    // The very first calls compile. A clock for which a product takes no time, as in a page, will not tell more later.
    if (round === 3) least.forEach((time, i) => (first[i] = time));
    if (first.includes(0)) return undefined;
    if (round > 3 && least.every((time, i) => time < OPTIMIZED * first[i]!)) left--;
    if (left === 0) return least;
  }
  return undefined;
}
