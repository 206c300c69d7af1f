/**
 * The forward algorithm of a chain, and its gradient, for a whole batch at once. With row b short for a sequence:
 *
 *     alpha_1 = start + e_1          alpha_t[b, j] = e_t[b, j] + log sum_i exp(alpha_{t-1}[b, i] + A_ij)
 *     log Z_b = log sum_j exp(alpha_T[b, j] + end_j)
 *
 * After each step alpha is normalized, so that its numbers stay small however long the sequence; what was taken off is
 * added up in 64 bits (Rabiner 1989 scales likewise). Backwards, with d for the gradient of log Z:
 *
 *     w_t[b, j, i] = softmax over i of alpha_{t-1}[b, i] + A_ij
 *     d alpha_{t-1}[b, i] += sum_j d alpha_t[b, j] w_t[b, j, i]          dA_ij += sum_{t, b} d alpha_t[b, j] w_t[b, j, i]
 *
 * A step's K b K sums lie as [j][b][i], so that alpha, [b][i], is repeated along rows. The logarithm of a sum of
 * exponentials is what the kernel of the cross-entropy keeps for its backward, whatever the target.
 */

import type { Engine } from '../engine.js';
import type { Batches } from './batches.js';
import type { CrfParameters } from './crf.js';

/** No target is left out. */
const NONE = -1;

/** One run forward, and perhaps back. Sequences are sorted, longest first, as `Batches` has them. */
export class CrfScan {
  readonly #engine: Engine;
  readonly #parameters: CrfParameters;
  readonly #batches: Batches;
  readonly #K: number;
  /** (K, K): A transposed, [j][i]. */
  readonly #incoming: number;
  /** (K B) ids of 0. */
  readonly #zeros: number;
  /** (N, K). */
  readonly #alphas: number;
  /** (B, K): alpha of the last step of each sequence, with end. */
  readonly #last: number;
  /** (B) ids: the row of that step. */
  readonly #lastRows: number;

