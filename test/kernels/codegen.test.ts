/**
 * The inner loops of the products keep their sums in registers: one sum that goes through the stack at each step
 * halves a product's speed, and nothing but the machine code shows it.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelBinary } from '../../src/kernels/binary.node.js';
import { readSection } from './binary.js';
import { spills, vectorLoops } from './machine-code.js';
import { hasRelaxedSimd } from './relaxed-probe.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CODE = 10;

/** V8 keeps the order of the source since Node 24; before, it allots registers worse. */
const isTurboshaft = Number.parseInt(process.versions.node, 10) >= 24;

/** Loops that must not spill: tiles that the self-tune tries, those that serve every product, and the peak. */
const CLEAN = ['tile4x8', 'tile2x16', 'maskedTile4x8', 'maskedTile1x16', 'multiplyAddChains'];

/** Where multiply-adds are fused, one register more is free. */
const CLEAN_FUSED = [...CLEAN, ...(isTurboshaft ? ['tile2x24', 'tile1x32'] : [])];

/** With joined vectors 24 sums are twelve. */
const CLEAN_JOINED = [...CLEAN_FUSED, 'tile6x16', 'tile4x16', 'tile8x8', 'multiplyAddPairs'];

let folder: string;
const built = new Map<string, string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recurra-codegen-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The binary once more, with the names of its functions. */
function named(target: 'simd' | 'relaxed' | 'simd.threads' | 'relaxed.threads'): string {
  const file = built.get(target) ?? join(folder, `${target}.wasm`);
  if (built.has(target)) return file;
  built.set(target, file);
  const asc = join(ROOT, 'node_modules/assemblyscript/bin/asc.js');
  const transform = ['--transform', './scripts/noinline.mjs'];
  execFileSync(process.execPath, [asc, ...transform, '--target', target, '--debug', '--outFile', file], { cwd: ROOT });
  return file;
}

function check(binary: string, clean: readonly string[], flags: readonly string[] = []): void {
  const loops = vectorLoops(binary, flags).map((loop) => ({ ...loop, name: loop.name.split('/').at(-1)! }));
  const spilled = loops
    .filter(({ name }) => clean.includes(name))
    .map((loop) => ({ name: loop.name, spills: spills(loop) }));
  for (const name of clean) expect(spilled).toContainEqual({ name, spills: [] });
  expect(spilled.filter((loop) => loop.spills.length > 0)).toEqual([]);
}

// The instructions looked for are those of x64; ARM64 has twice the registers.
describe.runIf(process.arch === 'x64')(`machine code of Node ${process.versions.node}`, () => {
  it('is looked at for the code that is shipped', async () => {
    const bytes = readFileSync(named('simd'));
    expect(readSection(bytes, CODE)).toEqual(readSection(await kernelBinary('simd'), CODE));
  });

  it('simd: no spilled vector in the tiles', () => check(named('simd'), CLEAN));

  it('finds spills where there must be some: 24 sums do not fit in 15 registers', () => {
    const loop = vectorLoops(named('simd.threads')).find(({ name }) => name.endsWith('/tile6x16'));
    expect(spills(loop!).length).toBeGreaterThan(0);
  });

  // Node 20 has no relaxed SIMD.
  it.runIf(hasRelaxedSimd())('relaxed: no spilled vector in the tiles', () => check(named('relaxed'), CLEAN_FUSED));

  // Earlier versions cannot join vectors.
  it.runIf(isTurboshaft)('joined vectors: no spilled vector in the tiles, and wide ones are used', () => {
    const flags = ['--experimental-wasm-revectorize'];
    const binary = named('relaxed.threads');
    check(binary, CLEAN_JOINED, flags);
    const loop = vectorLoops(binary, flags).find(({ name }) => name.endsWith('/tile6x16'));
    const products = loop!.instructions.filter((text) => text.startsWith('vfmadd'));
    expect(products.length).toBe(4 * 12); // four steps of twelve sums
    expect(products.every((text) => text.includes('ymm'))).toBe(true);
  });
});
