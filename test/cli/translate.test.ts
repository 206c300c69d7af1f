/** `recurra train --task translate`, `translate` and `evaluate --tsv`: what they print is what the library says. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { allBatches } from '../../src/data/examples.js';
import { Pairs } from '../../src/data/pairs.js';
import { pairsToTsv, pairTask } from '../../src/data/pairs-tasks.js';
import { createEngine } from '../../src/engine.js';
import { svgAttention } from '../../src/models/attention-map.js';
import { Seq2Seq } from '../../src/models/seq2seq.js';
import { lines, outcome, Workplace } from './command.js';
import type { Outcome } from './command.js';

const place = new Workplace();
const TSV = pairsToTsv(pairTask('reverse', { count: 100, length: 4, letters: 4 }));
place.file('pairs.tsv', TSV);
const SMALL = '--embedding 6 --hidden 8 --batch 16 --kernels simd --attention general --input-feeding'.split(' ');
const train = (...more: string[]) => place.run('train', '--task', 'translate', '--tsv', 'pairs.tsv', ...SMALL, ...more);

async function modelIn(folder: string): Promise<Seq2Seq> {
  const engine = await createEngine();
  return decodeCheckpoint(engine, place.checkpoint(folder), folder, { models: [Seq2Seq] }).model;
}

let trained: Outcome;
beforeAll(async () => {
  trained = await train('--out', 'run', '--epochs', '4');
});

test('a run tells its pairs, and what it is right about', () => {
  expect(trained.code).toBe(0);
  expect(trained.stderr).toContain('90 pairs of 7 and 7 symbols, 10 to validate on\n');
  expect(trained.stderr).toMatch(/valid=[\d.]+, ppl=[\d.]+, right=[\d.]+ %, accuracy=[\d.]+/);
});

describe('translate', () => {
  test.each<[string[], object]>([
    [[], {}],
    [['--beam', '3', '--length-penalty', '1', '--length', '6'], { beam: 3, lengthPenalty: 1, maxLength: 6 }],
    [['--temperature', '2', '--top-k', '3', '--seed', '5'], { temperature: 2, topK: 3, seed: 5 }],
  ])('%o: a line for each text', async (options, given) => {
    const model = await modelIn('run');
    const texts = ['abcd', 'dd', 'x'];
    const found = texts.map((text) => model.translate(text, given));
    const { code, stdout, stderr } = await place.run('translate', 'run', ...texts, ...options);
    expect({ code, stderr, lines: lines(stdout) }).toEqual({
      code: 0,
      stderr: '',
      lines: found.map(({ text }) => text),
    });
    const json = await place.run('translate', 'run', ...texts, ...options, '--json');
    expect(lines(json.stdout).map((line) => JSON.parse(line) as object)).toEqual(
      found.map(({ text, score }, i) => ({ event: 'translate', source: texts[i], text, score })),
    );
  });

  /** Runs the command with this on stdin. */
  function fed(input: string): ReturnType<typeof outcome> {
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, 'translate', 'run'], { cwd: place.path, stdio: 'pipe' });
    child.stdin.end(input);
    return outcome(child as unknown as Parameters<typeof outcome>[0]);
  }

  test('lines of stdin, and the line that is none', async () => {
    const model = await modelIn('run');
    const texts = ['abcd', 'ca'];
    const whole = await fed(`${texts.join('\n')}\n`);
    expect(whole.stdout).toBe(texts.map((text) => `${model.translate(text).text}\n`).join(''));
    const broken = await fed('abcd\n\nca\n');
    expect(broken.code).toBe(3);
    expect(broken.stderr).toBe('recurra: stdin:2: translate: the text must be one line that is not empty, got "".\n');
  });

  test('the picture of attention', async () => {
    const { code } = await place.run('translate', 'run', 'abcd', '--beam', '2', '--attention', 'a.svg');
    expect(code).toBe(0);
    const { text, attention } = (await modelIn('run')).translate('abcd', { beam: 2, attention: true });
    const svg = readFileSync(place.at('a.svg'), 'utf8');
    expect(svg).toBe(svgAttention(attention!, { title: `abcd \u2192 ${text}` }));
    const nowhere = await place.run('translate', 'run', 'abcd', '--attention', 'no/a.svg');
    expect(nowhere.code).toBe(3);
    expect(nowhere.stderr).toMatch(/^recurra: --attention no\/a\.svg: cannot be written/);
  });

  test.each<[string[], string]>([
    [['a', 'b', '--attention', 'x.svg'], 'translate: --attention draws one text, got 2. Give one on the command line.'],
    [['a', '--beam', '2', '--seed', '3'], 'translate: seed 3 is for drawing, and beam is 2. Give one of them.'],
    [['a', '--beam', '0'], "--beam must be a whole number of at least 1, got '0'."],
  ])('refused: %o', async (args, message) => {
    expect(await place.run('translate', 'run', ...args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `recurra: ${message}\n`,
    });
  });
});

