import { describe, expect, it } from 'vitest';
import { runCheck } from './tree.js';

const commands = '```sh\nnpm ci && npm start\nnpm ci && npm test\n```\n';

/** A tree that keeps every rule; each test breaks one. */
const sound: Record<string, string> = {
  'README.md': `# recurra\n\n${commands}\nSee [the guide](docs/guide.md#first-steps) and [how to help](CONTRIBUTING.md).\n`,
  'CONTRIBUTING.md': '# Contributing\n',
  'docs/guide.md':
    '# Guide\n\n## First steps\n\n[back](../README.md), [below](#first-steps), [away](https://x.org/a#b)\n',
  'src/index.ts': "export { lstm, type Options as LstmOptions } from './ops/lstm.js';\n",
  'src/ops/lstm.ts':
    '/** Header. */\n\n/** One step. */\nexport function lstm(): void {}\n\n/** What it takes. */\nexport interface Options {}\n',
};

/** What the check prints for the sound tree with one file put in. */
function check(path: string, text: string): string[] {
  const { status, lines } = runCheck('check-docs', { ...sound, [path]: text });
  expect(status).toBe(lines[0]!.startsWith('check-docs: ') ? 0 : 1);
  return lines;
}

it('passes a sound tree', () => {
  const { status, lines } = runCheck('check-docs', sound);
  expect({ status, lines }).toEqual({ status: 0, lines: ['check-docs: 3 documents, 2 exports, no violation'] });
});

it('misses the files that must be there', () => {
  expect(runCheck('check-docs', { 'docs/guide.md': '' })).toEqual({
    status: 1,
    lines: ['README.md:1: is missing', 'CONTRIBUTING.md:1: is missing', 'src/index.ts:1: is missing'],
  });
});

describe('a link', () => {
  it.each([
    ['[a](b.md)', 'links to b.md, which is not in the repository'],
    ['![a](b.png "title")', 'links to b.png, which is not in the repository'],
    ['[a]: b.md', 'links to b.md, which is not in the repository'],
    ['<a href="b.md">a</a>', 'links to b.md, which is not in the repository'],
    ['[a](/README.md)', 'links to /README.md, which is not in the repository'],
    ['[a](../../README.md)', 'links to ../../README.md, which is not in the repository'],
    ['[a](#none)', 'links to #none, but docs/more.md has no heading for #none'],
    [
      '[a](guide.md#second-steps)',
      'links to guide.md#second-steps, but docs/guide.md has no heading for #second-steps',
    ],
  ])('%s is refused', (link, message) => {
    expect(check('docs/more.md', `# More\n\nSome ${link.startsWith('[a]:') ? `\n${link}` : link}\n`)).toEqual([
      `docs/more.md:${link.startsWith('[a]:') ? 4 : 3}: ${message}`,
    ]);
  });

  it('may lead to folders, sources, headings with marks, repeated headings and ids', () => {
    const text = [
      '# `lstm`: what & why? [more](guide.md)',
      '## Same',
      '## Same',
      '<a id="here"></a>',
      '[a](.) [b](../src/ops/lstm.ts#L1) [c](#lstm-what--why-more) [d](#same-1) [e](#here) [f](<guide.md> "title")',
    ];
    expect(check('docs/more.md', text.join('\n'))).toEqual(['check-docs: 4 documents, 2 exports, no violation']);
  });

  it('is not looked for in code and comments', () => {
    const text = '`[a](b.md)` <!-- [a](b.md) -->\n\n```md\n[a](b.md)\n# Not a heading\n```\n\n~~~\n[a](b.md)\n~~~\n';
    expect(check('docs/more.md', text)).toEqual(['check-docs: 4 documents, 2 exports, no violation']);
    expect(check('docs/more.md', `${text}[a](#not-a-heading)\n`)).toHaveLength(1);
  });

  it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/decisions/one.md'])('is checked in %s', (file) => {
    expect(check(file, `${commands}[a](nowhere.md)\n`)).toEqual([
      `${file}:5: links to nowhere.md, which is not in the repository`,
    ]);
  });
});

