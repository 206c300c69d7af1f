/**
 * How each kernel is divided among threads: along one size, in shares that write disjoint memory and form every sum in
 * the order of the whole, so that results are the same bits for any number of threads.
 *
 * Whole stay: sumSquares, pointwiseLossForward and gaussianDivergenceForward, whose order of summation is one sequence;
 * their backwards, which are small; embeddingBackward, where two shares could add to one row; the loops that measure a core.
 */

import { blocksOf, gemmTNScratch } from './codes.js';
import type { Kernels } from './kernels.js';

/** One way to divide one call. */
export interface Split {
  /** Position of the size that is divided. */
  readonly size: number;
  /** Shares are whole multiples of it, but for the last. */
  readonly unit: number;
  /** What the call takes, in multiply-adds of a product. */
  readonly work: number;
  /** Bytes by which the address at each position moves for one more of the size. */
  readonly strides: readonly number[];
  /** Position of an argument that counts the elements before a share, if there is one. */
  readonly first?: number;
  /** Scratch of a share's own instead of the one given: its position, and how many floats it is. */
  readonly scratch?: { readonly position: number; readonly floats: number };
}

/** From the arguments of a call to its division. */
export type Splitter = (args: readonly number[]) => Split;

/** Columns of a panel, and floats of a cache line. */
const LINE = 16;

/** Shares of rows are multiples of it: most tiles then have no rows left over. */
const TILE = 4;

/**
 * What one element takes, in multiply-adds of a product: measured to within a factor of two, with about 10 of them to a
 * nanosecond. Only the floor of work depends on it.
 */
const ADDED = 1;
const MOVED = 6;
const UPDATED = 35;
const EXPONENTIAL = 20;
const HASHED = 25;
const NORMALIZED = 12;
const CELL_FORWARD = 100;
const CELL_BACKWARD = 25;

/** Rows of C from which a product is divided by rows: fewer are a step of a sequence, and its weights the larger part. */
const MANY_ROWS = 128;

/** Floats of weights that each core may hold whole, if there are rows enough: the rows then stay where they are. */
const FEW_WEIGHTS = 32768;
const SOME_ROWS = 32;

/** A flat pass over n elements, all of whose addresses go along. */
const flat =
  (size: number, work: number): Splitter =>
  (args) => ({ size, unit: LINE, work: args[size]! * work, strides: new Array<number>(size).fill(4) });

/** Panels by columns of B: a column takes a sixteenth of a panel. A bias that is not there stays so. */
const panels =
  (bStride: (ldb: number) => number): Splitter =>
  ([, , bias1, bias2, K, N, ldb]) => ({
    size: 5,
    unit: LINE,
    work: K! * N! * MOVED,
    strides: [4 * (K! + 1), bStride(ldb!), bias1 === 0 ? 0 : 4, bias2 === 0 ? 0 : 4],
  });

/** By rows, or by columns where there is one row. */
const broadcast: Splitter = ([, , , rows, columns, bRow, bColumn]) => {
  const work = rows! * columns! * MOVED;
  return rows === 1
    ? { size: 4, unit: LINE, work, strides: [4, 4, 4 * bColumn!] }
    : { size: 3, unit: 1, work, strides: [4 * columns!, 4 * columns!, 4 * bRow!] };
};

