/**
 * Writes assembly/tiles.ts and assembly/peak.ts: inner loops as straight-line code, since neither the AssemblyScript
 * compiler nor V8 unrolls a loop over rows or columns.
 *
 *     node scripts/make-tiles.mjs [--check]
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';

const STYLE = JSON.parse(readFileSync(new URL('../.prettierrc.assembly.json', import.meta.url), 'utf8'));

/**
 * `parts` are runs of neighbouring columns, in vectors of four, with an address of their own in C and in the panels.
 * `rowsFirst`: broadcasts of A, then one vector of B at a time; else B, then one row at a time. Whichever side is
 * shorter is held in registers. `masked`: of C, only so many columns are there.
 */
const TILES = [
  { rows: 4, parts: [2], rowsFirst: true },
  { rows: 8, parts: [2], rowsFirst: false },
  { rows: 2, parts: [4], rowsFirst: true },
  { rows: 4, parts: [4], rowsFirst: false },
  { rows: 6, parts: [4], rowsFirst: false },
  { rows: 2, parts: [4, 2], rowsFirst: true },
  { rows: 1, parts: [4, 4], rowsFirst: true },
  { rows: 4, parts: [2], rowsFirst: true, masked: true },
  { rows: 1, parts: [4], rowsFirst: true, masked: true },
];

/** Steps of K in a turn of the loop. */
const STEPS = 4;

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

/** The sums as they begin: from memory of the same layout whatever it is, so that there is one load for each. */
function begin({ rows, parts }, columns) {
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
  return lines;
}

/** Code for every vector of C that has columns: `line` for each row, with the number of its lanes in use. */
function masked(rows, vectors, line) {
  return count(vectors).flatMap((n) => {
    const lanes =
      n === vectors - 1
        ? n === 0
          ? 'columns'
          : `columns - ${4 * n}`
        : `min(4, columns${n === 0 ? '' : ` - ${4 * n}`})`;
    const lines = count(rows).map((m) => line(m, n, m === 0 ? 'c' : `c + ${m} * (<usize>ldc << 2)`, lanes));
    return n === 0 ? lines : [`if (columns > ${4 * n}) {`, ...lines, '}'];
  });
}

function beginMasked({ rows }, columns) {
  const lines = [];
  for (const [n, { offset }] of columns.entries()) {
    lines.push(`let s0_${n} = begin == BIAS ? v128.load(b, ${offset}) : f32x4.splat(0);`);
    for (const m of count(rows).slice(1)) lines.push(`let s${m}_${n} = s0_${n};`);
  }
  const load = (m, n, address, lanes) =>
    `s${m}_${n} = loadLanes(${address}${n === 0 ? '' : ` + ${16 * n}`}, ${lanes});`;
  return [...lines, 'if (begin == ACCUMULATE) {', ...masked(rows, columns.length, load), '}'];
}