  constructor(engine: Engine, parameters: CrfParameters, batches: Batches) {
    const { kernels, memory } = engine;
    const K = parameters.start.size;
    this.#engine = engine;
    this.#parameters = parameters;
    this.#batches = batches;
    this.#K = K;
    this.#incoming = memory.reserve(K * K);
    kernels.copyBlocks(this.#incoming, parameters.transitions.ptr, K, K, 1, 1, K, K, 1, 0);
    this.#zeros = engine.ids(new Int32Array(K * batches.B));
    this.#alphas = memory.reserve(batches.N * K);
    this.#last = memory.reserve(batches.B * K);
    this.#lastRows = engine.ids(lastRows(batches));
  }

  /** (B): log Z. @param emissions in, (N, K) */
  forward(emissions: number): Float64Array {
    const { kernels, memory } = this.#engine;
    const [batches, K, { start, end }] = [this.#batches, this.#K, this.#parameters];
    const logZ = new Float64Array(batches.B);
    kernels.addBroadcast(this.#alphas, emissions, start.ptr, batches.B, K, 0, 1, 1);
    for (let t = 0; t < batches.T; t++) {
      if (t > 0) this.#step(t, emissions + memory.bytes(batches.at(t) * K));
      this.#takeOff(this.#alpha(t), batches.rows(t), logZ);
    }
    kernels.embeddingForward(this.#last, this.#alphas, this.#lastRows, batches.B, K);
    kernels.addBroadcast(this.#last, this.#last, end.ptr, batches.B, K, 0, 1, 1);
    this.#takeOff(this.#last, batches.B, logZ);
    return logZ;
  }

  /** alpha_t of alpha_{t-1}. @param emissions in, (b, K), those of the step */
  #step(t: number, emissions: number): void {
    const { kernels, memory } = this.#engine;
    const [b, K] = [this.#batches.rows(t), this.#K];
    memory.scratch(() => {
      const [tmpSums, tmpLogs] = [memory.reserve(K * b * K), memory.reserve(K * b)];
      this.#sums(tmpSums, t);
      this.#logSumExp(tmpLogs, tmpSums, K * b);
      memory.copy(this.#alpha(t), emissions, b * K);
      kernels.copyBlocks(this.#alpha(t), tmpLogs, K, b, 1, 1, K, b, 1, 1);
    });
  }

  /** alpha_{t-1}[b, i] + A_ij as [j][b][i]. @param sums out, (K, b, K) */
  #sums(sums: number, t: number): void {
    const { kernels } = this.#engine;
    const [b, K] = [this.#batches.rows(t), this.#K];
    kernels.copyBlocks(sums, this.#incoming, K, b, K, b * K, K, K, 0, 0);
    kernels.addBroadcast(sums, sums, this.#alpha(t - 1), K, b * K, 0, 1, 1);
  }

  /** Normalizes rows of alpha, and adds what is taken off to the total of each. */
  #takeOff(rows: number, count: number, totals: Float64Array): void {
    const { kernels, memory } = this.#engine;
    memory.scratch(() => {
      const tmpLogs = memory.reserve(count);
      this.#logSumExp(tmpLogs, rows, count);
      kernels.addBroadcast(rows, rows, tmpLogs, count, this.#K, 1, 0, -1);
      for (const [b, log] of memory.view(tmpLogs, count).entries()) totals[b]! += log;
    });
  }

  /** @param logs out, (count) @param rows in, (count, K) */
  #logSumExp(logs: number, rows: number, count: number): void {
    const { kernels, memory } = this.#engine;
    memory.scratch(() => {
      kernels.crossEntropyForward(memory.reserve(count), logs, rows, this.#zeros, count, this.#K, NONE);
    });
  }

  /**
   * The gradients of what came of log Z; those of the parameters are added.
   * @param dEmissions out, (N, K)
   * @param dLogZ (B)
   */
  backward(dEmissions: number, dLogZ: Float64Array): void {
    const { kernels, memory } = this.#engine;
    const [{ B, N, T }, K, { start, end }] = [this.#batches, this.#K, this.#parameters];
    memory.scratch(() => {
      const [tmpUpstream, tmpTransitions] = [memory.reserve(B), memory.reserve(K * B * K)];
      memory.view(tmpUpstream, B).set(dLogZ);
      kernels.softmaxForward(this.#last, this.#last, 0, B, K, 1, 1, 0, 0);
      kernels.multiplyBroadcast(this.#last, this.#last, tmpUpstream, B, K, 1, 0, 0);
      kernels.reduceSum(end.gradientPtr, this.#last, B, K, K, 0, 1, 1);
      memory.zero(dEmissions, N * K);
      kernels.embeddingBackward(dEmissions, this.#last, this.#lastRows, B, K);
      memory.zero(tmpTransitions, K * B * K);
      for (let t = T - 1; t > 0; t--) this.#stepBack(t, dEmissions, tmpTransitions);
      kernels.reduceSum(start.gradientPtr, dEmissions, B, K, K, 0, 1, 1);
      this.#addTransitions(tmpTransitions);
    });
  }

  /** From d alpha_t to d alpha_{t-1}. @param dTransitions in-out, (K, B, K), [j][b][i] */
  #stepBack(t: number, dAlphas: number, dTransitions: number): void {
    const { kernels, memory } = this.#engine;
    const [{ B }, b, K] = [this.#batches, this.#batches.rows(t), this.#K];
    const [d, dBefore] = [t, t - 1].map((step) => dAlphas + memory.bytes(this.#batches.at(step) * K)) as [number, number]; // prettier-ignore
    memory.scratch(() => {
      const [tmpWeights, tmpTurned] = [memory.reserve(K * b * K), memory.reserve(K * b)];
      this.#sums(tmpWeights, t);
      kernels.softmaxForward(tmpWeights, tmpWeights, 0, K * b, K, 1, 1, 0, 0);
      kernels.copyBlocks(tmpTurned, d, K, b, 1, b, 1, 1, K, 0);
      kernels.multiplyBroadcast(tmpWeights, tmpWeights, tmpTurned, K * b, K, 1, 0, 0);
      kernels.reduceSum(dBefore, tmpWeights, K, b * K, b * K, 0, 1, 1);
      kernels.copyBlocks(dTransitions, tmpWeights, K, b, K, B * K, K, b * K, K, 1);
    });
  }

  /** dA_ij += the sum over b of [j][b][i]. */
  #addTransitions(dTransitions: number): void {
    const { kernels, memory } = this.#engine;
    const [{ B }, K] = [this.#batches, this.#K];
    memory.scratch(() => {
      const tmp = memory.reserve(K * K);
      memory.zero(tmp, K * K);
      for (let j = 0; j < K; j++) {
        kernels.reduceSum(tmp + memory.bytes(j * K), dTransitions + memory.bytes(j * B * K), B, K, K, 0, 1, 1);
      }
      kernels.copyBlocks(this.#parameters.transitions.gradientPtr, tmp, K, K, 1, 1, K, K, 1, 1);
    });
  }

  #alpha(t: number): number {
    return this.#alphas + this.#engine.memory.bytes(this.#batches.at(t) * this.#K);
  }
}

/** (B): the row of the last step of each sequence. */
function lastRows(batches: Batches): Int32Array {
  const rows = new Int32Array(batches.B);
  for (let t = 0; t < batches.T; t++) for (let b = 0; b < batches.rows(t); b++) rows[b] = batches.at(t) + b;
  return rows;
}
