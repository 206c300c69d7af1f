/**
 * The promise of the `simd` tier: the same numbers give the same bits, in every runtime, on any number of threads,
 * however the rows of a product are split.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import {
  ABSOLUTE,
  ACCUMULATE,
  ACTIVATIONS,
  ASSIGN,
  BIAS,
  COUPLED,
  FORGET,
  gemmTNScratch,
  HUBER,
  LOG_PROBABILITIES,
  LOGISTIC,
  LOGITS,
  panelSize,
  RELU,
  SQUARED,
  TANH,
} from '../../src/kernels/codes.js';
import type { Kernels } from '../../src/kernels/kernels.js';
import { CHAINS, PAIRED_CHAINS } from '../../src/kernels/peak.js';
import { selectKernels } from '../../src/kernels/select.js';
import type { Heap } from '../../src/memory/heap.js';
import { Random } from '../../src/random.js';

/**
 * FNV-1a of the result bits of `everyKernel` below, kernel by kernel. A value here changes when the order or the kind
 * of an operation changes: in assembly/, in the compiler, or because a runtime is not IEEE. If the change of bits is
 * meant (it makes old runs irreproducible, so the changelog must say so), copy the values the failing test prints;
 * if only another runtime or another compiler version gives other bits, that is the bug, not this list.
 */
const LOCKED: Record<string, string> = {
  activationBackward: '146a8599',
  activationForward: '910b0f73',
  adamStep: '7d65c797',
  addBroadcast: '75957c84',
  axpy: '33fe62bd',
  clampValues: '63a76cec',
  columnSums: '46877b3c',
  copyBlocks: '7fd0e3b7',
  crossEntropyBackward: 'e0a50a1c',
  crossEntropyForward: 'dfcbe6db',
  diagonalGradient: 'a0363e34',
  diagonalProduct: '8ae2aeea',
  dropoutBackward: 'db8d5f3e',
  dropoutForward: '5fac2820',
  embeddingBackward: 'da5850a1',
  embeddingForward: 'b13d4d5d',
  gaussianDivergenceBackward: 'e0f8cb18',
  gaussianDivergenceForward: '21d5dc9b',
  gemm: '59dd696d',
  gemmTN: '073394dd',
  gemv: '975a679e',
  gruBackward: 'bf3e37ce',
  gruForward: '3a7b7874',
  labelSmoothingBackward: '3b612320',
  labelSmoothingForward: 'd1947cb9',
  layerNormBackward: 'a6543c2f',
  layerNormBackwardWeights: '823f74d6',
  layerNormForward: '4f6d9a73',
  gruResetBackward: '3099c497',
  gruResetForward: 'f112b877',
  gruUpdateBackward: '0551c40a',
  gruUpdateForward: '09aa43b4',
  lstmBackward: 'b3c1cec5',
  lstmCarryBackward: '8ed60e49',
  lstmCarryForward: '9057f01f',
  lstmForward: 'c3d406ae',
  lstmSensitivities: 'a10b6f64',
  lstmSlopes: '04a573e3',
  lstmOutputBackward: 'eec2bf5d',
  lstmOutputForward: 'a29d895f',
  momentumStep: '00d69965',
  multiplyAddChains: 'e8f840b8',
  multiplyAddPairs: '0fcece02',
  multiplyBroadcast: '0245522b',
  packPanels: 'd33024c2',
  packPanelsTransposed: 'cca9ba8e',
  pointwiseLossBackward: '61a14c58',
  'pointwiseLossBackward, squared': 'bfd16f13',
  pointwiseLossForward: '0e3ef061',
  'pointwiseLossForward, squared': '4ac15acf',
  reduceSum: '294d00e0',
  rmspropStep: '8e672cbc',
  rnnBackward: '6f78bfb6',
  rnnForward: '425337c3',
  rnnSensitivities: '0d1cd8a1',
  rowDropout: 'd60aa4a0',
  scale: '394f6bab',
  sgdStep: '2caef0fa',
  softTargetsBackward: '6a4984aa',
  softTargetsForward: 'da5d6dc7',
  softmaxBackward: 'd2cfcff4',
  softmaxForward: 'b57e92dc',
  sumSquares: 'c290c3ee',
  word2vecRows: '2dbec5dc',
  zoneoutBackward: 'd29066bb',
  zoneoutForward: '19ed7439',
};