function tile(shape) {
  const { rows, parts } = shape;
  const columns = parts.flatMap((vectors, p) => count(vectors).map((v) => ({ p, offset: 16 * v })));
  const pointers = ['c', 'b'].map((base) => parts.map((_, p) => part(base, p)));
  const lines = shape.masked ? beginMasked(shape, columns) : begin(shape, columns);
  for (const m of count(rows).slice(1)) lines.push(`let ${row('a', m)} = ${row('a', m - 1)} + (<usize>lda << 2);`);
  lines.push('const end = a + (<usize>K << 2);');
  // Between two steps the loop may end. That serves any K, and keeps a step's loads from moving into the one before,
  // where they would need registers of their own.
  for (const i of count(STEPS).slice(1)) lines.push(`const end${i} = end - ${4 * i};`);
  lines.push('while (a < end) {');
  for (const i of count(STEPS)) {
    const loadA = (m) => `v128.load32_splat(${row('a', m)}, ${4 * i})`;
    const loadB = (n) => `v128.load(${part('b', columns[n].p)}, ${64 * (i + 1) + columns[n].offset})`;
    if (i > 0) lines.push(`if (a == end${i}) break;`);
    lines.push('{', ...step(shape, columns.length, loadA, loadB), '}');
  }
  for (const m of count(rows)) lines.push(`${row('a', m)} += ${4 * STEPS};`);
  for (const p of parts.keys()) lines.push(`${part('b', p)} += ${64 * STEPS};`);
  lines.push('}');
  if (shape.masked) {
    const store = (m, n, address, lanes) =>
      `storeLanes(${address}${n === 0 ? '' : ` + ${16 * n}`}, s${m}_${n}, ${lanes});`;
    lines.push(...masked(rows, columns.length, store));
  } else {
    for (const m of count(rows)) {
      for (const [n, { p, offset }] of columns.entries()) {
        const address = m === 0 ? part('c', p) : `${part('c', p)} + ${m} * (<usize>ldc << 2)`;
        lines.push(`v128.store(${address}, s${m}_${n}, ${offset});`);
      }
    }
  }
  const addresses = [...pointers[0], 'a', ...pointers[1]].map((pointer) => `${pointer}: usize`);
  const sizes = ['K', 'lda', 'ldc', 'begin', ...(shape.masked ? ['columns'] : [])].map((size) => `${size}: i32`);
  const width = 4 * columns.length;
  const name = `${shape.masked ? 'maskedTile' : 'tile'}${rows}x${width}`;
  const of = shape.masked ? `columns) of ${width}` : `${width})`;
  return `/** C (${rows}, ${of} from ${rows === 1 ? 'a row' : `${rows} rows`} of A and ${width} columns of panels; b is the row before the first. */
export function ${name}(${[...addresses, ...sizes].join(', ')}): void {
${lines.join('\n')}
}`;
}

const TILES_SOURCE = `/**
 * Inner loops of the products, written by scripts/make-tiles.mjs: change that, not this. A tile MRxNR holds MR rows by NR
 * columns of C in registers. Every element is one chain of K multiply-adds in order, so all tiles give the same bits.
 */

import { fmadd, loadLanes, storeLanes } from './simd';

/** How a product begins: from the bias row, from what C holds, else from zero. */
export const BIAS: i32 = 0;
export const ACCUMULATE: i32 = 1;

const ZEROS: usize = memory.data(64, 16);

${TILES.map(tile).join('\n\n')}
`;

/** Chains of multiply-adds over `vectors` vectors of four; behind them lie `operands` of factors, then of summands. */
function chains(name, vectors, operands, comment) {
  const load = (i) => `v128.load(x${i === 0 ? '' : `, ${16 * i}`})`;
  const each = (line) => count(vectors).map(line);
  const lines = [
    ...count(operands).map((i) => `const a${i} = ${load(vectors + i)};`),
    ...count(operands).map((i) => `const b${i} = ${load(vectors + operands + i)};`),
    ...each((i) => `let s${i} = ${load(i)};`),
    'for (let i = 0; i < n; i++) {',
    ...each((i) => `s${i} = fmadd(a${i % operands}, s${i}, b${i % operands});`),
    '}',
    ...each((i) => `v128.store(x, s${i}${i === 0 ? '' : `, ${16 * i}`});`),
  ];
  return `/** ${comment} */
export function ${name}(x: usize, n: i32): void {
${lines.join('\n')}
}`;
}

const PEAK_SOURCE = `/**
 * The loops that measure the machine, written by scripts/make-tiles.mjs: change that, not this. Contract:
 * src/kernels/peak.ts. Neighbours are loaded and stored in order, so that an engine which joins pairs can join these.
 */

import { fmadd } from './simd';

${chains('multiplyAddChains', 12, 1, 'Twelve vectors in registers: enough to keep two pipes with a latency of four or five cycles full.')}

${chains('multiplyAddPairs', 24, 2, 'Twelve pairs, for an engine that joins them.')}
`;

/** Writes a file of assembly/, or tells that it is not what would be written. */
async function write(name, source) {
  const file = new URL(`../assembly/${name}`, import.meta.url);
  const text = await format(source, { ...STYLE, parser: 'typescript', filepath: file.pathname });
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`assembly/${name} is not what scripts/make-tiles.mjs writes. Run: node scripts/make-tiles.mjs`);
    process.exitCode = 1;
  }
}

await write('tiles.ts', TILES_SOURCE);
await write('peak.ts', PEAK_SOURCE);
