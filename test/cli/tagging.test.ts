/** `recurra train --task tag`, `tag` and `evaluate` of what it leaves, from end to end; files that cannot be used. */

import { spawn } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { readConll, writeConll } from '../../src/data/conll.js';
import { taggedSentences } from '../../src/data/tagged-text.js';
import { createEngine } from '../../src/engine.js';
import { Tagger } from '../../src/models/tagger.js';
import { lines, outcome, Workplace } from './command.js';
import type { Outcome } from './command.js';

const place = new Workplace();
const unseen = taggedSentences('names', { count: 40, seed: 2 });
place.file('names.conll', writeConll(taggedSentences('names', { count: 60 })));
place.file('unseen.conll', writeConll(unseen));
place.file('ragged.conll', 'a\tO\nb\tX\tO\n');
place.file('other.conll', 'near\tO\n\nKalu\tB-CITY\n');
place.file('blank', ' \n\n');
place.file('text', 'near the old Kalu that opened .\n\n  for Rinu  again wrote .\n');
const sizes = '--embedding 8 --hidden 8 --characters 4 --batch 8 --kernels simd'.split(' ');
const begin = ['train', '--task', 'tag', '--conll', 'names.conll', ...sizes];

/** The model of a folder, as the library reads it. */
async function modelOf(folder: string) {
  const engine = await createEngine({ kernels: 'simd' });
  return decodeCheckpoint(engine, place.checkpoint(folder), folder, { models: [Tagger] }).model;
}

let begun: Outcome;

beforeAll(async () => {
  begun = await place.run(...begin, '--epochs', '4', '--out', 'run');
});

describe('a run', () => {
  test('tells data, model and figures', () => {
    const { code, stdout, stderr } = begun;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(lines(stderr).slice(0, 2)).toEqual([
      expect.stringMatching(/^54 sentences of \d+ words; 6 more validate$/),
      expect.stringMatching(
        /^word embedding 8, characters 2 x 4, 1 bidirectional lstm of 8, crf over 9 labels, [\d,]+ parameters$/,
      ),
    ]);
    expect(stderr).toMatch(/right=\S+ %, accuracy=0\.\d+, f1=0(\.\d+)?/);
    expect(stderr).toMatch(/sentence\/s/);
  });

  test('goes on to the same bits, its file found again', async () => {
    await place.run(...begin, '--epochs', '2', '--out', 'parted');
    await place.run('train', '--resume', 'parted', '--epochs', '4');
    expect((await modelOf('parted')).stateDict()).toEqual((await modelOf('run')).stateDict());
    const { code, stderr } = await place.run('train', '--resume', 'parted', '--conll', 'unseen.conll', '--epochs', '5');
    expect([code, stderr]).toEqual([3, expect.stringContaining('the data is not the one this run was trained on')]);
  });

  test('takes its options', async () => {
    const options = '--valid unseen.conll --output softmax --cell gru --layers 2 --dropout 0.1 --one-direction --keep-case --characters 0 --unknown-rate 0.1'; // prettier-ignore
    const { code } = await place.run('train', '--task', 'tag', '--conll', 'names.conll', ...options.split(' '), '--hidden', '8', '--steps', '1', '--out', 'own'); // prettier-ignore
    expect(code).toBe(0);
    const { symbols, ...own } = (await modelOf('own')).options;
    expect(own).toEqual({
      cell: 'gru',
      embeddingSize: 64,
      tuneVectors: true,
      characters: 0,
      characterEmbedding: 0,
      hiddenSize: 8,
      numLayers: 2,
      bidirectional: false,
      dropout: 0.1,
      unknownRate: 0.1,
      output: 'softmax',
    });
    expect(symbols.lowercase).toBe(false);
  });

  test('reads the columns it is told', async () => {
    place.file('columns.conll', '1\tnear\tO\tx\n2\tKalu\tB-A\tx\n\n1\tfor\tO\tx\n');
    const columns = ['--word-column', '2', '--label-column', '-2'];
    const args = ['train', '--task', 'tag', '--conll', 'columns.conll', ...columns, '--steps', '1', '--out', 'columns'];
    const { code } = await place.run(...args, '--valid-fraction', '0', '--hidden', '4');
    expect(code).toBe(0);
    expect((await modelOf('columns')).options.symbols.labels).toEqual(['O', 'B-A']);
    const evaluated = await place.run('evaluate', 'columns', '--conll', 'columns.conll', '--json');
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ event: 'evaluate', examples: 2 });
  });
});

