/**
 * The products that networks are made of, timed by themselves on the kernels: fractions of a peak measured in the same
 * rounds. A product is named by the sizes of its factors, M x K x N: (M, K) by (K, N).
 */

import type { Engine } from '../engine.js';
import { ACCUMULATE, ASSIGN, BIAS, gemmTNScratch, panelSize } from '../kernels/codes.js';
import { Random } from '../random.js';
import { alternate, finish, median, timed } from './alternation.js';
import type { Plan } from './alternation.js';
import { peakLoop, reached } from './peak.js';

/** One product. */
export interface Product {
  readonly kernel: 'gemm' | 'gemmTN';
  /** What it is in a network. */
  readonly use: string;
  readonly M: number;
  readonly K: number;
  readonly N: number;
  /** How it begins: BIAS, ACCUMULATE or ASSIGN. gemmTN always accumulates. */
  readonly begin: number;
}

/** The times of one product. */
export interface ProductResult {
  readonly bench: 'product';
  readonly product: string;
  readonly kernel: 'gemm' | 'gemmTN';
  readonly use: string;
  readonly kernels: string;
  readonly revectorized: boolean;
  readonly threads: number;
  /** The median, in microseconds. */
  readonly usPerCall: number;
  readonly gflops: number;
  /** What that is a fraction of. */
  readonly peakGflops: number;
  /** Of `threads` times the peak of one core. */
  readonly fractionOfPeak: number;
}

const PLAN: Plan = { sliceMs: 2, warmUpMs: 40, budgetMs: 150 };

const gemm = (use: string, M: number, K: number, N: number, begin: number): Product =>
  ({ kernel: 'gemm', use, M, K, N, begin }) as const;
const gemmTN = (use: string, M: number, K: number, N: number): Product =>
  ({ kernel: 'gemmTN', use, M, K, N, begin: ACCUMULATE }) as const;

/** Every kind of product a step makes, in the sizes of the training shapes. */
export const PRODUCTS: readonly Product[] = [
  gemm('plain', 480, 240, 480, ASSIGN),
  gemm('plain', 120, 200, 960, ASSIGN),
  ...[128, 256, 512].flatMap((H) => [
    gemm('recurrent, forward', 32, H, 4 * H, ACCUMULATE),
    gemm('recurrent, backward', 32, 4 * H, H, ASSIGN),
  ]),
  ...[1, 2].flatMap((rows) =>
    [128, 256, 512].map((H) => gemm(rows === 1 ? '1 row' : `${rows} rows`, rows, H, 4 * H, ACCUMULATE)),
  ),
  gemm('input of all steps', 2048, 64, 512, BIAS),
  gemm('input of all steps', 2500, 256, 1024, BIAS),
  gemm('input, backward', 2048, 512, 64, ASSIGN),
  gemmTN('weight gradient', 512, 2048, 64),
  gemmTN('weight gradient', 512, 2048, 128),
  gemmTN('weight gradient', 1024, 2500, 256),
  gemm('vocabulary', 400, 200, 10000, BIAS),
  gemm('vocabulary, backward', 400, 10000, 200, ASSIGN),
  gemmTN('vocabulary, gradient', 10000, 400, 200),
];

/** `480x240x480`. */
export function productName({ M, K, N }: Product): string {
  return `${M}x${K}x${N}`;
}

/**
 * Times a product in alternation with the peak loop. Its operands live in one evaluation, which cannot be left in the
 * middle: it yields before.
 * @param threads the engine computes with
 */
export function* measureProduct(
  engine: Engine,
  product: Product,
  threads: number,
  plan: Plan = PLAN,
): Generator<void, ProductResult> {
  yield;
  const { kernel, use, M, K, N } = product;
  const [peakMs, ms] = engine.evaluate(() => {
    const measures = [timed(peakLoop(engine)), timed(prepared(engine, product))];
    return finish(alternate(measures, plan)) as [number[], number[]];
  });
  const flops = 2 * M * K * N;
  const gflops = flops / median(ms) / 1e6;
  return {
    bench: 'product',
    product: productName(product),
    kernel,
    use,
    kernels: engine.report().kernels,
    revectorized: engine.report().revectorized,
    threads,
    usPerCall: 1000 * median(ms),
    gflops,
    ...reached(ms, flops, peakMs, threads),
  };
}

/** The call of a product on operands in the running step. */
function prepared(engine: Engine, { kernel, M, K, N, begin }: Product): () => void {
  const { kernels, memory } = engine;
  const a = drawn(engine, M * K);
  const b = drawn(engine, K * N);
  const c = memory.reserve(M * N);
  memory.zero(c, M * N);
  if (kernel === 'gemmTN') {
    const tmp = memory.reserve(gemmTNScratch(N));
    return () => kernels.gemmTN(c, a, b, M, N, K, M, N, N, tmp);
  }
  const panels = memory.reserve(panelSize(K, N));
  kernels.packPanels(panels, b, 0, 0, K, N, N);
  return () => kernels.gemm(c, a, panels, M, N, K, K, N, begin);
}

/** Uniform numbers in [-1, 1) at a new address. */
function drawn({ memory }: Engine, size: number): number {
  const random = new Random(1);
  const address = memory.reserve(size);
  const values = memory.view(address, size);
  for (let i = 0; i < size; i++) values[i] = random.between(-1, 1);
  return address;
}
