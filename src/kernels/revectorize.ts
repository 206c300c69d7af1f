/**
 * Kernels whose pairs of 128-bit operations V8 joins to 256-bit ones (AVX2): experimental, Node 24 or later on x64.
 * The V8 flag must be set before the module is compiled and stays set, for the optimizing compiler comes later: other
 * modules of the process are compiled with it from then on. Workers inherit it.
 */

import { KernelUnavailableError } from '../errors.js';
import { ArrayHeap } from '../memory/array-heap.js';
import type { Heap } from '../memory/heap.js';
import {
  ACCUMULATE,
  ACTIVATIONS,
  BIAS,
  COUPLED,
  FORGET,
  GELU,
  gemmTNScratch,
  HUBER,
  LOGISTIC,
  LOGITS,
  panelSize,
  RELU,
  SILU,
  TANH,
} from './codes.js';
import { jsKernels } from './kernels.js';
import type { Kernels } from './kernels.js';

/** The parts of Node's `process` that are looked at; other runtimes lack some. */
interface Runtime {
  readonly versions?: Readonly<Record<string, string>>;
  readonly arch?: string;
  getBuiltinModule?(id: 'node:v8'): { setFlagsFromString(flags: string): void };
}

/**
 * Compiles kernels with joined vectors.
 * @throws KernelUnavailableError outside of Node 24 or later on x64
 */
export async function compileRevectorized(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  checkRuntime().setFlagsFromString('--experimental-wasm-revectorize');
  return WebAssembly.compile(marked(bytes));
}

/** The binary with an empty custom section: V8 would else give back what it has compiled from the same bytes before. */
function marked(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode('revectorized');
  return new Uint8Array([...bytes, 0, name.length + 1, name.length, ...name]);
}

function checkRuntime(): { setFlagsFromString(flags: string): void } {
  const { process = {}, Deno, Bun } = globalThis as { process?: Runtime; Deno?: unknown; Bun?: unknown };
  const node = Deno === undefined && Bun === undefined ? process.versions?.['node'] : undefined;
  if (node !== undefined && Number.parseInt(node, 10) >= 24 && process.arch === 'x64') {
    return process.getBuiltinModule!('node:v8');
  }
  const here = node === undefined ? 'this runtime is not Node' : `this is Node ${node} on ${process.arch}`;
  throw new KernelUnavailableError(
    `createEngine: revectorize needs Node 24 or later on x64, ${here}. Leave it out: the kernels run without it.`,
  );
}

const FIRST = 4096;
const TOLERANCE = 1e-4;

/** A call of a kernel on two buffers, of which it writes the first, and scratch. */
type Case = (kernels: Kernels, a: number, b: number, tmp: number) => void;

const [M, N, K] = [15, 77, 600];
const [B, H] = [13, 21];
const n = 333;

/** Between two of the numbers, so that rounding does not decide which is limited. */
const LIMIT = 0.508;

/** `count` times so many floats, in bytes. */
const state = (count: number): number => 4 * B * H * count;
const vector = (count: number): number => 4 * n * count;

/**
 * The kernels that compute, at sizes with remainders, several blocks and every tile. Those that only copy, hash or draw
 * one sum (packing, embedding, dropout, losses in 64 bits) are not among them.
 */