test('evaluate tells loss, whole sentences, accuracy and F1', async () => {
  const { code, stdout } = await place.run('evaluate', 'run', '--conll', 'unseen.conll', '--json');
  expect(code).toBe(0);
  const told = JSON.parse(stdout) as Record<string, number>;
  expect(Object.keys(told)).toEqual(['event', 'examples', 'loss', 'right', 'accuracy', 'f1', 'symbols', 'unknown']);
  expect(told['examples']).toBe(40);
  const model = await modelOf('run');
  const tags = model.tagAll(unseen.map(({ words }) => words)).flat();
  const right = unseen.flatMap(({ labels }) => labels).filter((label, i) => label === tags[i]).length;
  expect(told['accuracy']).toBeCloseTo(right / tags.length, 3);
});

describe('tag', () => {
  test('prints word and label, as the library has them', async () => {
    const { code, stdout, stderr } = await place.run('tag', 'run', '--text', 'text');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const tagged = readConll(stdout);
    expect(tagged.map(({ words }) => words.join(' '))).toEqual([
      'near the old Kalu that opened .',
      'for Rinu again wrote .',
    ]);
    const model = await modelOf('run');
    expect(tagged.map(({ labels }) => labels)).toEqual(model.tagAll(tagged.map(({ words }) => words)));
  });

  test('reads stdin, and splits words', async () => {
    const words = async (...args: string[]): Promise<string[]> => {
      const main = ['dist/cli/main.js', 'tag', place.at('run'), ...args];
      const child = spawn(process.execPath, main, { stdio: ['pipe', 'pipe', 'pipe'] });
      child.stdin.end('Near Kalu, it opened.\n');
      const { stdout, code } = await outcome(child as never);
      expect(code).toBe(0);
      return lines(stdout.trim()).map((line) => line.split('\t')[0]!);
    };
    expect(await words()).toEqual(['Near', 'Kalu,', 'it', 'opened.']);
    expect(await words('--split', 'words', '--locale', 'en')).toEqual(['Near', 'Kalu', ',', 'it', 'opened', '.']);
  });
});

describe('what cannot be used is refused', () => {
  const train = (...options: string[]): string[] => ['train', '--task', 'tag', '--out', 'x', ...options];
  test.each<[string[], number, string]>([
    [
      train('--conll', 'ragged.conll'),
      3,
      'ragged.conll:2: the number of columns must be 2 as in line 1, got 3. Separate columns by one tab, or by blanks, and sentences by a blank line.',
    ],
    [
      train('--conll', 'names.conll', '--valid', 'other.conll'),
      3,
      "other.conll:3: label 'B-CITY' of 'Kalu' is not among those trained on: ",
    ],
    [
      train('--conll', 'names.conll', '--valid', 'unseen.conll', '--valid-fraction', '0.2'),
      2,
      'train: --valid is a file of its own, and --valid-fraction 0.2 cuts --conll. Leave one out.',
    ],
    [
      train('--conll', 'names.conll', '--word-column', '0'),
      2,
      '--word-column must be a whole number from 1, or from -1 for the last, got 0.',
    ],
    [['evaluate', 'run', '--conll', 'other.conll'], 3, "other.conll:3: label 'B-CITY' of 'Kalu' is not among"],
    [['tag', 'run', '--text', 'blank'], 3, 'blank: there is no word. Give a sentence a line.'],
    [
      ['tag', 'run', '--text', 'text', '--locale', 'en'],
      2,
      'tag: --locale splits words, and --split is blanks. Add --split words or leave it out.',
    ],
  ])('%j', async (args, code, message) => {
    const result = await place.run(...args);
    expect(result.stderr).toContain(message);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
  });
});