describe('a docstring', () => {
  const missing = (line: number, name: string): string =>
    `src/ops/lstm.ts:${line}: ${name} is exported, but has no docstring directly above it`;

  it.each([
    ['is missing', 'export function lstm(): void {}'],
    ['is only the header of the file', '/** Header. */\n\nexport function lstm(): void {}'],
    ['is a plain comment', '/* One step. */\nexport const lstm = 1;'],
    ['is a line comment', '// One step.\nexport class lstm {}'],
    ['belongs to the one before', '/** Other. */\nexport const other = 1;\nexport type lstm = number;'],
  ])('%s', (_, text) => {
    const line = text.split('\n').length;
    expect(check('src/ops/lstm.ts', `${text}\n\n/** Options. */\nexport interface Options {}\n`)).toEqual([
      missing(line, 'lstm'),
    ]);
  });

  it('may stand above any kind of declaration', () => {
    const kinds = ['function* a()', 'async function b()', 'abstract class c', 'declare const d', 'type e =', 'let f ='];
    const text = kinds.map((kind) => `/**\n * It.\n */\nexport ${kind} {};\n`).join('\n');
    const { lines } = runCheck('check-docs', {
      ...sound,
      'src/index.ts': "export * from './ops/gru.js';\n",
      'src/ops/gru.ts': text,
    });
    expect(lines).toEqual(['check-docs: 3 documents, 6 exports, no violation']);
  });

  it('is looked for where the name is declared', () => {
    const passing = "import { lstm } from './cell.js';\nexport { lstm };\nexport * from './options.js';\n";
    const { lines } = runCheck('check-docs', {
      ...sound,
      'src/ops/lstm.ts': passing,
      'src/ops/cell.ts': 'export function lstm(): void {}\n',
      'src/ops/options.ts': '// export interface Options\n\ninterface Options {}\nexport type { Options };\n',
    });
    expect(lines).toEqual([
      'src/ops/cell.ts:1: lstm is exported, but has no docstring directly above it',
      'src/ops/options.ts:3: LstmOptions is exported, but has no docstring directly above it',
    ]);
  });

  it('of a namespace is the header of its file', () => {
    expect(check('src/index.ts', "export * as ops from './ops/lstm.js';\n")).toEqual([
      'check-docs: 3 documents, 1 exports, no violation',
    ]);
  });

  it('cannot be found for a name that is declared nowhere', () => {
    expect(check('src/index.ts', "export { gru } from './ops/lstm.js';\n")).toEqual([
      'src/index.ts:1: gru is exported, but declared nowhere',
    ]);
  });
});

it('keeps CONTRIBUTING to 50 lines', () => {
  expect(check('CONTRIBUTING.md', 'line\n'.repeat(50))).toHaveLength(1);
  expect(check('CONTRIBUTING.md', 'line\n'.repeat(51))).toEqual(['CONTRIBUTING.md:51: 51 lines, at most 50']);
});

describe('README begins with the two commands', () => {
  it('with prompts and comments if it likes', () => {
    const text =
      '# r\n\n```console\n$ npm ci && npm start   # the demo\n```\n\n```\n# the tests\nnpm ci && npm test\n```\n';
    expect(check('README.md', text)).toEqual(['check-docs: 3 documents, 2 exports, no violation']);
  });

  it.each([
    [
      '# r\n',
      [
        `1: command 1 must be 'npm ci && npm start', got 'nothing'`,
        `1: command 2 must be 'npm ci && npm test', got 'nothing'`,
      ],
    ],
    [
      `\`\`\`sh\ncd recurra\n\`\`\`\n${commands}`,
      [
        `2: command 1 must be 'npm ci && npm start', got 'cd recurra'`,
        `5: command 2 must be 'npm ci && npm test', got 'npm ci && npm start'`,
      ],
    ],
    ['```sh\nnpm ci && npm start\nnpm test\n```\n', [`3: command 2 must be 'npm ci && npm test', got 'npm test'`]],
  ])('%j does not', (text, messages) => {
    expect(check('README.md', text)).toEqual(messages.map((message) => `README.md:${message}`));
  });
});

describe('a path of one machine', () => {
  const path = (folder: string): string => ['', folder, 'someone'].join('/');
  it.each(['README.md', 'docs/guide.md', 'src/ops/lstm.ts', 'test/ops/lstm.test.ts', 'bench/run.ts'])(
    'is refused in %s',
    (file) => {
      for (const folder of ['home', 'root', 'tmp']) {
        const text = `${sound[file] ?? ''}// ${path(folder)}\n`;
        const line = text.split('\n').length - 1;
        expect(check(file, text)).toEqual([`${file}:${line}: /${folder}/ is a path of one machine`]);
      }
    },
  );

  it('is not the path of an address or of a folder of the project', () => {
    const text = `https://example.org${path('home')} run${path('tmp')} ~${path('tmp')} .${path('root')}\n`;
    expect(check('docs/more.md', text)).toEqual(['check-docs: 4 documents, 2 exports, no violation']);
  });
});
