/**
 * Which kernels run: `relaxed` (SIMD with fused multiply-add), else `simd`, else `js`. Chosen once for an engine, by
 * validating the real bytes; every step down leaves its reason. A tier asked for by name is given or refused. What only
 * some choices need is imported when it is chosen, so that a page loads no more.
 */

import { kernelBinary } from '#wasm';
import type { BinaryName } from '#wasm';
import { KernelUnavailableError, OptionError } from '../errors.js';
import { WasmHeap } from '../memory/heap.js';
import type { Heap } from '../memory/heap.js';
import type { Kernels } from './kernels.js';
import { isBinary } from './magic.js';
import type { Team } from './threads.js';
import { tune, withTile } from './tune.js';
import type { Binary, Tile } from './tune.js';
import type { WasmSources } from './wasm-source.js';

/** The implementations of the kernels, fastest first. */
export const TIERS = ['relaxed', 'simd', 'js'] as const;

/** One implementation of the kernels. */
export type Tier = (typeof TIERS)[number];

/** Most threads there can be, and most that 'auto' takes: what is left beyond is too small a share of a step. */
export const MOST_THREADS = 64;
const MOST_AUTO_THREADS = 16;

/** The kernels of an engine, the heap they work on, and how they were chosen. */
export interface Selection {
  readonly tier: Tier;
  /** Why each faster tier was passed over, and why there are no threads. */
  readonly notes: readonly string[];
  readonly heap: Heap;
  readonly kernels: Kernels;
  /** The tile of the products, which WebAssembly has several of. */
  readonly tile: Tile | undefined;
  /** The threads beside the main one, if there are any. */
  readonly team: Team | undefined;
}

/** What is asked for: a tier or the best there is, the width of floats, the most bytes, threads, joined vectors. */
export interface SelectionRequest {
  readonly tier: Tier | 'auto';
  readonly precision: 'float32' | 'float64';
  readonly memoryLimit: number;
  /** Default 1. */
  readonly threads?: number | 'auto';
  /** Whether V8 is to join pairs of vectors. */
  readonly revectorize?: boolean;
  /** Where binaries come from, instead of the package's files. */
  readonly sources?: WasmSources | undefined;
  /** Least work of a thread's share, for tests: 0 divides everything. */
  readonly grain?: number;
}

/**
 * Chooses and loads kernels.
 * @throws KernelUnavailableError if a tier, several threads or joined vectors were asked for and cannot run here
 */
export async function selectKernels(request: SelectionRequest): Promise<Selection> {
  const { tier, precision, memoryLimit, threads = 1, revectorize = false } = request;
  const notes: string[] = [];
  const candidates = tier === 'auto' ? TIERS : [tier];
  for (const candidate of candidates) {
    if (candidate === 'js') {
      if (threads === 'auto') notes.push('threads: 1, the js kernels run on one');
      else if (threads > 1) notes.push('js: its kernels run on one thread');
      if (revectorize) notes.push('js: its kernels have no vectors to join');
      if (revectorize || (threads !== 'auto' && threads > 1)) break;
      const { ArrayHeap } = await import('../memory/array-heap.js');
      const { jsKernels } = await import('./kernels.js');
      const heap = new ArrayHeap(precision, memoryLimit);
      return { tier: 'js', notes, heap, kernels: jsKernels(heap), tile: undefined, team: undefined };
    }
    const loaded = await load(candidate, request);
    if (typeof loaded !== 'string') return { tier: candidate, ...loaded, notes: [...notes, ...loaded.notes] };
    notes.push(tier === 'auto' ? `${candidate}: ${loaded}` : loaded);
  }
  throw unavailable(request, notes);
}

function unavailable(
  { tier, threads = 1, revectorize = false }: SelectionRequest,
  notes: readonly string[],
): KernelUnavailableError {
  const several = threads !== 'auto' && threads > 1;
  const what = [
    ...(tier === 'auto' ? [] : [`kernels '${tier}'`]),
    ...(several ? [`threads ${threads}`] : []),
    ...(revectorize ? ['revectorize'] : []),
  ];
  const choice = `Leave ${several ? 'threads' : 'it'} out, or say 'auto', for the best there is.`;
  const remedy = revectorize ? 'Leave revectorize out.' : choice;
  return new KernelUnavailableError(
    `createEngine: ${what.join(' with ')} cannot run here: ${notes.join('; ')}. ${remedy}`,
  );
}