/** The splits. A kernel that is not here runs whole. */
export const SPLITS: { readonly [Name in keyof Kernels]?: Splitter } = {
  packPanels: panels(() => 4),
  packPanelsTransposed: panels((ldb) => 4 * ldb),

  // A step of a sequence is divided by columns, so that each core reads its own part of the weights, the same one in
  // every step, from its own cache.
  gemm: ([, , , M, N, K, lda, ldc]) => {
    const work = M! * N! * (K! + MOVED);
    const rows = K! * N! <= FEW_WEIGHTS ? SOME_ROWS : MANY_ROWS;
    return M! >= rows || N! < 2 * LINE
      ? { size: 3, unit: TILE, work, strides: [4 * ldc!, 4 * lda!] }
      : { size: 4, unit: LINE, work, strides: [4, 0, 4 * (K! + 1)] };
  },

  gemmTN: ([, , , M, N, K, , , ldc]) => ({
    size: 3,
    unit: LINE,
    work: M! * N! * K!,
    strides: [4 * ldc!, 4],
    scratch: { position: 9, floats: gemmTNScratch(N!) },
  }),

  columnSums: ([, , M, N]) => ({ size: 3, unit: LINE, work: M! * N! * ADDED, strides: [4, 4] }),

  lstmForward: ([, , , , , B, H]) => {
    const row = 4 * H!;
    return { size: 5, unit: 1, work: B! * H! * CELL_FORWARD, strides: [row, row, row, 4 * row, row] };
  },
  lstmBackward: ([, , , , , , B, H]) => {
    const row = 4 * H!;
    return { size: 6, unit: 1, work: B! * H! * CELL_BACKWARD, strides: [4 * row, row, row, row, row, row] };
  },
  gruForward: ([, , , B, H]) => {
    const row = 4 * H!;
    return { size: 3, unit: 1, work: B! * H! * CELL_FORWARD, strides: [row, 4 * row, row] };
  },
  gruBackward: ([, , , , B, H]) => {
    const row = 4 * H!;
    return { size: 4, unit: 1, work: B! * H! * CELL_BACKWARD, strides: [4 * row, row, row, row] };
  },
  lstmCarryForward: ([, , , , B, H, kind]) => {
    const row = 4 * H!;
    return { size: 4, unit: 1, work: B! * H! * CELL_FORWARD, strides: [row, blocksOf(kind!) * row, row, 0] };
  },
  lstmCarryBackward: ([, , , , , B, H, kind]) => {
    const row = 4 * H!;
    return { size: 5, unit: 1, work: B! * H! * CELL_BACKWARD, strides: [blocksOf(kind!) * row, row, row, row, 0] };
  },
  lstmOutputForward: ([, , , , , , B, H, kind]) => {
    const row = 4 * H!;
    const strides = [row, row, blocksOf(kind!) * row, row, row, 0];
    return { size: 6, unit: 1, work: B! * H! * CELL_FORWARD, strides };
  },
  lstmOutputBackward: ([, , , , , , , B, H, kind]) => {
    const row = 4 * H!;
    const strides = [blocksOf(kind!) * row, row, row, row, row, row, 0];
    return { size: 7, unit: 1, work: B! * H! * CELL_BACKWARD, strides };
  },
  gruResetForward: ([, , , B, H]) => {
    const row = 4 * H!;
    return { size: 3, unit: 1, work: B! * H! * CELL_FORWARD, strides: [row, 3 * row, row] };
  },
  gruResetBackward: ([, , , , B, H]) => {
    const row = 4 * H!;
    return { size: 4, unit: 1, work: B! * H! * CELL_BACKWARD, strides: [3 * row, row, row, row] };
  },
  gruUpdateForward: ([, , , B, H]) => {
    const row = 4 * H!;
    return { size: 3, unit: 1, work: B! * H! * CELL_FORWARD, strides: [row, 3 * row, row] };
  },
  gruUpdateBackward: ([, , , , B, H]) => {
    const row = 4 * H!;
    return { size: 4, unit: 1, work: B! * H! * CELL_BACKWARD, strides: [3 * row, row, row, row] };
  },
  diagonalProduct: ([, , , M, N]) => ({ size: 3, unit: 1, work: M! * N! * MOVED, strides: [4 * N!, 4 * N!, 0] }),
  diagonalGradient: ([, , , M, N]) => ({ size: 4, unit: LINE, work: M! * N! * ADDED, strides: [4, 4, 4] }),
  rnnForward: flat(2, EXPONENTIAL),
  rnnBackward: flat(5, MOVED),
  activationForward: flat(2, EXPONENTIAL),
  activationBackward: flat(4, MOVED),

  rnnSensitivities: ([, , , , rows, , D, H]) => {
    const row = 4 * D! * H!;
    return { size: 4, unit: 1, work: rows! * D! * H! * MOVED, strides: [row, row], first: 5 };
  },
  lstmSlopes: ([, , , , B, H]) => {
    const row = 4 * H!;
    return { size: 4, unit: 1, work: B! * H! * CELL_BACKWARD, strides: [6 * row, 4 * row, row, row] };
  },
  lstmSensitivities: ([, , , , , rows, , D, H]) => {
    const row = 4 * D! * H!;
    return { size: 5, unit: 1, work: rows! * D! * H! * CELL_BACKWARD, strides: [row, row, 4 * row], first: 6 };
  },
  gemv: ([, , , M, N]) => ({ size: 3, unit: LINE, work: M! * N! * MOVED, strides: [4, 4 * N!] }),

  embeddingForward: ([, , , n, E]) => ({ size: 3, unit: 1, work: n! * E! * MOVED, strides: [4 * E!, 0, 4] }),

  layerNormForward: ([, , , , , rows, width]) => {
    const row = 4 * width!;
    return { size: 5, unit: 1, work: rows! * width! * NORMALIZED, strides: [row, 8, row] };
  },
  layerNormBackward: ([, , , , , rows, width]) => {
    const row = 4 * width!;
    return { size: 5, unit: 1, work: rows! * width! * NORMALIZED, strides: [row, row, row, 8] };
  },
  layerNormBackwardWeights: ([dGain, dBias, , , , rows, width]) => ({
    size: 6,
    unit: LINE,
    work: rows! * width! * MOVED,
    strides: [dGain === 0 ? 0 : 4, dBias === 0 ? 0 : 4, 4, 4],
  }),

  crossEntropyForward: ([, , , , n, V]) => ({
    size: 4,
    unit: 1,
    work: n! * V! * EXPONENTIAL,
    strides: [4, 4, 4 * V!, 4],
  }),
  crossEntropyBackward: ([, , , , n, V]) => ({
    size: 4,
    unit: 1,
    work: n! * V! * EXPONENTIAL,
    strides: [4 * V!, 4 * V!, 4, 4],
  }),

  labelSmoothingForward: ([, , , n, V]) => ({ size: 3, unit: 1, work: n! * V! * ADDED, strides: [4, 4 * V!, 4] }),
  labelSmoothingBackward: ([, , n, V]) => ({ size: 2, unit: 1, work: n! * V! * ADDED, strides: [4 * V!, 4] }),
  softTargetsForward: ([, , , , mask, n, V]) => ({
    size: 5,
    unit: 1,
    work: n! * V! * EXPONENTIAL,
    strides: [4, 4, 4 * V!, 4 * V!, mask === 0 ? 0 : 4],
  }),
  softTargetsBackward: ([, , , , mask, n, V]) => ({
    size: 5,
    unit: 1,
    work: n! * V! * EXPONENTIAL,
    strides: [4 * V!, 4 * V!, 4 * V!, 4, mask === 0 ? 0 : 4],
  }),

  dropoutForward: (args) => ({ ...flat(2, HASHED)(args), first: 3 }),
  dropoutBackward: (args) => ({ ...flat(2, HASHED)(args), first: 3 }),
  zoneoutForward: (args) => ({ ...flat(3, HASHED)(args), first: 4 }),
  zoneoutBackward: (args) => ({ ...flat(2, HASHED)(args), first: 3 }),
  rowDropout: ([, , , n, E]) => ({ size: 3, unit: 1, work: n! * E! * MOVED, strides: [4 * E!, 4 * E!, 4] }),

  softmaxForward: ([, , , rows, width]) => {
    const row = 4 * width!;
    return { size: 3, unit: 1, work: rows! * width! * EXPONENTIAL, strides: [row, row], first: 7 };
  },
  softmaxBackward: ([, , , rows, width]) => {
    const row = 4 * width!;
    return { size: 3, unit: 1, work: rows! * width! * NORMALIZED, strides: [row, row, row] };
  },

  addBroadcast: broadcast,
  multiplyBroadcast: broadcast,
  // Shares of rows that are added to one another would not be the same sum.
  reduceSum: ([, , rows, columns, lda, sRow, sColumn]) => {
    const work = rows! * columns! * MOVED;
    return sRow === 0 && sColumn === 1
      ? { size: 3, unit: LINE, work, strides: [4, 4] }
      : { size: 2, unit: sRow === 0 ? Math.max(rows!, 1) : 1, work, strides: [4 * sRow!, 4 * lda!] };
  },
  copyBlocks: ([, , outer, rows, width, toOuter, toRow, fromOuter, fromRow]) => {
    const work = outer! * rows! * width! * MOVED;
    return outer! > 1
      ? { size: 2, unit: 1, work, strides: [4 * toOuter!, 4 * fromOuter!] }
      : { size: 3, unit: 1, work, strides: [4 * toRow!, 4 * fromRow!] };
  },

  axpy: flat(2, MOVED),
  scale: flat(1, MOVED),
  clampValues: flat(1, MOVED),
  sgdStep: flat(2, MOVED),
  momentumStep: flat(3, UPDATED),
  rmspropStep: flat(3, UPDATED),
  adamStep: flat(4, UPDATED),

  // Shares may change the same words: only for those who ask for it.
  word2vecRows: ([, , , , , , rows, E, , , hogwild]) => ({
    size: 6,
    unit: 1,
    work: hogwild! * rows! * E! * UPDATED,
    strides: [0, 0, 0, 0, 4, 0],
    scratch: { position: 5, floats: 3 * E! },
  }),
};