const CASES: Readonly<Record<string, Case>> = {
  gemm: (kernels, a, b) => {
    kernels.gemm(a, b, b + 4 * M * K, M, N, K, K, N, BIAS);
    kernels.gemm(a, b, b + 4 * M * K, M, N, K, K, N, ACCUMULATE);
  },
  'gemm of one row': (kernels, a, b) => kernels.gemm(a, b, b + 4 * K, 1, N, K, K, N, BIAS),
  gemmTN: (kernels, a, b, tmp) => kernels.gemmTN(a, b, b + 4 * K * 37, 37, N, K, 37, N, N, tmp),
  'gemmTN of three columns': (kernels, a, b, tmp) => kernels.gemmTN(a, b, b + 4 * K * 37, 37, 3, K, 37, 3, 3, tmp),
  multiplyAddChains: (kernels, a) => kernels.multiplyAddChains(a, 5),
  multiplyAddPairs: (kernels, a) => kernels.multiplyAddPairs(a, 5),
  columnSums: (kernels, a, b) => kernels.columnSums(a, b, M, N, N),
  lstmForward: (kernels, a, b) => kernels.lstmForward(a, a + state(1), a + state(2), b, b + state(4), B, H),
  lstmBackward: (kernels, a, b) =>
    kernels.lstmBackward(a, a + state(4), b, b + state(1), b + state(2), b + state(3), B, H),
  'lstm in parts, forget gate, peepholes, limits': (kernels, a, b) => lstmParts(kernels, a, b, FORGET, LIMIT),
  'lstm in parts, coupled gates': (kernels, a, b) => lstmParts(kernels, a, b, COUPLED, Infinity),
  gruForward: (kernels, a, b) => kernels.gruForward(a, b, b + state(4), B, H, Infinity),
  gruBackward: (kernels, a, b) => kernels.gruBackward(a, a + state(4), b, b + state(1), B, H, Infinity),
  'gruForward and gruBackward, limits': (kernels, a, b) => {
    kernels.gruForward(a + state(4), a, b, B, H, LIMIT);
    kernels.gruBackward(a, a + state(4), b, b + state(1), B, H, LIMIT);
  },
  'gru with the reset before': (kernels, a, b) => {
    for (const clip of [Infinity, LIMIT]) {
      kernels.gruResetForward(a + state(3), a, b, B, H, clip);
      kernels.gruUpdateForward(a + state(4), a, b, B, H, clip);
      kernels.gruUpdateBackward(a, a + state(4), b + state(1), b, B, H, clip);
      kernels.gruResetBackward(a, a + state(4), b + state(1), b, B, H, clip);
    }
  },
  diagonalProduct: (kernels, a, b) => kernels.diagonalProduct(a, b, b + 4 * M * N, M, N),
  diagonalGradient: (kernels, a, b) => kernels.diagonalGradient(a, b, b + 4 * M * N, M, N, N, N),
  'rnnForward, tanh': (kernels, a, b) => kernels.rnnForward(a, b, n, TANH),
  'rnnForward, relu': (kernels, a, b) => kernels.rnnForward(a, b, n, RELU),
  rnnSensitivities: (kernels, a, b) => kernels.rnnSensitivities(a, a + state(1), b, b + vector(1), 3, 5, 4, H),
  lstmSlopes: (kernels, a, b) => kernels.lstmSlopes(a, b, b + state(4), b + state(5), B, H),
  lstmSensitivities: (kernels, a, b) =>
    kernels.lstmSensitivities(a, a + state(1), a + state(2), b, b + state(1), 3, 41, 4, H),
  gemv: (kernels, a, b) => kernels.gemv(a, b, b + state(13), 13 * B, H),
  rnnBackward: (kernels, a, b) => kernels.rnnBackward(a, b, b + vector(1), b + vector(2), b + vector(3), n, TANH),
  activationForward: (kernels, a, b) =>
    ACTIVATIONS.forEach((_, kind) => kernels.activationForward(a + vector(kind), b, n, kind)),
  'activationBackward, silu': (kernels, a, b) =>
    kernels.activationBackward(a, b, b + vector(1), b + vector(2), n, SILU, 1),
  'activationBackward, gelu': (kernels, a, b) =>
    kernels.activationBackward(a, b, b + vector(1), b + vector(2), n, GELU, 0),
  crossEntropy: (kernels, a, b) => {
    const targets = b + vector(1); // of positive numbers 0 times is 0, bit for bit the integer
    kernels.scale(targets, 5, 0);
    kernels.crossEntropyForward(a, a + 64, b, targets, 5, 31, -1);
    kernels.crossEntropyBackward(a + 128, b, a + 64, targets, 5, 31, -1, 0.2, 0);
  },
  labelSmoothing: (kernels, a, b) => {
    const targets = b + vector(1);
    kernels.scale(targets, 5, 0);
    kernels.labelSmoothingForward(a, b, targets, 5, 31, -1, 0.1);
    kernels.labelSmoothingBackward(a + 64, targets, 5, 31, -1, 0.1);
  },
  softTargets: (kernels, a, b) => {
    const targets = b + vector(1); // all 0.3
    kernels.softTargetsForward(a, a + 64, b, targets, 0, 5, 31, LOGITS, 1);
    kernels.softTargetsBackward(a + 128, b, targets, a + 64, 0, 5, 31, LOGITS, 0.2, 0);
  },
  'pointwiseLossBackward, Huber': (kernels, a, b) =>
    kernels.pointwiseLossBackward(a, b, b + vector(1), 0, n, HUBER, 0.2, 0.5, 1),
  'pointwiseLossBackward, logistic': (kernels, a, b) =>
    kernels.pointwiseLossBackward(a, b, b + vector(1), 0, n, LOGISTIC, 0, 0.5, 1),
  gaussianDivergenceBackward: (kernels, a, b) =>
    kernels.gaussianDivergenceBackward(a, a, a, a, b, b + vector(1), b + vector(1), b, 0, n, 0.5),
  layerNorm: (kernels, a, b) => {
    kernels.layerNormForward(a, a + 4096, b, b + 64, b + 320, 5, 31, 1, 1e-5);
    kernels.layerNormBackward(a + 1024, a, b, a + 4096, b + 64, 5, 31, 0);
    kernels.layerNormBackwardWeights(a + 2048, a + 3072, a, b, a + 4096, 5, 31, 31);
  },
  softmax: (kernels, a, b) => {
    kernels.softmaxForward(a, b, 0, 5, 31, 1, 1, 0, 0);
    kernels.softmaxForward(a + 1024, b, 0, 5, 31, 1, 1, 0, 1);
    kernels.softmaxBackward(a + 2048, b, a, 5, 31, 0, 1);
    kernels.softmaxBackward(a + 3072, b, a + 1024, 5, 31, 1, 0);
  },
  broadcast: (kernels, a, b) => {
    kernels.addBroadcast(a, a, b, 5, 31, 0, 1, 0.5);
    kernels.multiplyBroadcast(a, a, b, 5, 31, 1, 0, 1);
    kernels.reduceSum(a + 1024, a, 5, 31, 31, 0, 1, 0.5);
    kernels.reduceSum(a + 2048, a, 5, 31, 31, 1, 0, 0.5);
  },
  axpy: (kernels, a, b) => kernels.axpy(a, b, n, 0.5),
  scale: (kernels, a) => kernels.scale(a, n, 0.5),
  clampValues: (kernels, a) => kernels.clampValues(a, n, 0.25),
  sgdStep: (kernels, a, b) => kernels.sgdStep(a, b, n, 0.01, 0.1),
  momentumStep: (kernels, a, b) => kernels.momentumStep(a, b, a + vector(1), n, 0.01, 0.1, 0.9, 1),
  rmspropStep: (kernels, a, b) => kernels.rmspropStep(a, b, b + vector(1), n, 0.01, 0.1, 0.99, 1e-8),
  adamStep: (kernels, a, b) =>
    kernels.adamStep(a, b, a + vector(1), b + vector(1), n, 0.01, 0, 0, 0.9, 0.999, 1e-8, 0.1, 0.001),
};

