/**
 * Which kernels run: `relaxed` (SIMD with fused multiply-add), else `simd`, else `js`. Chosen once for an engine, by
 * validating the real bytes; every step down leaves its reason. A tier asked for by name is given or refused.
 */

import { kernelBinary } from '#wasm';
import { KernelUnavailableError } from '../errors.js';
import { ArrayHeap, WasmHeap } from '../memory/heap.js';
import type { Heap } from '../memory/heap.js';
import { jsKernels } from './kernels.js';
import type { Kernels } from './kernels.js';
import { checkRevectorized, compileRevectorized } from './revectorize.js';
import { tune, withTiles } from './tune.js';
import type { Binary, Tiles } from './tune.js';

/** The implementations of the kernels, fastest first. */
export const TIERS = ['relaxed', 'simd', 'js'] as const;

/** One implementation of the kernels. */
export type Tier = (typeof TIERS)[number];

/** The kernels of an engine, the heap they work on, and how they were chosen. */
export interface Selection {
  readonly tier: Tier;
  /** Why each faster tier was passed over. */
  readonly notes: readonly string[];
  readonly heap: Heap;
  readonly kernels: Kernels;
  /** The tiles of the products, which WebAssembly has several of. */
  readonly tiles: Tiles | undefined;
}

/** What is asked for: a tier or the best there is, the width of floats, the most bytes, vectors joined in pairs. */
export interface SelectionRequest {
  readonly tier: Tier | 'auto';
  readonly precision: 'float32' | 'float64';
  readonly memoryLimit: number;
  readonly revectorize?: boolean;
}

/**
 * Chooses and loads kernels.
 * @throws KernelUnavailableError if a tier was asked for by name, or joined vectors, and cannot run here
 */
export async function selectKernels(request: SelectionRequest): Promise<Selection> {
  const { tier, precision, memoryLimit } = request;
  const notes: string[] = [];
  const candidates = tier === 'auto' ? TIERS : [tier];
  for (const candidate of candidates) {
    if (candidate === 'js') {
      const heap = new ArrayHeap(precision, memoryLimit);
      return { tier: 'js', notes, heap, kernels: jsKernels(heap), tiles: undefined };
    }
    const loaded = await load(candidate, request);
    if (typeof loaded !== 'string') return { tier: candidate, notes, ...loaded };
    notes.push(tier === 'auto' ? `${candidate}: ${loaded}` : loaded);
  }
  throw new KernelUnavailableError(
    `createEngine: kernels '${tier}' cannot run here: ${notes.join('; ')}. Leave it out, or say 'auto', for the best there is.`,
  );
}

/** The heap and kernels of a binary, or why there are none. */
async function load(
  tier: 'simd' | 'relaxed',
  { precision, memoryLimit, revectorize = false }: SelectionRequest,
): Promise<Pick<Selection, 'heap' | 'kernels' | 'tiles'> | string> {
  if (precision === 'float64') return 'WebAssembly kernels are 32-bit, float64 runs on js';
  if (typeof WebAssembly === 'undefined') return 'this runtime has no WebAssembly';
  try {
    const bytes = await kernelBinary(tier);
    if (!WebAssembly.validate(bytes)) return 'WebAssembly.validate refuses the binary: no such SIMD in this runtime';
    const heap = new WasmHeap(memoryLimit);
    const module = await (revectorize ? compileRevectorized(bytes) : WebAssembly.compile(bytes));
    const instance = await WebAssembly.instantiate(module, { env: { memory: heap.memory } });
    const binary = instance.exports as unknown as Binary;
    const tiles = tune(binary, heap, { fused: tier === 'relaxed', revectorized: revectorize });
    const kernels = withTiles(binary, tiles);
    if (revectorize) checkRevectorized(kernels, heap);
    return { heap, kernels, tiles };
  } catch (error) {
    if (error instanceof KernelUnavailableError) throw error;
    return `loading failed: ${(error as Error).message}`;
  }
}
