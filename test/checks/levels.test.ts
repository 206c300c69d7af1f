import { describe, expect, it } from 'vitest';
import { runCheck } from './tree.js';

/** A tree that keeps every rule; each test breaks one. */
const sound: Record<string, string> = {
  'src/errors.ts': 'export class RecurraError extends Error {}\n',
  'src/shape.ts': "import { RecurraError } from './errors.js';\nexport const shapes = [RecurraError];\n",
  'src/data/corpus.ts': "import { shapes } from '../shape.js';\nexport const corpus = shapes;\n",
  'src/data/text/words.ts': "export { corpus } from '../corpus.js';\n",
  'src/kernels/binary.node.ts': "import { readFile } from 'node:fs/promises';\nexport const load = readFile;\n",
  'src/kernels/select.ts': "import { load } from '#wasm';\nexport const pick = load;\n",
  'src/engine.ts': "import type { pick } from './kernels/select.js';\nexport type Pick = typeof pick;\n",
  'src/cli/main.ts':
    "import pc from 'picocolors';\nimport { argv } from 'node:process';\nexport const cli = [pc, argv];\n",
  'src/index.ts': "/** All. */\nexport { cli } from './cli/main.js';\nexport type * from './engine.js';\n",
  'assembly/simd.ts': 'export const relaxed = ASC_FEATURE_RELAXED_SIMD;\n',
  'assembly/gemm.ts': "import { relaxed } from './simd';\nexport const gemm = relaxed;\n",
};

/** The sound tree with one file put in the place of, or beside, what is there. */
function check(path: string, text: string): string[] {
  const { status, lines } = runCheck('check-levels', { ...sound, [path]: text });
  expect(status).toBe(lines[0]!.startsWith('check-levels: ') ? 0 : 1);
  return lines;
}

it('passes a sound tree', () => {
  const { status, lines } = runCheck('check-levels', sound);
  expect({ status, lines }).toEqual({ status: 0, lines: ['check-levels: 11 files, no violation'] });
});

it('fails where there is nothing to check', () => {
  expect(runCheck('check-levels', { 'README.md': '' }).status).toBe(1);
});

describe('an import of a higher level', () => {
  const rule = 'data (level 1) imports engine.ts (level 3); only lower levels and the own folder may be imported';
  it.each([
    ['import', "import { Pick } from '../engine.js';"],
    ['import for its effect', "import '../engine.js';"],
    ['type import', "import type { Pick } from '../engine.js';"],
    ['import of one type', "import { type Pick } from '../engine.js';"],
    ['import over lines', "import {\n  Pick,\n} from '../engine.js';"],
    ['type by import()', "type P = import('../engine.js').Pick;"],
    ['type by typeof import()', "type P = typeof import('../engine.js');"],
    ['dynamic import', "const later = () => import('../engine.js');"],
    ['export from', "export { Pick } from '../engine.js';"],
    ['export type from', "export type { Pick } from '../engine.js';"],
    ['export all', 'export * from "../engine.js";'],
    ['worker script', "const url = new URL('../engine.js', import.meta.url);"],
    ['worker script as it is built', "const url = new URL('../../dist/engine.js', import.meta.url);"],
    ['import inside a template', 'const text = `a ${await1(import("../engine.js"))} b`;'],
  ])('%s', (_, text) => {
    const line = text.split('\n').length;
    expect(check('src/data/corpus.ts', `${text}\n`)).toEqual([`src/data/corpus.ts:${line}: ${rule}`]);
  });

  it('is not what a comment, a text or a regular expression says', () => {
    const text = [
      "// import { Pick } from '../engine.js';",
      "/* import('../engine.js') */",
      'const quoted = "from \'../engine.js\'";',
      "const template = `import('../engine.js') ${quoted} from '../engine.js'`;",
      "const pattern = /['\"`] from '..\\/engine.js'/;",
    ];
    expect(check('src/data/corpus.ts', text.join('\n'))).toEqual(['check-levels: 11 files, no violation']);
  });

  it('is found behind regular expressions and templates that hold quotes', () => {
    const text = "const quote = /[/'\"`]/;\nconst nested = `${`'${1}`}'`;\nimport type { Pick } from '../engine.js';\n";
    expect(check('src/data/corpus.ts', text)).toEqual([`src/data/corpus.ts:3: ${rule}`]);
  });
});

