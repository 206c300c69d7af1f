/**
 * The kernels are written twice, in TypeScript and in AssemblyScript, and called by position. So the two sources and
 * all binaries must offer the same names with the same parameters in the same order.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kernelBinary } from '../../src/kernels/binary.node.js';
import { jsKernels } from '../../src/kernels/kernels.js';
import { exportOf, TILES } from '../../src/kernels/tune.js';
import { ArrayHeap } from '../../src/memory/array-heap.js';
import { WasmHeap } from '../../src/memory/heap.js';
import { Memory } from '../../src/memory/memory.js';
import { readBinary } from './binary.js';
import { hasRelaxedSimd } from './relaxed-probe.js';

const ROOT = new URL('../../', import.meta.url);
const BINARIES = ['simd', 'relaxed', 'simd.threads', 'relaxed.threads'] as const;

/** A kernel as one source has it. Types are `number` or `void` in TypeScript, machine types in AssemblyScript. */
interface Signature {
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly result: string;
}

const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const files = (folder: string): string[] =>
  readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.ts') && name !== 'tsconfig.json');

/** The names a family's file exports on to the surface. */
function reexported(): Map<string, string> {
  const names = new Map<string, string>();
  for (const [, list, file] of text('assembly/index.ts').matchAll(/^export \{ ([^}]+) \} from '\.\/([\w-]+)';$/gm)) {
    for (const name of list!.split(',')) names.set(name.trim(), `assembly/${file}.ts`);
  }
  return names;
}

function signature(parameters: string, result: string): Signature {
  const list = parameters
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return {
    parameters: list.map((part) => {
      const [name, type] = part.split(':').map((word) => word.trim());
      return { name: name!, type: type! };
    }),
    result,
  };
}

/** The exported functions of a file of assembly/. */
function assemblyFunctions(file: string): Map<string, Signature> {
  const found = text(file).matchAll(/^export function (\w+)\(([^)]*)\): (\w+) \{$/gm);
  return new Map([...found].map(([, name, parameters, result]) => [name!, signature(parameters!, result!)]));
}

/** The methods of the interfaces `...Kernels` in src/kernels, with the file they are in. */
function contracts(): Map<string, Signature & { file: string }> {
  const found = new Map<string, Signature & { file: string }>();
  for (const file of files('src/kernels/')) {
    for (const [, body] of text(`src/kernels/${file}`).matchAll(/^export interface \w+Kernels \{\n(.*?)^\}$/gms)) {
      for (const [, name, parameters, result] of body!.matchAll(/^ {2}(\w+)\(([^)]*)\): (\w+);$/gm)) {
        found.set(name!, { ...signature(parameters!, result!), file });
      }
    }
  }
  return found;
}

/** The names a binary has for a kernel: the products have one for each tile. */
const compiled = (name: string): string[] => [...new Set(TILES.map((tile) => exportOf(name, tile)))];

const js = Object.keys(jsKernels(new ArrayHeap('float32', 1 << 20))).sort();

describe('the kernel surface', () => {
  it('is the same set of names in the contracts, the JavaScript and assembly/index.ts', () => {
    expect(js.length).toBeGreaterThan(20);
    expect([...contracts().keys()].sort()).toEqual(js);
    expect([...reexported().keys()].sort()).toEqual(js.flatMap(compiled).sort());
  });

  it.each(js)('%s has the same parameters in the same order, in files of the same name', (name) => {
    const contract = contracts().get(name)!;
    for (const variant of compiled(name)) {
      const file = reexported().get(variant)!;
      const assembly = assemblyFunctions(file).get(variant)!;
      expect(file).toBe(`assembly/${contract.file}`);
      expect(assembly.parameters.map((parameter) => parameter.name)).toEqual(
        contract.parameters.map((parameter) => parameter.name),
      );
      expect(assembly.result === 'void').toBe(contract.result === 'void');
    }
  });

  it.each(js)('%s takes addresses first, then sizes, then scalars', (name) => {
    const [variant] = compiled(name);
    const types = assemblyFunctions(reexported().get(variant!)!)
      .get(variant!)!
      .parameters.map(({ type }) => type);
    const order = types.map((type) => ['usize', 'i32', 'f32', 'f64'].indexOf(type));
    expect(order).not.toContain(-1);
    const firstSize = types.findIndex((type) => type !== 'usize');
    // gemmTN's scratch comes last: it is an argument of the routine, not of the product.
    const addresses = types.slice(firstSize).filter((type) => type === 'usize').length;
    expect(addresses).toBe(name === 'gemmTN' ? 1 : 0);
  });

  it.each(js)('%s is called by JavaScript with as many arguments as the contract has', (name) => {
    const kernels = jsKernels(new ArrayHeap('float32', 1 << 20));
    expect(kernels[name as keyof typeof kernels].length).toBe(contracts().get(name)!.parameters.length);
  });

  it('knows relaxed SIMD in one file only', () => {
    const knowing = files('assembly/').filter((file) => /RELAXED|relaxed_/.test(text(`assembly/${file}`)));
    expect(knowing).toEqual(['simd.ts']);
  });
});

describe.each(BINARIES)('the %s binary', (name) => {
  it('exports the kernels and imports a memory, nothing else', async () => {
    const binary = readBinary(await kernelBinary(name));
    expect([...binary.exports].sort()).toEqual(js.flatMap(compiled).sort());
    expect(binary.imports).toEqual(['env.memory']);
  });

  it('is at most 20 kB gzipped', async () => {
    expect(gzipSync(await kernelBinary(name)).length).toBeLessThanOrEqual(20_000);
  });

  it('keeps its constants below the first region', async () => {
    const { dataEnds } = readBinary(await kernelBinary(name));
    expect(dataEnds.length).toBeGreaterThan(0);
    expect(Math.max(...dataEnds)).toBeLessThanOrEqual(firstAddress());
  });

  const fused = name.startsWith('relaxed');
  it(`has fused multiply-adds: ${fused}`, async () => {
    // f32x4.relaxed_madd is fd 85 02.
    const hex = Buffer.from(await kernelBinary(name)).toString('hex');
    expect(/^(..)*?fd8502/.test(hex)).toBe(fused);
  });
});

describe.each(BINARIES.filter((name) => !name.startsWith('relaxed') || hasRelaxedSimd()))(
  'an instance of %s',
  (name) => {
    it('touches nothing at or above the first region', async () => {
      const heap = new WasmHeap(1 << 24, name.endsWith('.threads'));
      heap.floats.fill(NaN);
      const before = heap.ints.slice();
      const module = await WebAssembly.compile(await kernelBinary(name));
      await WebAssembly.instantiate(module, { env: { memory: heap.memory } });
      const changed = [...heap.ints.keys()].filter((i) => heap.ints[i] !== before[i]).map((i) => 4 * i);
      expect(changed.length).toBeGreaterThan(0);
      expect(Math.max(...changed)).toBeLessThan(firstAddress());
    });
  },
);

/** Where Memory puts its first region: everything below is reserved for the binaries. */
function firstAddress(): number {
  return new Memory(new ArrayHeap('float32', 1 << 24)).region('first').base;
}