test('evaluate tells what the library tells, of another file too', async () => {
  const model = await modelIn('run');
  const tsv = pairsToTsv(pairTask('reverse', { count: 30, length: 3, letters: 4, seed: 4 }));
  place.file('other.tsv', tsv);
  const pairs = Pairs.fromTsv(tsv, { vocabularies: model.vocabularies });
  const { loss, right, figures } = model.evaluate(allBatches(pairs, 16));
  const { code, stdout } = await place.run('evaluate', 'run', '--tsv', 'other.tsv', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    event: 'evaluate',
    examples: 30,
    loss,
    perplexity: Math.exp(loss),
    right,
    ...figures,
    ...pairs.symbolCount(),
  });
});

test('a run that was stopped and goes on ends bit for bit as one that was not, scheduled sampling and all', async () => {
  const sampling = ['--scheduled-sampling', 'linear', '--sampling-steps', '30', '--dropout', '0.1'];
  await train('--out', 'whole', '--epochs', '3', ...sampling);
  await train('--out', 'parts', '--steps', '8', ...sampling);
  const { code } = await place.run('train', '--resume', 'parts', '--epochs', '3');
  expect(code).toBe(0);
  const [whole, parts] = [await modelIn('whole'), await modelIn('parts')];
  expect(parts.stateDict()).toEqual(whole.stateDict());
});

test('words of two languages, with a vocabulary of the most frequent', async () => {
  place.file('words.tsv', 'the cat\tle chat\nthe dog\tle chien\na cat\tun chat\n');
  const options = ['--level', 'word', '--target-locale', 'fr', '--vocab-size', '3', '--valid-fraction', '0'];
  const { code, stderr } = await place.run(
    ...['train', '--task', 'translate', '--tsv', 'words.tsv', '--out', 'words', '--epochs', '1', ...options],
  );
  expect(stderr).toContain('3 pairs of 6 and 6 symbols, no validation\n');
  expect(code).toBe(0);
  const { source, target } = (await modelIn('words')).vocabularies;
  expect([source.locale, target.locale]).toEqual(['en', 'fr']);
});

describe('bad files and options', () => {
  test.each<[string, string, string]>([
    [
      'one',
      'a\tb\nword\n',
      'one.tsv:2: a line must be a source, a tab and a target, got 1 column. Put a tab between source and target.',
    ],
    ['none', '\n', 'none.tsv: the file is empty. Give a source, a tab and a target on each line.'],
  ])('%s.tsv', async (name, text, message) => {
    place.file(`${name}.tsv`, text);
    const args = ['train', '--task', 'translate', '--tsv', `${name}.tsv`, '--out', 'bad'];
    expect(await place.run(...args)).toEqual({ code: 3, stdout: '', stderr: `recurra: ${message}\n` });
    const evaluated = await place.run('evaluate', 'run', '--tsv', `${name}.tsv`);
    expect(evaluated).toEqual({ code: 3, stdout: '', stderr: `recurra: ${message}\n` });
  });

  test('options that contradict each other', async () => {
    const { code, stderr } = await train('--out', 'bad', '--bidirectional', '--reverse-source');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'recurra: Seq2Seq: bidirectional reads in both directions, and --reverse-source is true. Leave one out.\n',
    );
    const text = await train('--out', 'bad', '--window', '9');
    expect(text.code).toBe(2);
    expect(text.stderr).toContain('--window');
  });
});
