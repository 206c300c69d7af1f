/** The commands of word vectors: a text in, vectors out, and what they know. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { plantedAnalogies } from '../../src/data/planted-analogies.js';
import { readWordVectors } from '../../src/data/vectors/read.js';
import { WordVectors } from '../../src/data/vectors/word-vectors.js';
import { writeWordVectors } from '../../src/data/vectors/write.js';
import { lines, outcome, Workplace } from './command.js';

const place = new Workplace();
const planted = plantedAnalogies({ stems: 12, forms: 2, sentences: 5000 });
const textOf = (sentences: typeof planted.sentences): string =>
  `${sentences.map((words) => words.join(' ')).join('\n')}\n`;
place.file('planted.txt', textOf(planted.sentences));
place.file('questions.txt', planted.questions);

/** Trains in a blink, on kernels that every runtime has. */
const SMALL = '--text planted.txt --split-by spaces --size 16 --min-count 1 --kernels simd'.split(' ');
const objects = (output: string): Record<string, unknown>[] =>
  lines(output).map((line) => JSON.parse(line) as Record<string, unknown>);

describe('word2vec', () => {
  test('writes vectors that solve the planted analogies', async () => {
    const { code, stdout, stderr } = await place.run('word2vec', ...SMALL, '--out', 'v.txt', '--sample', '0', '--json');
    expect(code).toBe(0);
    const events = objects(stdout);
    expect(events.map(({ event }) => event)).toEqual([...new Array<string>(5).fill('epoch'), 'done']);
    expect(events[4]).toMatchObject({ epoch: 5 });
    expect(events[5]).toMatchObject({ reason: 'epochs', words: 125_000, out: 'v.txt' });
    expect(stderr).toMatch(/25,000 words in 5,000 sentences\nskip-gram with negative sampling, 80 words of 16 numbers/);
    expect(stderr).toMatch(/\nvectors in v\.txt\n$/);
    expect(lines(readFileSync(place.at('v.txt'), 'utf8'))[0]).toBe('80 16');
    const asked = await place.run('analogy', 'v.txt', '--questions', 'questions.txt', '--json');
    const total = objects(asked.stdout).at(-1)! as { right: number; asked: number };
    expect(total).toMatchObject({ event: 'done', name: 'total', asked: 120, unknown: 0 });
    expect(total.right / total.asked).toBeGreaterThanOrEqual(0.95);
  });

  test('--binary and --format write the same vectors in other forms', async () => {
    const runs = [['--binary'], ['--format', 'glove'], []];
    const files = runs.map((_, i) => `format${i}`);
    for (const [i, options] of runs.entries()) {
      const { code } = await place.run('word2vec', ...SMALL, '--epochs', '1', '--out', files[i]!, ...options);
      expect(code).toBe(0);
    }
    const [binary, glove, plain] = files.map((file) => readFileSync(place.at(file)));
    expect(binary!.length).toBeLessThan(glove!.length);
    expect(plain!.toString()).toBe(`80 16\n${glove!.toString()}`);
    expect(readWordVectors(binary!).data).toEqual(readWordVectors(plain!).data);
  });

  test('an interrupted run goes on to the same vectors', async () => {
    const args = [...SMALL, '--epochs', '60', '--seed', '4'];
    const child = place.start(['word2vec', ...args, '--out', 'part.txt', '--checkpoint', 'run', '--json']);
    const ended = outcome(child);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect([code, objects(stdout).at(-1)!['reason']]).toEqual([130, 'aborted']);
    expect(existsSync(place.at('part.txt'))).toBe(true);
    const resumed = await place.run(
      'word2vec',
      '--text',
      'planted.txt',
      '--out',
      'rest.txt',
      '--resume',
      'run',
      '--kernels',
      'simd',
    );
    expect(resumed.stderr).toContain('going on from the checkpoint');
    expect(resumed.code).toBe(0);
    expect((await place.run('word2vec', ...args, '--out', 'whole.txt')).code).toBe(0);
    expect(readFileSync(place.at('rest.txt'))).toEqual(readFileSync(place.at('whole.txt')));
    expect(readFileSync(place.at('part.txt'))).not.toEqual(readFileSync(place.at('whole.txt')));
    const other = await place.run('word2vec', '--text', 'questions.txt', '--out', 'x.txt', '--resume', 'run');
    expect(other).toMatchObject({ code: 2, stdout: '' });
    expect(other.stderr).toMatch(/read another corpus/);
  }, 60_000);

  test.each<[string[], number, RegExp]>([
    [
      ['--out', 'x.txt', '--threads', '2'],
      2,
      /^recurra: word2vec: --threads 2 update the same vectors at once.*--hogwild\.\n$/,
    ],
    [['--out', 'x.txt', '--hogwild'], 2, /hogwild is for several threads/],
    [['--out', 'x.txt', '--binary', '--format', 'glove'], 2, /--binary and --format glove contradict each other/],
    [['--out', 'x.txt', '--cbow-gradient', 'word2vec'], 2, /--cbow-gradient word2vec is for architecture cbow/],
    [['--out', 'x.txt', '--locale', 'en'], 2, /locale is for --split-by 'language'/],
    [['--out', 'x.txt', '--resume', 'run'], 2, /size is that of the checkpoint with --resume|that of the checkpoint/],
    [['--out', 'x.txt', '--power', '2000'], 2, /power 2000 of the counts must leave weights with a finite sum/],
    [['--out', '.'], 3, /--out \.: cannot be written, it is a folder/],
    [['--out', 'nowhere/x.txt'], 3, /--out nowhere\/x\.txt: cannot be written, there is no such file or folder/],
    [[], 2, /required option '--out <file>' not specified/],
  ])('%j ends with code %i', async (args, code, message) => {
    const result = await place.run('word2vec', ...SMALL, ...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(message);
  });

  test('--seed is that of the checkpoint with --resume', async () => {
    const args = '--text planted.txt --out x.txt --resume run --seed 4'.split(' ');
    expect(await place.run('word2vec', ...args)).toMatchObject({
      code: 2,
      stderr: 'recurra: word2vec: seed is that of the checkpoint with --resume. Leave it out.\n',
    });
  });

  test('a text with too few words says so', async () => {
    place.file('short.txt', 'a b c\n');
    const result = await place.run('word2vec', '--text', 'short.txt', '--out', 'x.txt');
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/^recurra: short\.txt: WordCounts: no word comes 5 times, the most frequent one 1\./);
  });
});