type Loaded = Pick<Selection, 'heap' | 'kernels' | 'tile' | 'team' | 'notes'>;

/** The heap and kernels of a tier, or why there are none. */
async function load(tier: 'simd' | 'relaxed', request: SelectionRequest): Promise<Loaded | string> {
  const { precision, threads = 1 } = request;
  if (precision === 'float64') return 'WebAssembly kernels are 32-bit, float64 runs on js';
  if (typeof WebAssembly === 'undefined') return 'this runtime has no WebAssembly';
  if (threads === 1) return loadBinary(tier, request, 1);
  const { availableCores, whyUnshared } = await import('#workers');
  const count = threads === 'auto' ? Math.min(availableCores(), MOST_AUTO_THREADS) : threads;
  if (count === 1) return loadBinary(tier, request, 1);
  const unshared = whyUnshared();
  const threaded = unshared ?? (await loadBinary(tier, request, count));
  if (typeof threaded !== 'string' || threads !== 'auto') return threaded;
  const alone = await loadBinary(tier, request, 1);
  return typeof alone === 'string' ? alone : { ...alone, notes: [`threads: 1, ${threaded}`] };
}

/** The heap and kernels of a binary, or why there are none. */
async function loadBinary(
  tier: 'simd' | 'relaxed',
  { memoryLimit, revectorize = false, sources, grain }: SelectionRequest,
  threads: number,
): Promise<Loaded | string> {
  // The binaries for threads have the tile for joined vectors too, which no page can run: the others are what pages load.
  const isShared = threads > 1 || revectorize;
  const name = isShared ? (`${tier}.threads` as const) : tier;
  if (sources !== undefined && sources[name] === undefined) {
    return `wasm has no binary '${name}'${revectorize ? ', which joined vectors need' : ''}`;
  }
  try {
    const heap = new WasmHeap(memoryLimit, isShared);
    const joined = revectorize ? await import('./revectorize.js') : undefined;
    const module = await compiled(await binaryOf(name, sources), joined?.compileRevectorized ?? WebAssembly.compile);
    const instance = await WebAssembly.instantiate(module, { env: { memory: heap.memory } });
    const binary = instance.exports as unknown as Binary;
    const tile = tune(binary, heap, { fused: tier === 'relaxed', revectorized: revectorize });
    const kernels = withTile(binary, tile);
    joined?.checkRevectorized(kernels, heap);
    if (threads === 1) return { heap, kernels, tile, team: undefined, notes: [] };
    const { Team } = await import('./threads.js');
    const team = new Team(threads, heap, kernels, grain);
    await team.start(module, tile);
    return { heap, kernels: team.kernels, tile, team, notes: [] };
  } catch (error) {
    if (error instanceof KernelUnavailableError || error instanceof OptionError) throw error;
    return error instanceof NoSuchSimd ? error.message : whyNotLoaded(name, (error as Error).message);
  }
}

/** What browsers say of a page's policy names everything but the remedy, as what they say of a binary's memory does. */
function whyNotLoaded(name: BinaryName, message: string): string {
  if (/shared state|shared memory/i.test(message)) return `the binary given is not '${name}', by its memory`;
  if (!/content security policy|\bCSP\b/i.test(message)) return `loading failed: ${message.replace(/\.$/, '')}`;
  return "the page's Content-Security-Policy does not allow WebAssembly: script-src needs 'wasm-unsafe-eval'";
}

/** The runtime lacks instructions of a binary, which is no failure. */
class NoSuchSimd extends Error {}

async function binaryOf(
  name: BinaryName,
  sources: WasmSources | undefined,
): Promise<Uint8Array<ArrayBuffer> | WebAssembly.Module> {
  if (sources === undefined) return kernelBinary(name);
  const { readSource } = await import('./wasm-source.js');
  return readSource(sources[name]!);
}

async function compiled(
  binary: Uint8Array<ArrayBuffer> | WebAssembly.Module,
  compile: (bytes: Uint8Array<ArrayBuffer>) => Promise<WebAssembly.Module>,
): Promise<WebAssembly.Module> {
  if (binary instanceof WebAssembly.Module) return binary;
  if (!isBinary(binary)) throw new Error('the server gives something else in place of the .wasm file');
  if (WebAssembly.validate(binary)) return compile(binary);
  throw new NoSuchSimd('WebAssembly.validate refuses the binary: no such SIMD in this runtime');
}
