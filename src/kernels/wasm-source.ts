/** Where the compiled kernels come from, when the program says it: `createEngine({ wasm })`. */

import type { BinaryName } from '#wasm';
import { OptionError } from '../errors.js';
import { isBinary } from './magic.js';

/** A binary: its address, the answer of a server, its bytes, or compiled. */
export type WasmSource = URL | string | Response | PromiseLike<Response> | BufferSource | WebAssembly.Module;

/** Binaries by name; those that are not there are passed over. */
export type WasmSources = { readonly [Name in BinaryName]?: WasmSource | undefined };

/** The binaries there are. */
export const BINARIES: readonly BinaryName[] = ['simd', 'relaxed', 'simd.threads', 'relaxed.threads'];

const OPERATION = 'createEngine';

/**
 * Sources by name. A single one is the binary that `kernels` names, and the `simd` one where it names none: that for
 * threads with several of them or joined vectors.
 * @throws OptionError for what is neither a source nor sources by name
 */
export function namedSources(
  wasm: WasmSource | WasmSources,
  { kernels, threads, revectorize }: { kernels: string; threads: number | 'auto'; revectorize: boolean },
): WasmSources {
  const tier = kernels === 'relaxed' ? 'relaxed' : 'simd';
  const isShared = revectorize || (threads !== 'auto' && threads > 1);
  if (isSource(wasm)) return { [isShared ? `${tier}.threads` : tier]: wasm };
  if (typeof wasm !== 'object' || wasm === null || Object.keys(wasm).length === 0) throw notASource('wasm', wasm);
  for (const [name, source] of Object.entries(wasm)) {
    if (!(BINARIES as readonly string[]).includes(name)) {
      throw new OptionError(`${OPERATION}: wasm has '${name}', which is no binary. There are ${BINARIES.join(', ')}.`);
    }
    if (source !== undefined && !isSource(source)) throw notASource(`wasm['${name}']`, source);
  }
  return wasm;
}

/**
 * The bytes of a binary, or what is compiled already.
 * @throws OptionError where a server does not answer with it
 */
export async function readSource(source: WasmSource): Promise<Uint8Array<ArrayBuffer> | WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer) return checkBinary(new Uint8Array(source), 'the bytes are');
  if (ArrayBuffer.isView(source)) {
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
    return checkBinary(bytes as Uint8Array<ArrayBuffer>, 'the bytes are');
  }
  const what = typeof source === 'string' || source instanceof URL ? String(source) : 'the answer';
  try {
    const response = await (what === 'the answer' ? (source as Response) : fetch(source as URL | string));
    const { ok, status } = response;
    if (!ok) throw new Error(`it has status ${status}`);
    return checkBinary(new Uint8Array(await response.arrayBuffer()), `${what} is`);
  } catch (error) {
    if (error instanceof OptionError) throw error;
    const reason = (error as Error).message;
    const remedy = 'Check the address; an answer is read once; files are given as bytes.';
    throw new OptionError(`${OPERATION}: wasm: ${what} cannot be read: ${reason}. ${remedy}`, { cause: error });
  }
}

function checkBinary(bytes: Uint8Array<ArrayBuffer>, what: string): Uint8Array<ArrayBuffer> {
  if (isBinary(bytes)) return bytes;
  throw new OptionError(`${OPERATION}: wasm: ${what} no WebAssembly. Give a file of recurra/dist/kernels.`);
}

function isSource(value: unknown): value is WasmSource {
  if (typeof value === 'string' || value instanceof URL || value instanceof ArrayBuffer) return true;
  if (ArrayBuffer.isView(value)) return true;
  if (typeof Response !== 'undefined' && value instanceof Response) return true;
  if (typeof WebAssembly !== 'undefined' && value instanceof WebAssembly.Module) return true;
  return typeof (Object(value) as { then?: unknown }).then === 'function';
}

function notASource(what: string, got: unknown): OptionError {
  const kinds = 'a URL, a Response, bytes, a WebAssembly.Module, or these by the name of the binary';
  const shown = typeof got === 'object' ? 'another object' : String(got as number);
  return new OptionError(`${OPERATION}: ${what} must be ${kinds}, got ${shown}.`);
}