it.each([
  ['src/data/corpus.ts', '../memory/heap.js', 'data (level 1) imports memory (level 1)'],
  ['src/train/loop.ts', '../checkpoint/save.js', 'train (level 7) imports checkpoint (level 7)'],
  ['src/tape.ts', './kernels/select.js', 'tape.ts (level 2) imports kernels (level 2)'],
  ['src/tape.ts', './engine.js', 'tape.ts (level 2) imports engine.ts (level 3)'],
  ['src/cli/main.ts', '../index.js', 'cli (level 8) imports index.ts (level 9)'],
  ['src/memory/heap.ts', '#wasm', 'memory (level 1) imports kernels (level 2)'],
  ['src/models/model.ts', '#storage', 'models (level 6) imports checkpoint (level 7)'],
  ['src/data/corpus.ts', '#other', 'imports #other, which scripts/check-levels.mjs does not know'],
  ['src/data/corpus.ts', '../somewhere/else.js', 'imports somewhere, which has no level'],
  ['src/data/corpus.ts', '../../test/tree.js', 'imports ../../test/tree.js, which is outside src'],
  ['src/layers/lstm.ts', './index.js', 'imports the index of its own folder, ./index.js'],
  ['src/data/text/words.ts', '../index.js', 'imports the index of its own folder, ../index.js'],
  ['src/data/corpus.ts', 'node:fs', 'imports node:fs; only *.node.ts and src/cli/ may import from Node'],
  ['src/data/corpus.ts', 'fs', 'imports fs; only *.node.ts and src/cli/ may import from Node'],
])('%s may not import %s', (file, specifier, message) => {
  const lines = check(file, `import type { Some } from '${specifier}';\n`);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`${file}:1: ${message}`);
});

it('refuses import() of what is not a plain string', () => {
  const message = 'import() must name its module as a plain string, so that its level is known';
  expect(check('src/data/corpus.ts', 'const a = import(name);\n')).toEqual([`src/data/corpus.ts:1: ${message}`]);
  expect(check('src/data/corpus.ts', '\nconst a = import(`../engine.js`);\n')).toEqual([
    `src/data/corpus.ts:2: ${message}`,
  ]);
});

it('refuses folders and files without a level', () => {
  expect(check('src/extras/more.ts', '')).toEqual([
    'src/extras/more.ts:1: extras has no level; add it to scripts/check-levels.mjs',
  ]);
  expect(check('src/more.ts', '')).toEqual(['src/more.ts:1: more.ts has no level; add it to scripts/check-levels.mjs']);
});

it('refuses anything but re-exports in src/index.ts', () => {
  const message = 'src/index.ts may hold re-exports only';
  expect(check('src/index.ts', "export * from './engine.js';\nexport const version = '1';\n")).toEqual([
    `src/index.ts:2: ${message}`,
  ]);
  expect(check('src/index.ts', "import { a } from './engine.js';\nexport { a };\n")).toEqual([
    `src/index.ts:1: ${message}`,
  ]);
});

describe('top-level await', () => {
  const message = 'top-level await would keep require() from loading recurra';
  it.each([
    ['await load();'],
    ['const a = await load();'],
    ['if (a) {\n  b = await load();\n}'],
    ['for await (const a of b) {\n}'],
    ['const f = async () => 1;\nconst a = await f();'],
    ['async function f(): Promise<{ a: number }> {\n  return await g();\n}\nawait f();'],
    ['class A {\n  async f() {\n    await g();\n  }\n}\nawait h();'],
  ])('is refused in %j', (text) => {
    const lines = text.split('\n');
    const line = lines.findLastIndex((one) => one.includes('await')) + 1;
    expect(check('src/data/corpus.ts', `${text}\n`)).toEqual([`src/data/corpus.ts:${line}: ${message}`]);
  });

  it.each([
    [
      'async function f(): Promise<void> {\n  for await (const a of b) {\n    if (a) {\n      await g();\n    }\n  }\n}',
    ],
    ['const f = async (a: number) => await g(a);'],
    ['class A {\n  static async f(): Promise<{\n    a: number;\n  }> {\n    return await g();\n  }\n}'],
    ['const f = g.map(async (a) => {\n  await a;\n});'],
    ['// await\nconst text = `await ${"await"}`;'],
  ])('is not seen in %j', (text) => {
    expect(check('src/data/corpus.ts', `${text}\n`)).toEqual(['check-levels: 11 files, no violation']);
  });
});

it('keeps relaxed SIMD to assembly/simd.ts', () => {
  expect(check('assembly/gemm.ts', '\nif (ASC_FEATURE_RELAXED_SIMD) {}\n')).toEqual([
    'assembly/gemm.ts:2: only assembly/simd.ts may know of ASC_FEATURE_RELAXED_SIMD',
  ]);
});

it.each(['src/data/utils.ts', 'assembly/common.ts', 'test/helpers.test.ts', 'scripts/misc.mjs', 'bench/util/a.ts'])(
  'refuses the name %s',
  (path) => {
    const message = 'a name such as utils, helpers, common or misc does not say what a file is for';
    expect(check(path, '')).toEqual([`${path}:1: ${message}`]);
  },
);
