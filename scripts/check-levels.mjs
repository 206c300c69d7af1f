/**
 * Holds the source to its levels: a file imports lower levels or its own folder, so the code can be read in one
 * direction and has no cycles. Type imports count.
 *
 *     node scripts/check-levels.mjs [root]
 *
 * Prints each violation as `file:line: message` and exits 1 if there is any.
 */

import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, filesUnder, lineOf } from './source.mjs';

/** Folders and files of src by level. Two of one level do not know each other, but for the files of level 0. */
const levels = [
  ['errors.ts', 'shape.ts', 'options.ts', 'random.ts', 'crc32.ts'],
  ['data', 'memory', 'plot'],
  ['kernels', 'tape.ts'],
  ['engine.ts'],
  ['ops'],
  ['layers', 'optim'],
  ['models', 'inspect'],
  ['train', 'checkpoint', 'interop', 'bench'],
  ['cli', 'worker'],
  ['index.ts'],
];

/** The imports that package.json resolves by runtime, by the file they stand for. */
const runtimeImports = {
  '#wasm': 'src/kernels/binary.ts',
  '#workers': 'src/kernels/workers.ts',
  '#storage': 'src/checkpoint/storage.ts',
  '#training': 'src/worker/spawn.ts',
};

const catchAll = /(^|\/)(utils?|helpers?|common|misc)(\.[^/]*)?(\/|$)/;
const reExport = /\bexport\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*(['"])\s*\1\s*;?/g;

/** The first segment of a path below src: the folder, or the file itself. */
function roomOf(path) {
  const name = path.split('/')[1];
  const level = levels.findIndex((names) => names.includes(name));
  return { name, level, shared: level === 0 ? 'level 0' : name };
}

/** Every module a file names, with its position: import, export from, import(), type import(), new URL() of a script. */
function importsOf(source, code) {
  const quoted =
    /\bfrom\s*(?=['"])|\bimport\s*\(?\s*(?=['"])|\bnew\s+URL\(\s*(?=['"][^'"]*['"]\s*,\s*import\.meta\.url)/g;
  return [...code.matchAll(quoted)]
    .map(({ 0: text, index }) => {
      const position = index + text.length + 1;
      const specifier = source.slice(position, code.indexOf(code[position - 1], position));
      return { specifier, position, script: !text.startsWith('new') || /\.[jt]s$/.test(specifier) };
    })
    .filter(({ script }) => script);
}

/** What is wrong with one import of a file, or undefined. */
function checkImport(file, specifier) {
  if (isBuiltin(specifier)) {
    const allowed = file.endsWith('.node.ts') || file.startsWith('src/cli/');
    return allowed ? undefined : `imports ${specifier}; only *.node.ts and src/cli/ may import from Node`;
  }
  if (!/^[.#]/.test(specifier)) return undefined;
  // A worker's script is named as it is built, so that sources and build start the same one.
  const named = posix.join(dirname(file), specifier).replace(/^dist\//, 'src/');
  const path = specifier.startsWith('#') ? runtimeImports[specifier] : named;
  if (path === undefined) return `imports ${specifier}, which scripts/check-levels.mjs does not know`;
  if (!path.startsWith('src/')) return `imports ${specifier}, which is outside src`;
  const [from, to] = [roomOf(file), roomOf(path.replace(/\.js$/, '.ts'))];
  if (to.level < 0) return `imports ${to.name}, which has no level`;
  if (from.shared === to.shared) {
    return /(^|\/)index\.[jt]s$/.test(path) ? `imports the index of its own folder, ${specifier}` : undefined;
  }
  if (to.level < from.level) return undefined;
  return `${from.name} (level ${from.level}) imports ${to.name} (level ${to.level}); only lower levels and the own folder may be imported`;
}

/**
 * The positions of top-level await: await in a place where no statement around it has begun a function with `async`.
 * Braces open a place; a semicolon, or a closing brace at the end of a line, ends a statement.
 */
function topLevelAwaits(code) {
  const places = [{ statement: '', async: false }];
  const found = [];
  for (const { 0: text, index } of code.matchAll(/\w+|[{}();[\]]|[^\w\s]/g)) {
    const place = places.at(-1);
    const async = place.async || place.statement.includes(' async ');
    if (text === 'await' && !async && code[index - 1] !== '.') found.push(index);
    if ('{(['.includes(text)) places.push({ statement: '', async });
    else if ('})]'.includes(text) && places.length > 1) places.pop();
    const ends = text === ';' || (text === '}' && /^[^\S\n]*\n/.test(code.slice(index + 1)));
    if (ends) places.at(-1).statement = '';
    else if (/\w/.test(text)) places.at(-1).statement += ` ${text} `;
  }
  return found;
}

/** The violations of one file of src, as positions and messages. */
function* checkSource(file, source) {
  const code = codeOf(source);
  if (roomOf(file).level < 0) yield [0, `${roomOf(file).name} has no level; add it to scripts/check-levels.mjs`];
  else {
    for (const { specifier, position } of importsOf(source, code)) {
      const message = checkImport(file, specifier);
      if (message !== undefined) yield [position, message];
    }
  }
  for (const { index } of code.matchAll(/(?<![.\w])import\s*\((?!\s*['"])/g)) {
    yield [index, 'import() must name its module as a plain string, so that its level is known'];
  }
  for (const index of topLevelAwaits(code)) yield [index, 'top-level await would keep require() from loading recurra'];
  if (file === 'src/index.ts') {
    const rest = code.replace(reExport, (text) => text.replace(/[^\n]/g, ' ')).search(/\S/);
    if (rest >= 0) yield [rest, 'src/index.ts may hold re-exports only'];
  }
}

/** The violations of one file of assembly. */
function* checkAssembly(file, source) {
  if (file === 'assembly/simd.ts') return;
  for (const { index } of source.matchAll(/ASC_FEATURE_RELAXED_SIMD/g)) {
    yield [index, 'only assembly/simd.ts may know of ASC_FEATURE_RELAXED_SIMD'];
  }
}

/** Checks a whole tree; returns the number of files read and the violations as lines of text. */
function checkTree(root) {
  const violations = [];
  const check = (file, rules) => {
    const source = readFileSync(join(root, file), 'utf8');
    for (const [position, message] of rules(file, source)) {
      violations.push(`${file}:${lineOf(source, position)}: ${message}`);
    }
  };
  const [sources, assembly] = [filesUnder(root, 'src', '.ts'), filesUnder(root, 'assembly', '.ts')];
  for (const file of sources) check(file, checkSource);
  for (const file of assembly) check(file, checkAssembly);
  const others = ['test', 'bench', 'scripts'].flatMap((folder) => filesUnder(root, folder, ''));
  for (const file of [...sources, ...assembly, ...others].filter((name) => catchAll.test(name))) {
    violations.push(`${file}:1: a name such as utils, helpers, common or misc does not say what a file is for`);
  }
  if (sources.length === 0) violations.push(`src:1: no TypeScript file in ${root}`);
  return { count: sources.length + assembly.length, violations };
}

const { count, violations } = checkTree(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
for (const violation of violations) console.log(violation);
if (violations.length > 0) process.exitCode = 1;
else console.log(`check-levels: ${count} files, no violation`);