/** A step and the way back through it: c, h and tanh(c) behind the gates, the gradient of c last. */
function lstmParts(kernels: Kernels, a: number, b: number, kind: number, most: number): void {
  const [c, h, tanhC, dc] = [a + state(4), a + state(5), a + state(6), a + state(7)] as const;
  const [peepholes, peephole] = [b + state(3), b + state(3) + 8 * H] as const;
  kernels.lstmCarryForward(c, a, b, peepholes, B, H, kind, most, most);
  kernels.lstmOutputForward(h, tanhC, a, c, c, peephole, B, H, kind, most);
  kernels.lstmOutputBackward(a, dc, dc, b + state(1), b + state(2), tanhC, peephole, B, H, kind, most);
  kernels.lstmCarryBackward(a, dc, c, b, peepholes, B, H, kind, most, most);
}

/** How long the self-check goes on, in ms: well past the point where V8 has optimized every kernel. */
const DURATION = 60;

/**
 * Runs the kernels beside those in JavaScript on the same numbers, over and over: V8 joins vectors only once it
 * optimizes. The heap must be unused; it is left as zeros.
 * @throws KernelUnavailableError if they differ
 */
export function checkRevectorized(kernels: Kernels, heap: Heap): void {
  const plain = new ArrayHeap('float32', 2 ** 24);
  const expected = jsKernels(plain);
  const buffer = 4 * Math.max(8192, panelSize(K, N) + M * K, K * (37 + N));
  const [a, b, tmp] = [FIRST, FIRST + buffer, FIRST + 2 * buffer];
  heap.grow(tmp + 4 * gemmTNScratch(N));
  const numbers = Float32Array.from({ length: (tmp - a) / 4 }, (_, i) => 0.1 + (((i * 37) % 101) - 50) / 60);
  numbers.fill(0.3, (b - a) / 4 + n, (b - a) / 4 + 2 * n); // squares, whose root the optimizers take
  const wanted = Object.values(CASES).map((run) => {
    plain.floats.set(numbers, a / 4);
    run(expected, a, b, tmp);
    return plain.floats.slice(a / 4, tmp / 4);
  });
  const end = performance.now() + DURATION;
  while (performance.now() < end) {
    for (const [i, [name, run]] of Object.entries(CASES).entries()) {
      heap.floats.set(numbers, a / 4);
      run(kernels, a, b, tmp);
      compare(name, heap.floats.subarray(a / 4, tmp / 4), wanted[i]!);
    }
  }
  heap.floats.fill(0, FIRST / 4);
}

function compare(name: string, got: ArrayLike<number>, wanted: ArrayLike<number>): void {
  for (let i = 0; i < wanted.length; i++) {
    if (Math.abs(got[i]! - wanted[i]!) <= TOLERANCE * Math.max(1, Math.abs(wanted[i]!))) continue;
    throw new KernelUnavailableError(
      `createEngine: revectorize fails its self-check on this machine: ${name} gave ${got[i]} for ${wanted[i]}. Leave it out, and report it.`,
    );
  }
}
