/**
 * Writes assembly/tiles.ts: the inner loops of the products as straight-line code, since neither the AssemblyScript
 * compiler nor V8 unrolls a loop over rows or columns.
 *
 *     node scripts/make-tiles.mjs [--check]
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';

const FILE = new URL('../assembly/tiles.ts', import.meta.url);
const STYLE = JSON.parse(readFileSync(new URL('../.prettierrc.assembly.json', import.meta.url), 'utf8'));

/**
 * Tiles of C = A B over panels. `parts` are runs of neighbouring columns, in vectors of four, with an address of
 * their own in C and in the panels. `rowsFirst`: broadcasts of A, then one vector of B at a time; else B, then one
 * row at a time. Whichever side is shorter is held in registers.
 */
const TILES = [
  { name: 'tile4x8', rows: 4, parts: [2], rowsFirst: true },
  { name: 'tile8x8', rows: 8, parts: [2], rowsFirst: false },
  { name: 'tile2x16', rows: 2, parts: [4], rowsFirst: true },
  { name: 'tile4x16', rows: 4, parts: [4], rowsFirst: false },
  { name: 'tile2x24', rows: 2, parts: [4, 2], rowsFirst: true },
  { name: 'tile1x32', rows: 1, parts: [4, 4], rowsFirst: true },
];

/** Tiles of C += A^T B over strips: A in strips of four columns, B in strips of eight. */
const STRIP_TILES = [
  { name: 'stripTile4x8', rows: 4, strips: 1, rowsFirst: true },
  { name: 'stripTile8x8', rows: 8, strips: 1, rowsFirst: false },
  { name: 'stripTile4x16', rows: 4, strips: 2, rowsFirst: false },
  { name: 'stripTile2x24', rows: 2, strips: 3, rowsFirst: true },
];

const count = (n) => [...Array(n).keys()];
const part = (name, p) => (p === 0 ? name : `${name}${p + 1}`);
const row = (name, m) => (m === 0 ? name : `${name}_${m}`);

/** The multiply-adds of one step: sum[m][n] += x[m] y[n]. */
function step({ rows, rowsFirst }, vectors, loadA, loadB) {
  const lines = [];
  const add = (m, n, x, y) => lines.push(`s${m}_${n} = fmadd(${x}, ${y}, s${m}_${n});`);
  if (rowsFirst) {
    for (const m of count(rows)) lines.push(`const x${m} = ${loadA(m)};`);
    for (const n of count(vectors)) {
      lines.push(`${n === 0 ? 'let y' : 'y'} = ${loadB(n)};`);
      for (const m of count(rows)) add(m, n, `x${m}`, 'y');
    }
  } else {
    for (const n of count(vectors)) lines.push(`const y${n} = ${loadB(n)};`);
    for (const m of count(rows)) {
      lines.push(`${m === 0 ? 'let x' : 'x'} = ${loadA(m)};`);
      for (const n of count(vectors)) add(m, n, 'x', `y${n}`);
    }
  }
  return lines;
}