describe('a file of vectors', () => {
  const grid = ['a', 'b', 'c'].flatMap((stem) => ['x', 'y'].map((form) => stem + form));
  const parts = [...'abcxy'];
  const data = Float32Array.from(grid.flatMap((word) => parts.map((part) => Number(word.includes(part)))));
  writeFileSync(place.at('grid.bin'), writeWordVectors(new WordVectors(grid, data, 5), { format: 'word2vec-binary' }));
  place.file('pairs.tsv', '# people\nax\tay\t3\nax\tby\t1\nAX\tbx\t3\nax\tgone\t1\n');
  place.file('grid-questions.txt', ': form\nax ay bx by\n: other\nax bx ay cy\nax bx ay gone\n');

  test('neighbors: nearest first, for each word', async () => {
    const { stdout } = await place.run('neighbors', 'grid.bin', 'ax', 'by', '--count', '3');
    const rows = lines(stdout).map((line) => line.split('\t'));
    expect(rows.map(([word]) => word)).toEqual(['ax', 'ax', 'ax', 'by', 'by', 'by']);
    expect(rows.slice(0, 3)).toEqual([['ax', 'ay', '0.5000'], ['ax', 'bx', '0.5000'], ['ax', 'cx', '0.5000']]); // prettier-ignore
    const json = await place.run('neighbors', 'grid.bin', 'ax', '--count', '1', '--json');
    expect(objects(json.stdout)).toEqual([
      { event: 'neighbors', word: 'ax', neighbors: [{ word: 'ay', similarity: expect.closeTo(0.5, 5) as number }] },
    ]);
  });

  test('analogy: of three words, and of a file', async () => {
    expect((await place.run('analogy', 'grid.bin', 'ax', 'ay', 'bx')).stdout).toBe('by\t1.0000\n');
    const json = await place.run('analogy', 'grid.bin', 'ax', 'ay', 'cx', '--count', '2', '--json');
    expect(objects(json.stdout)[0]).toMatchObject({
      event: 'analogy',
      words: ['ax', 'ay', 'cx'],
      answers: [{ word: 'cy' }, {}],
    });
    const questions = await place.run('analogy', 'grid.bin', '--questions', 'grid-questions.txt');
    expect(lines(questions.stdout)).toEqual([
      'form\t1 of 1\t100.00 %\t0 unknown',
      'other\t0 of 1\t0.00 %\t1 unknown',
      'total\t1 of 2\t50.00 %\t1 unknown',
    ]);
  });

  test('similarity: correlations and what is unknown', async () => {
    const { stdout } = await place.run('similarity', 'grid.bin', '--pairs', 'pairs.tsv', '--lower-case');
    expect(lines(stdout)).toEqual(['pearson 1.0000', 'spearman 1.0000', 'pairs 3', 'unknown 1 (25.00 %)']);
    const json = await place.run('similarity', 'grid.bin', '--pairs', 'pairs.tsv', '--json');
    expect(objects(json.stdout)[0]).toMatchObject({
      event: 'similarity',
      asked: 2,
      unknown: 2,
      pearson: expect.closeTo(1, 6) as number,
    });
  });

  test.each<[string[], number, string]>([
    [['neighbors', 'grid.bin', 'AX'], 3, "WordVectors: there is no vector for 'AX' among 6 words. There is 'ax'."],
    [['neighbors', 'gone.txt', 'a'], 3, 'gone.txt: cannot be read'],
    [['neighbors', 'questions.txt', 'a'], 3, 'questions.txt, line'],
    [['analogy', 'grid.bin', 'ax', 'ay'], 2, 'analogy: takes 3 words, or --questions FILE, got 2 words. Give A B C.'],
    [
      ['analogy', 'grid.bin', 'ax', '--questions', 'questions.txt'],
      2,
      '--questions questions.txt and words contradict each other',
    ],
    [['analogy', 'grid.bin', '--questions', 'questions.txt', '--count', '2'], 2, '--count is for three words'],
    [['analogy', 'grid.bin', 'ax', 'ay', 'bx', '--lower-case'], 2, '--lower-case is for --questions'],
    [['analogy', 'grid.bin', '--questions', 'pairs.tsv'], 3, 'pairs.tsv, line 1: a question must be 4 words'],
    [
      ['similarity', 'grid.bin', '--pairs', 'questions.txt'],
      3,
      'questions.txt, line 1: a pair must be word, word and number',
    ],
  ])('%j ends with code %i', async (args, code, message) => {
    const result = await place.run(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});