let heap: Heap;
let kernels: Kernels;
let top: number;
let random: Random;

/** A buffer of uniform numbers. */
function some(size: number, low: number = -1, high: number = 1): number {
  const address = top;
  top += 4 * Math.ceil(size / 4) * 4;
  for (let i = 0; i < size; i++) heap.floats[address / 4 + i] = random.between(low, high);
  return address;
}

function ids(values: readonly number[]): number {
  const address = some(values.length);
  heap.ints.set(values, address / 4);
  return address;
}

/** The bits of some buffers of the same size. */
function bits(size: number, ...addresses: number[]): number[] {
  return addresses.flatMap((address) => Array.from(heap.ints.subarray(address / 4, address / 4 + size)));
}

/** The bits of a number of 64. */
function words(x: number): number[] {
  return [...new Int32Array(new Float64Array([x]).buffer)];
}

/** A mask that leaves out every third element. */
const everyThird = (size: number): number[] => Array.from({ length: size }, (_, i) => (i % 3 === 1 ? 0 : -1));

/** FNV-1a over 32-bit words, byte by byte. */
function checksum(words: readonly number[]): string {
  let hash = 0x811c9dc5;
  for (const word of words) {
    for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((word >>> shift) & 0xff), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function restart(): void {
  heap.floats.fill(0, 1024);
  top = 4096;
  random = new Random(2024);
}

/** Each kernel once, on sizes with remainders; results by name. */
function everyKernel(): Record<string, string> {
  const results: Record<string, string> = {};
  for (const [name, run] of Object.entries(RUNS)) {
    restart();
    results[name] = checksum(run());
  }
  return results;
}

const SIZE = 3 * 7;

const RUNS: Record<string, () => number[]> = {
  packPanels: () => {
    const panels = some(panelSize(5, 19));
    kernels.packPanels(panels, some(5 * 19), some(19), some(19), 5, 19, 19);
    return bits(panelSize(5, 19), panels);
  },
  packPanelsTransposed: () => {
    const panels = some(panelSize(5, 19));
    kernels.packPanelsTransposed(panels, some(5 * 19), some(19), some(19), 5, 19, 5);
    return bits(panelSize(5, 19), panels);
  },
  gemm: () =>
    [BIAS, ACCUMULATE, ASSIGN].flatMap((begin) => {
      const c = some(7 * 27);
      kernels.gemm(c, some(7 * 33), some(panelSize(33, 27)), 7, 27, 33, 33, 27, begin);
      return bits(7 * 27, c);
    }),
  gemmTN: () => {
    const c = some(7 * 13);
    kernels.gemmTN(c, some(300 * 7), some(300 * 13), 7, 13, 300, 7, 13, 13, some(gemmTNScratch(13)));
    return bits(7 * 13, c);
  },
  columnSums: () => {
    const sums = some(13);
    kernels.columnSums(sums, some(31 * 13), 31, 13, 13);
    return bits(13, sums);
  },
  rnnForward: () =>
    [TANH, RELU].flatMap((activation) => {
      const h = some(1001);
      kernels.rnnForward(h, some(1001, -9, 9), 1001, activation);
      return bits(1001, h);
    }),
  rnnBackward: () =>
    [TANH, RELU].flatMap((activation) => {
      const da = some(SIZE);
      const [dh, dy, h] = [some(SIZE), some(SIZE), some(SIZE)];
      kernels.rnnBackward(da, dh, dy, h, da, SIZE, activation);
      return bits(SIZE, da);
    }),
  activationForward: () =>
    ACTIVATIONS.flatMap((_, kind) => {
      const y = some(1001);
      kernels.activationForward(y, some(1001, -9, 9), 1001, kind);
      return bits(1001, y);
    }),
  activationBackward: () =>
    ACTIVATIONS.flatMap((_, kind) => {
      const dx = some(SIZE);
      kernels.activationBackward(dx, some(SIZE), some(SIZE, -3, 3), some(SIZE), SIZE, kind, kind % 2);
      return bits(SIZE, dx);
    }),
  lstmForward: () => {
    const [h, c, tanhC, gates] = [some(SIZE), some(SIZE), some(SIZE), some(4 * SIZE, -5, 5)];
    kernels.lstmForward(h, c, tanhC, gates, some(SIZE), 3, 7);
    return [...bits(SIZE, h, c, tanhC), ...bits(4 * SIZE, gates)];
  },
  lstmBackward: () => {
    const [gates, dc] = [some(4 * SIZE), some(SIZE)];
    kernels.lstmBackward(gates, dc, some(SIZE), some(SIZE), some(SIZE), some(SIZE), 3, 7);
    return [...bits(4 * SIZE, gates), ...bits(SIZE, dc)];
  },
  gruForward: () => {
    const [h, gates] = [some(SIZE), some(4 * SIZE, -5, 5)];
    kernels.gruForward(h, gates, some(SIZE), 3, 7, Infinity);
    return [...bits(SIZE, h), ...bits(4 * SIZE, gates)];
  },
  gruBackward: () => {
    const [gates, dh] = [some(4 * SIZE), some(SIZE)];
    kernels.gruBackward(gates, dh, some(SIZE), some(SIZE), 3, 7, Infinity);
    return [...bits(4 * SIZE, gates), ...bits(SIZE, dh)];
  },
  rnnSensitivities: () => {
    const p = some(6 * 7);
    kernels.rnnSensitivities(p, some(6 * 7), some(7), some(2), 3, 4, 2, 7);
    return bits(6 * 7, p);
  },
  lstmSlopes: () => {
    const slopes = some(6 * SIZE);
    kernels.lstmSlopes(slopes, some(4 * SIZE), some(SIZE), some(SIZE), 3, 7);
    return bits(6 * SIZE, slopes);
  },
  lstmSensitivities: () => {
    const [ph, pc] = [some(6 * 7), some(6 * 7)];
    kernels.lstmSensitivities(ph, pc, some(4 * 6 * 7), some(6 * 7), some(2), 3, 20, 2, 7);
    return bits(6 * 7, ph, pc);
  },
  gemv: () => {
    const y = some(35);
    kernels.gemv(y, some(35 * 23), some(23), 35, 23);
    return bits(35, y);
  },
  lstmCarryForward: () =>
    [FORGET, COUPLED].flatMap((kind) =>
      [Infinity, 0.7].flatMap((clip) => {
        const [c, gates] = [some(SIZE), some(4 * SIZE, -5, 5)];
        kernels.lstmCarryForward(c, gates, some(SIZE), some(2 * 7), 3, 7, kind, clip, clip);
        return [...bits(SIZE, c), ...bits(4 * SIZE, gates)];
      }),
    ),
  lstmCarryBackward: () =>
    [FORGET, COUPLED].flatMap((kind) =>
      [Infinity, 0.7].flatMap((clip) => {
        const [gates, dc] = [some(4 * SIZE), some(SIZE)];
        kernels.lstmCarryBackward(gates, dc, some(SIZE), some(SIZE), some(2 * 7), 3, 7, kind, clip, clip);
        return [...bits(4 * SIZE, gates), ...bits(SIZE, dc)];
      }),
    ),
  lstmOutputForward: () =>
    [Infinity, 0.7].flatMap((clip) => {
      const [h, tanhC, gates] = [some(SIZE), some(SIZE), some(4 * SIZE, -5, 5)];
      kernels.lstmOutputForward(h, tanhC, gates, some(SIZE), some(SIZE), some(7), 3, 7, FORGET, clip);
      return [...bits(SIZE, h, tanhC), ...bits(4 * SIZE, gates)];
    }),
  lstmOutputBackward: () =>
    [Infinity, 0.7].flatMap((clip) => {
      const [gates, dc, dSeen] = [some(4 * SIZE), some(SIZE), some(SIZE)];
      kernels.lstmOutputBackward(gates, dc, dSeen, some(SIZE), some(SIZE), some(SIZE), some(7), 3, 7, FORGET, clip);
      return [...bits(4 * SIZE, gates), ...bits(SIZE, dc, dSeen)];
    }),
  gruResetForward: () =>
    [Infinity, 0.7].flatMap((clip) => {
      const [s, gates] = [some(SIZE), some(3 * SIZE, -5, 5)];
      kernels.gruResetForward(s, gates, some(SIZE), 3, 7, clip);
      return [...bits(SIZE, s), ...bits(3 * SIZE, gates)];
    }),
  gruResetBackward: () =>
    [Infinity, 0.7].flatMap((clip) => {
      const [gates, dh] = [some(3 * SIZE), some(SIZE)];
      kernels.gruResetBackward(gates, dh, some(SIZE), some(SIZE), 3, 7, clip);
      return [...bits(3 * SIZE, gates), ...bits(SIZE, dh)];
    }),
  gruUpdateForward: () =>
    [Infinity, 0.7].flatMap((clip) => {
      const [h, gates] = [some(SIZE), some(3 * SIZE, -5, 5)];
      kernels.gruUpdateForward(h, gates, some(SIZE), 3, 7, clip);
      return [...bits(SIZE, h), ...bits(3 * SIZE, gates)];
    }),
  gruUpdateBackward: () =>
    [Infinity, 0.7].flatMap((clip) => {
      const [gates, dh] = [some(3 * SIZE), some(SIZE)];
      kernels.gruUpdateBackward(gates, dh, some(SIZE), some(SIZE), 3, 7, clip);
      return [...bits(3 * SIZE, gates), ...bits(SIZE, dh)];
    }),
  diagonalProduct: () => {
    const y = some(31 * 13);
    kernels.diagonalProduct(y, some(31 * 13), some(13), 31, 13);
    return bits(31 * 13, y);
  },
  diagonalGradient: () => {
    const du = some(29);
    kernels.diagonalGradient(du, some(31 * 30), some(31 * 29), 31, 29, 30, 29);
    return bits(29, du);
  },
  embeddingForward: () => {
    const y = some(4 * 7);
    kernels.embeddingForward(y, some(5 * 7), ids([4, 0, 4, 1]), 4, 7);
    return bits(4 * 7, y);
  },
  embeddingBackward: () => {
    const dTable = some(5 * 7);
    kernels.embeddingBackward(dTable, some(4 * 7), ids([4, 0, 4, 1]), 4, 7);
    return bits(5 * 7, dTable);
  },
  layerNormForward: () =>
    [0, 1].flatMap((accumulate) => {
      const [y, stats] = [some(3 * 29), some(6)];
      kernels.layerNormForward(y, stats, some(3 * 29), some(29), some(29), 3, 29, accumulate, 1e-5);
      return [...bits(3 * 29, y), ...bits(6, stats)];
    }),
  layerNormBackward: () =>
    [0, 1].flatMap((accumulate) => {
      const dx = some(3 * 29);
      kernels.layerNormBackward(dx, some(3 * 29), some(3 * 29), some(6), some(29), 3, 29, accumulate);
      return bits(3 * 29, dx);
    }),
  layerNormBackwardWeights: () => {
    const [dGain, dBias] = [some(29), some(29)];
    kernels.layerNormBackwardWeights(dGain, dBias, some(3 * 29), some(3 * 29), some(6), 3, 29, 29);
    return bits(29, dGain, dBias);
  },
  crossEntropyForward: () => {
    const [losses, logSums] = [some(3), some(3)];
    kernels.crossEntropyForward(losses, logSums, some(3 * 29, -9, 9), ids([28, -1, 0]), 3, 29, -1);
    return bits(3, losses, logSums);
  },
  crossEntropyBackward: () =>
    [0, 1].flatMap((accumulate) => {
      const d = some(3 * 29);
      kernels.crossEntropyBackward(d, some(3 * 29), some(3, 3, 5), ids([28, -1, 0]), 3, 29, -1, 0.3, accumulate);
      return bits(3 * 29, d);
    }),
  labelSmoothingForward: () => {
    const losses = some(3);
    kernels.labelSmoothingForward(losses, some(3 * 29, -9, 9), ids([28, -1, 0]), 3, 29, -1, 0.1);
    return bits(3, losses);
  },
  labelSmoothingBackward: () => {
    const d = some(3 * 29);
    kernels.labelSmoothingBackward(d, ids([28, -1, 0]), 3, 29, -1, 0.1);
    return bits(3 * 29, d);
  },
  softTargetsForward: () =>
    [LOGITS, LOG_PROBABILITIES].flatMap((form) => {
      const [losses, logSums] = [some(3), some(3)];
      const [x, p] = [some(3 * 29, -9, 9), some(3 * 29, 0, 1)];
      kernels.softTargetsForward(losses, logSums, x, p, ids([-1, 0, -1]), 3, 29, form, 1);
      return bits(3, losses, logSums);
    }),
  softTargetsBackward: () =>
    [0, 1].flatMap((accumulate) => {
      const d = some(3 * 29);
      const [x, p] = [some(3 * 29), some(3 * 29, 0, 0.1)];
      kernels.softTargetsBackward(d, x, p, some(3, 3, 5), ids([-1, 0, -1]), 3, 29, LOGITS, 0.3, accumulate);
      return bits(3 * 29, d);
    }),
  // The mean of squares, whose bits are older than the other kinds and the mask.
  'pointwiseLossForward, squared': () => {
    const sum = kernels.pointwiseLossForward(some(1001), some(1001), 0, 1001, SQUARED, 0);
    return words(sum / 1001);
  },
  'pointwiseLossBackward, squared': () =>
    [0, 1].flatMap((accumulate) => {
      const d = some(SIZE);
      kernels.pointwiseLossBackward(d, some(SIZE), some(SIZE), 0, SIZE, SQUARED, 0, 0.15, accumulate);
      return bits(SIZE, d);
    }),
  pointwiseLossForward: () =>
    [ABSOLUTE, HUBER, LOGISTIC].flatMap((kind) => {
      const [y, t] = [some(SIZE), some(SIZE, 0, 1)];
      return words(kernels.pointwiseLossForward(y, t, ids(everyThird(SIZE)), SIZE, kind, 0.5));
    }),
  pointwiseLossBackward: () =>
    [ABSOLUTE, HUBER, LOGISTIC].flatMap((kind) => {
      const [d, y, t] = [some(SIZE), some(SIZE), some(SIZE, 0, 1)];
      kernels.pointwiseLossBackward(d, y, t, ids(everyThird(SIZE)), SIZE, kind, 0.5, 0.3, 1);
      return bits(SIZE, d);
    }),
  gaussianDivergenceForward: () => {
    const [mean, logVariance, priorMean, prior] = [some(SIZE), some(SIZE), some(SIZE), some(SIZE)];
    return words(kernels.gaussianDivergenceForward(mean, logVariance, priorMean, prior, ids(everyThird(SIZE)), SIZE));
  },
  gaussianDivergenceBackward: () => {
    const d = [some(SIZE), some(SIZE), some(SIZE), some(SIZE)] as const;
    const x = [some(SIZE), some(SIZE), some(SIZE), some(SIZE)] as const;
    kernels.gaussianDivergenceBackward(...d, ...x, ids(everyThird(SIZE)), SIZE, 0.3);
    return bits(SIZE, ...d);
  },
  dropoutForward: () => {
    const y = some(SIZE);
    kernels.dropoutForward(y, some(SIZE), SIZE, 0, 2 ** 22, 4 / 3, 5, 6);
    return bits(SIZE, y);
  },
  dropoutBackward: () => {
    const dx = some(SIZE);
    kernels.dropoutBackward(dx, some(SIZE), SIZE, 0, 2 ** 22, 4 / 3, 5, 6);
    return bits(SIZE, dx);
  },
  rowDropout: () => {
    const y = some(4 * 7);
    kernels.rowDropout(y, some(4 * 7), ids([4, 0, 4, 1]), 4, 7, 2 ** 23, 2, 5, 6);
    return bits(4 * 7, y);
  },

  word2vecRows: () =>
    [0, 1].flatMap((exact) => {
      const [input, output, scores] = [some(5 * 23), some(6 * 23), some(17)];
      // Two inputs and three outputs, then one input and five outputs, the second labelled 1.
      const stream = ids([2, 3, 4, 0, 1, 4, 10, 1, 5, 2, 0, 3, 4, 6, 8, 0, 0]);
      kernels.word2vecRows(input, output, scores, stream, ids([0, 7]), some(3 * 23), 2, 23, 0.05, exact, 0);
      return [...bits(5 * 23, input), ...bits(6 * 23, output), ...bits(17, scores)];
    }),

  zoneoutForward: () => {
    const y = some(SIZE);
    kernels.zoneoutForward(y, some(SIZE), some(SIZE), SIZE, 0, 2 ** 22, 5, 6);
    return bits(SIZE, y);
  },
  zoneoutBackward: () => {
    const [dy, dPrevious] = [some(SIZE), some(SIZE)];
    kernels.zoneoutBackward(dy, dPrevious, SIZE, 0, 2 ** 22, 5, 6);
    return bits(SIZE, dy, dPrevious);
  },
  softmaxForward: () =>
    [0, 1].flatMap((log) => {
      const y = some(3 * 29);
      const mask = ids(Array.from({ length: 29 }, (_, i) => (i % 5 === 3 ? 0 : 1)));
      kernels.softmaxForward(y, some(3 * 29, -9, 9), mask, 3, 29, 1, 1, 0, log);
      return bits(3 * 29, y);
    }),
  softmaxBackward: () =>
    [0, 1].flatMap((log) => {
      const dx = some(3 * 29);
      kernels.softmaxBackward(dx, some(3 * 29), some(3 * 29), 3, 29, log, log);
      return bits(3 * 29, dx);
    }),
  addBroadcast: () => {
    const y = some(SIZE);
    kernels.addBroadcast(y, some(SIZE), some(7), 3, 7, 0, 1, 0.7);
    return bits(SIZE, y);
  },
  multiplyBroadcast: () =>
    [0, 1].flatMap((accumulate) => {
      const y = some(SIZE);
      kernels.multiplyBroadcast(y, some(SIZE), some(3), 3, 7, 1, 0, accumulate);
      return bits(SIZE, y);
    }),
  reduceSum: () =>
    [0, 1].flatMap((column) => {
      const s = some(29);
      kernels.reduceSum(s, some(3 * 29), 3, 29, 29, 1 - column, column, 0.7);
      return bits(29, s);
    }),
  copyBlocks: () =>
    [0, 1].flatMap((accumulate) => {
      const y = some(3 * 29);
      kernels.copyBlocks(y, some(3 * 29), 2, 3, 7, 7, 20, 21, 7, accumulate);
      return bits(3 * 29, y);
    }),
  axpy: () => {
    const y = some(SIZE);
    kernels.axpy(y, some(SIZE), SIZE, 0.7);
    return bits(SIZE, y);
  },
  scale: () => {
    const x = some(SIZE);
    kernels.scale(x, SIZE, 0.7);
    return bits(SIZE, x);
  },
  clampValues: () => {
    const x = some(SIZE);
    kernels.clampValues(x, SIZE, 0.5);
    return bits(SIZE, x);
  },
  sumSquares: () => {
    const sum = kernels.sumSquares(some(1001), 1001);
    return [...new Int32Array(new Float64Array([sum]).buffer)];
  },
  sgdStep: () => {
    const p = some(SIZE);
    kernels.sgdStep(p, some(SIZE), SIZE, 0.1, 0.01);
    return bits(SIZE, p);
  },
  momentumStep: () =>
    [0, 1].flatMap((nesterov) => {
      const [p, m] = [some(SIZE), some(SIZE)];
      kernels.momentumStep(p, some(SIZE), m, SIZE, 0.1, 0.01, 0.9, nesterov);
      return bits(SIZE, p, m);
    }),
  rmspropStep: () => {
    const [p, v] = [some(SIZE), some(SIZE, 0, 1)];
    kernels.rmspropStep(p, some(SIZE), v, SIZE, 0.1, 0.01, 0.99, 1e-8);
    return bits(SIZE, p, v);
  },
  adamStep: () =>
    [0, 1].flatMap((decoupled) => {
      const [p, m, v] = [some(SIZE), some(SIZE), some(SIZE, 0, 1)];
      kernels.adamStep(p, some(SIZE), m, v, SIZE, 0.1, 0.01, decoupled, 0.9, 0.999, 1e-8, 0.1, 0.001);
      return bits(SIZE, p, m, v);
    }),
  multiplyAddChains: () => {
    const x = some(CHAINS + 8);
    kernels.multiplyAddChains(x, 5);
    return bits(CHAINS, x);
  },
  multiplyAddPairs: () => {
    const x = some(PAIRED_CHAINS + 16);
    kernels.multiplyAddPairs(x, 5);
    return bits(PAIRED_CHAINS, x);
  },
};

describe.each([1, 2, 3])('the simd kernels, threads %i', (threads) => {
  beforeAll(async () => {
    const selection = await selectKernels({
      tier: 'simd',
      precision: 'float32',
      memoryLimit: 2 ** 28,
      threads,
      grain: 0,
    });
    ({ heap, kernels } = selection);
    return () => selection.team?.close();
  });

  it('round every product: no multiply-add is fused', () => {
    restart();
    const x = 1 + 2 ** -12;
    heap.floats.set([-(1 + 2 ** -11), x], 1024);
    // x^2 = 1 + 2^-11 + 2^-24, whose last term a fused multiply-add would keep.
    kernels.axpy(4096, 4100, 1, x);
    expect(heap.floats[1024]).toBe(0);
  });

  it.each([BIAS, ACCUMULATE, ASSIGN])('gemm, begin %i: the same bits however the rows are split', (begin) => {
    restart();
    const [M, N, K] = [33, 45, 50];
    const a = some(M * K);
    const panels = some(panelSize(K, N));
    const old = some(M * N);
    const product = (pieces: readonly number[]): number[] => {
      const c = some(M * N);
      heap.ints.copyWithin(c / 4, old / 4, old / 4 + M * N);
      let m = 0;
      for (let turn = 0; m < M; turn++) {
        const rows = Math.min(pieces[turn % pieces.length]!, M - m);
        kernels.gemm(c + 4 * m * N, a + 4 * m * K, panels, rows, N, K, K, N, begin);
        m += rows;
      }
      return bits(M * N, c);
    };
    const whole = product([M]);
    for (const pieces of [[1], [2], [3], [4], [5], [8], [16, 1], [1, 4, 3]]) expect(product(pieces)).toEqual(whole);
  });

  it('gemmTN: the same bits however the rows of C are split', () => {
    restart();
    const [M, N, K] = [21, 13, 600];
    const a = some(K * M);
    const b = some(K * N);
    const old = some(M * N);
    const tmp = some(gemmTNScratch(N));
    const product = (piece: number): number[] => {
      const c = some(M * N);
      heap.ints.copyWithin(c / 4, old / 4, old / 4 + M * N);
      for (let m = 0; m < M; m += piece) {
        const rows = Math.min(piece, M - m);
        kernels.gemmTN(c + 4 * m * N, a + 4 * m, b, rows, N, K, M, N, N, tmp);
      }
      return bits(M * N, c);
    };
    const whole = product(M);
    for (const piece of [1, 2, 3, 4, 7, 8, 20]) expect(product(piece)).toEqual(whole);
  });

  it('gemmTN: the first columns of a product have the bits of a product of those alone', () => {
    restart();
    const [M, N, K] = [101, 8, 600];
    const a = some(K * M);
    const b = some(K * N);
    const old = some(M * N);
    const tmp = some(gemmTNScratch(N));
    const firstColumns = (columns: number, wanted: number): number[] => {
      const c = some(M * N);
      heap.ints.copyWithin(c / 4, old / 4, old / 4 + M * N);
      kernels.gemmTN(c, a, b, M, columns, K, M, N, N, tmp);
      return bits(M * N, c).filter((_, i) => i % N < wanted);
    };
    for (const few of [1, 3, 4]) expect(firstColumns(few, few)).toEqual(firstColumns(N, few));
  });

  it('give the same bits twice', () => {
    expect(everyKernel()).toEqual(everyKernel());
  });

  it('give the locked bits', () => {
    const run = new Set(Object.keys(RUNS).map((name) => name.replace(/,.*/, '')));
    expect([...run].sort()).toEqual(Object.keys(kernels).sort());
    expect(everyKernel()).toEqual(LOCKED);
  });
});