function panelTile(tile) {
  const { name, rows, parts } = tile;
  const columns = parts.flatMap((vectors, p) => count(vectors).map((v) => ({ p, offset: 16 * v })));
  const pointers = ['c', 'b'].map((base) => parts.map((_, p) => part(base, p)));
  const lines = [];
  for (const p of parts.keys()) {
    lines.push(
      `const ${part('from', p)} = begin == ACCUMULATE ? ${part('c', p)} : begin == BIAS ? ${part('b', p)} : ZEROS;`,
    );
  }
  lines.push('const step = begin == ACCUMULATE ? <usize>ldc << 2 : 0;');
  for (const m of count(rows)) {
    for (const [n, { p, offset }] of columns.entries()) {
      const address = m === 0 ? part('from', p) : `${part('from', p)} + ${m} * step`;
      lines.push(`let s${m}_${n} = v128.load(${address}, ${offset});`);
    }
  }
  for (const m of count(rows).slice(1)) lines.push(`let ${row('a', m)} = ${row('a', m - 1)} + (<usize>lda << 2);`);
  lines.push('for (const end = a + (<usize>K << 2); a < end; a += 4) {');
  const loadB = (n) => `v128.load(${part('b', columns[n].p)}, ${64 + columns[n].offset})`;
  lines.push(...step(tile, columns.length, (m) => `v128.load32_splat(${row('a', m)})`, loadB));
  for (const m of count(rows).slice(1)) lines.push(`${row('a', m)} += 4;`);
  for (const p of parts.keys()) lines.push(`${part('b', p)} += 64;`);
  lines.push('}');
  for (const m of count(rows)) {
    for (const [n, { p, offset }] of columns.entries()) {
      const address = m === 0 ? part('c', p) : `${part('c', p)} + ${m} * (<usize>ldc << 2)`;
      lines.push(`v128.store(${address}, s${m}_${n}, ${offset});`);
    }
  }
  const parameters = [...pointers[0], 'a', ...pointers[1]].map((pointer) => `${pointer}: usize`);
  const width = 4 * columns.length;
  return `/** C (${rows}, ${width}) from ${rows} rows of A and ${width} columns of panels; b is the row before the first. */
export function ${name}(${parameters.join(', ')}, K: i32, lda: i32, ldc: i32, begin: i32): void {
${lines.join('\n')}
}`;
}

function stripTile(tile) {
  const { name, rows, strips } = tile;
  const columns = count(2 * strips).map((n) => ({ inC: 16 * n, inB: `${n >> 1} * STRIP_B + ${16 * (n & 1)}` }));
  const lines = [];
  for (const m of count(rows).slice(1)) lines.push(`const ${row('c', m)} = ${row('c', m - 1)} + (<usize>ldc << 2);`);
  for (const m of count(rows)) {
    for (const [n, { inC }] of columns.entries()) lines.push(`let s${m}_${n} = v128.load(${row('c', m)}, ${inC});`);
  }
  lines.push('for (const end = a + (<usize>K << 4); a < end; a += 16) {');
  const loadA = (m) => `v128.load32_splat(a, ${m >> 2} * STRIP_A + ${4 * (m & 3)})`;
  lines.push(...step(tile, columns.length, loadA, (n) => `v128.load(b, ${columns[n].inB})`));
  lines.push('b += 32;', '}');
  for (const m of count(rows)) {
    for (const [n, { inC }] of columns.entries()) lines.push(`v128.store(${row('c', m)}, s${m}_${n}, ${inC});`);
  }
  return `/** C (${rows}, ${8 * strips}) += the product of strips over K rows. */
export function ${name}(c: usize, a: usize, b: usize, K: i32, ldc: i32): void {
${lines.join('\n')}
}`;
}

const source = `/**
 * Inner loops of the products, written by scripts/make-tiles.mjs: change that, not this. A tile MRxNR holds MR rows by NR
 * columns of C in registers. Every element is one chain of K multiply-adds in order, so all tiles give the same bits.
 */

import { fmadd } from './simd';

/** How a product begins: from the bias row, from what C holds, else from zero. */
export const BIAS: i32 = 0;
export const ACCUMULATE: i32 = 1;

/** Rows of a strip. */
export const BLOCK: i32 = 256;
/** Bytes from one strip of four columns to the next: a line more than it holds, so that strips do not share cache sets. */
export const STRIP_A: usize = 4160;
/** Bytes from one strip of eight columns to the next. */
export const STRIP_B: usize = 8256;

const ZEROS: usize = memory.data(64, 16);

${[...TILES.map(panelTile), ...STRIP_TILES.map(stripTile)].join('\n\n')}
`;

const text = await format(source, { ...STYLE, parser: 'typescript', filepath: FILE.pathname });
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('assembly/tiles.ts is not what scripts/make-tiles.mjs writes. Run: node scripts/make-tiles.mjs');
  process.exitCode = 1;
}
