/**
 * Holds the documents to what they promise: links lead somewhere, every export has a docstring, README begins with the
 * two commands a newcomer needs, CONTRIBUTING stays short, and no path of one machine is written down.
 *
 *     node scripts/check-docs.mjs [root]
 *
 * Prints each violation as `file:line: message` and exits 1 if there is any.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anchorsOf, codeBlocks, linksOf } from './markdown.mjs';
import { codeOf, filesUnder, lineOf } from './source.mjs';

const firstCommands = ['npm ci && npm start', 'npm ci && npm test'];
const mostContributingLines = 50;
const machinePath = /(?<![\w.~:/-])\/(?:home|root|tmp)\//g;
const docstringAtEnd = /\/\*\*(?:(?!\*\/)[^])*\*\/\n$/;
const kinds = String.raw`(?:(?:declare|default|abstract|async)\s+)*(?:function\s*\*?|class|const|let|interface|type)\s+`;

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const exists = (file) => existsSync(join(root, file));
const read = (file) => readFileSync(join(root, file), 'utf8');

/** Links of one Markdown file that lead nowhere. */
function* checkLinks(file, markdown) {
  for (const { target, index } of linksOf(markdown)) {
    if (/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(target)) continue;
    const [path, anchor = ''] = decodeURIComponent(target).split('#');
    const to = path === '' ? file : posix.join(dirname(file), path);
    if (path.startsWith('/') || to.startsWith('..') || !exists(to)) {
      yield [index, `links to ${target}, which is not in the repository`];
    } else if (anchor !== '' && to.endsWith('.md') && !anchorsOf(read(to)).has(anchor)) {
      yield [index, `links to ${target}, but ${to} has no heading for #${anchor}`];
    }
  }
}

/** Paths that exist on one machine only. */
function* checkPaths(_file, text) {
  for (const { 0: path, index } of text.matchAll(machinePath)) yield [index, `${path} is a path of one machine`];
}

/** The first two command lines, prompts and comments taken off. */
function* checkReadme(_file, markdown) {
  const commands = codeBlocks(markdown)
    .filter(({ language }) => /^(?:sh|bash|shell|console|)$/.test(language))
    .flatMap(({ text, index }) => [...text.matchAll(/^.+$/gm)].map((line) => [line[0], index + line.index]))
    .map(([text, index]) => [
      text
        .replace(/^\s*\$\s/, '')
        .replace(/(?:^|\s)#.*/, '')
        .trim(),
      index,
    ])
    .filter(([text]) => text !== '');
  for (const [i, wanted] of firstCommands.entries()) {
    const [text, index] = commands[i] ?? ['nothing', 0];
    if (text !== wanted) yield [index, `command ${i + 1} must be '${wanted}', got '${text}'`];
  }
}

function* checkContributing(_file, markdown) {
  const count = markdown.trimEnd().split('\n').length;
  if (count > mostContributingLines)
    yield [markdown.trimEnd().length, `${count} lines, at most ${mostContributingLines}`];
}

/** The names that pass through `export { name as other } from 'file'`, `import` alike; `*` for all of a file. */
function passedOn(source, code) {
  const statement = /\b(import|export)\s+(?:type\s+)?(?:\*(?:\s+as\s+(\w+))?|\{([^}]*)\})\s*(?:from\s*(['"]))?/g;
  return [...code.matchAll(statement)].flatMap(({ 0: text, 1: verb, 2: space, 3: list, 4: quote, index }) => {
    const start = index + text.length;
    const from = quote === undefined ? undefined : source.slice(start, code.indexOf(quote, start));
    const names = list === undefined ? [['*', space ?? '*']] : namesIn(list);
    return names.map(([name, as]) => ({ verb, name, as, from, index }));
  });
}

/** `a, type b as c` as pairs: what it is called there, what it is called here. */
function namesIn(list) {
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type\s+/, ''))
    .filter((item) => item !== '')
    .map((item) => item.split(/\s+as\s+/))
    .map(([name, as = name]) => [name, as]);
}

/** The file a relative specifier stands for; undefined if it is not relative or not there. */
function fileOf(importer, specifier) {
  if (!specifier?.startsWith('.')) return undefined;
  const file = posix.join(dirname(importer), specifier).replace(/\.js$/, '.ts');
  return exists(file) ? file : undefined;
}

/** Every name a file exports. */
function exportsOf(file) {
  const source = read(file);
  const code = codeOf(source);
  const own = [...code.matchAll(new RegExp(String.raw`^export\s+${kinds}([\w$]+)`, 'gm'))].map(({ 1: name }) => name);
  const passed = passedOn(source, code).filter(({ verb }) => verb === 'export');
  const others = passed.flatMap(({ as, from }) => {
    if (as !== '*') return [as];
    const target = fileOf(file, from);
    return target === undefined ? [] : exportsOf(target);
  });
  return [...own, ...others];
}

/** Where a name is declared, followed through imports and re-exports: the file, its source, the position. */
function findDeclaration(file, name) {
  const source = read(file);
  const code = codeOf(source);
  const pattern = new RegExp(String.raw`^(?:export\s+)?${kinds}${name.replaceAll('$', String.raw`\$`)}(?![\w$])`, 'm');
  const declared = pattern.exec(code);
  if (declared !== null) return { file, source, index: declared.index };
  for (const { name: original, as, from } of passedOn(source, code)) {
    const target = from === undefined ? file : fileOf(file, from);
    if (target === undefined || (as !== name && as !== '*')) continue;
    if (original === '*' && as === name) return { file: target, source: read(target), index: undefined };
    const wanted = as === '*' ? name : original;
    const found = target === file && wanted === name ? undefined : findDeclaration(target, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Exports of src/index.ts without a docstring directly above; a namespace is described by the header of its file. */
function undocumented() {
  return exportsOf('src/index.ts').flatMap((name) => {
    const found = findDeclaration('src/index.ts', name);
    if (found === undefined) return [`src/index.ts:1: ${name} is exported, but declared nowhere`];
    const { file, source, index } = found;
    const described = index === undefined ? source.startsWith('/**') : docstringAtEnd.test(source.slice(0, index));
    if (described) return [];
    return [`${file}:${lineOf(source, index ?? 0)}: ${name} is exported, but has no docstring directly above it`];
  });
}

function checkTree() {
  const violations = [];
  const check = (file, rule) => {
    const text = read(file);
    for (const [index, message] of rule(file, text)) violations.push(`${file}:${lineOf(text, index)}: ${message}`);
  };
  const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']
    .filter(exists)
    .concat(filesUnder(root, 'docs', '.md'));
  const code = ['src', 'assembly', 'bench', 'test'].flatMap((folder) => filesUnder(root, folder, '.ts'));
  for (const file of ['README.md', 'CONTRIBUTING.md', 'src/index.ts']) {
    if (!exists(file)) violations.push(`${file}:1: is missing`);
  }
  for (const file of documents) check(file, checkLinks);
  for (const file of [...documents, ...code]) check(file, checkPaths);
  if (exists('README.md')) check('README.md', checkReadme);
  if (exists('CONTRIBUTING.md')) check('CONTRIBUTING.md', checkContributing);
  const names = exists('src/index.ts') ? exportsOf('src/index.ts') : [];
  if (names.length > 0) violations.push(...undocumented());
  return { documents: documents.length, exports: names.length, violations };
}

const { documents, exports, violations } = checkTree();
for (const violation of violations) console.log(violation);
if (violations.length > 0) process.exitCode = 1;
else console.log(`check-docs: ${documents} documents, ${exports} exports, no violation`);
