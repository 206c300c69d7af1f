/** The command line with autoencoders: train, resume, evaluate, pictures and lines out, and files that are none. */

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/random.js';
import { checkCount } from '../../src/cli/pictures.js';
import { OptionError } from '../../src/errors.js';
import { idxFile } from '../data/idx-file.js';
import { Workplace } from './command.js';

const place = new Workplace();
const N = 40;

/** Pictures of 4 by 4: the left or the right half bright. */
function halves(count: number): Uint8Array<ArrayBuffer> {
  const random = new Random(1);
  const pixels = Array.from({ length: count }, () => {
    const right = random.integer(2);
    return Array.from({ length: 16 }, (_, i) => (Math.floor((i % 4) / 2) === right ? 255 : 0));
  });
  return idxFile([count, 4, 4], pixels.flat());
}

const SMALL = '--hidden 8 --code 2 --batch 8 --kernels simd'.split(' ');
const LINES = '--text lines.txt --hidden 8 --embedding 4 --code 2 --batch 4 --kernels simd'.split(' ');

beforeAll(async () => {
  place.file('halves.idx', halves(N));
  place.file('halves.idx.gz', gzipSync(halves(N)));
  place.file('lines.txt', 'ab\nba\nabab\n\nbb\n'.repeat(3));
  const vae = ['train', '--task', 'vae', '--idx', 'halves.idx.gz', '--epochs', '2', '--out', 'vae', '--json', ...SMALL];
  const text = [
    'train',
    '--task',
    'sequence-vae',
    '--word-dropout',
    '0.3',
    '--epochs',
    '2',
    '--out',
    'lines',
    ...LINES,
  ];
  for (const { code, stderr } of await Promise.all([place.run(...vae), place.run(...text)])) {
    if (code !== 0) throw new Error(stderr);
  }
}, 120_000);

describe('pictures', () => {
  test('a run that goes on has the weights of one that was not interrupted', async () => {
    const whole = [
      '--task',
      'vae',
      '--idx',
      'halves.idx',
      '--anneal',
      '20',
      '--out',
      'whole',
      '--epochs',
      '2',
      ...SMALL,
    ];
    const part = ['--task', 'vae', '--idx', 'halves.idx', '--anneal', '20', '--out', 'part', '--epochs', '1', ...SMALL];
    const constant = ['--schedule', 'constant'];
    expect((await place.run('train', ...whole, ...constant)).code).toBe(0);
    expect((await place.run('train', ...part, ...constant)).code).toBe(0);
    expect((await place.run('train', '--resume', 'part', '--epochs', '2')).code).toBe(0);
    expect(place.checkpoint('part').equals(place.checkpoint('whole'))).toBe(true);
  }, 60_000);

  test('pictures that are not square are drawn as they were', async () => {
    place.file(
      'wide.idx',
      idxFile(
        [20, 2, 6],
        Array.from({ length: 240 }, (_, i) => i),
      ),
    );
    const begin = ['train', '--task', 'vae', '--idx', 'wide.idx', '--steps', '1', '--out', 'wide', ...SMALL];
    expect((await place.run(...begin)).code).toBe(0);
    expect((await place.run('train', '--resume', 'wide', '--steps', '2')).code).toBe(0);
    const sample = ['sample', 'wide', '--count', '4', '--png', 'wide-sample.png'];
    expect(await place.run(...sample)).toEqual({ code: 0, stdout: '', stderr: '' });
    // 2 x 2 pictures of 12 by 4 pixels and 3 gaps of 2.
    expect(sizeOf('wide-sample.png')).toEqual([30, 14]);
    expect((await place.run(...sample, '--width', '4')).code).toBe(0);
    expect(sizeOf('wide-sample.png')).toEqual([22, 18]);
    expect(await place.run(...sample, '--width', '5')).toMatchObject({
      code: 2,
      stderr: 'recurra: imageGrid: pictures have 12 pixels, which make no rows of width 5. Give --width N.\n',
    });
  });

  test('a run does not go on with other pictures, of its size or another', async () => {
    place.file('dark.idx', idxFile([N, 4, 4], new Array<number>(16 * N).fill(3)));
    place.file('small.idx', idxFile([N, 2, 2], new Array<number>(4 * N).fill(3)));
    for (const file of ['dark.idx', 'small.idx']) {
      expect(await place.run('train', '--resume', 'vae', '--idx', file, '--epochs', '3')).toEqual({
        code: 3,
        stdout: '',
        stderr: `recurra: ${file}: train: the data is not the one this run was trained on. Resume with the same data, or begin a new run.\n`,
      });
    }
  });

  test('evaluate tells the bound and its terms', async () => {
    const { code, stdout } = await place.run('evaluate', 'vae', '--idx', 'halves.idx', '--json');
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as Record<string, number>;
    expect(told).toMatchObject({ event: 'evaluate', examples: N });
    expect(told['loss']).toBeCloseTo(told['reconstruction']! + told['kl']!, 6);
  });

  test('reconstructions and samples are grids, as PNG and SVG', async () => {
    const again = ['--idx', 'halves.idx', '--count', '13', '--png', 'again.png', '--svg', 'again.svg'];
    expect(await place.run('reconstruct', 'vae', ...again)).toEqual({ code: 0, stdout: '', stderr: '' });
    // 13 pictures in two rows of ten, each with its reconstructions below: 4 rows of 8 pixels and 5 gaps of 2.
    expect(sizeOf('again.png')).toEqual([102, 42]);
    expect(readFileSync(place.at('again.svg'), 'utf8')).toMatch(/^<svg .*Originals above their reconstructions/);
    expect((await place.run('sample', 'vae', '--count', '9', '--png', 'sample.png')).code).toBe(0);
    expect(sizeOf('sample.png')).toEqual([32, 32]);
    const wide = ['--count', '9', '--width', '8', '--seed', '2', '--png', 'wide.png'];
    expect((await place.run('sample', 'vae', ...wide)).code).toBe(0);
    expect(sizeOf('wide.png')).toEqual([56, 20]);
  });

  test.each<[string, number, string[], RegExp]>([
    [
      'a text',
      3,
      ['train', '--task', 'vae', '--idx', 'lines.txt', '--out', 'x'],
      /^recurra: lines.txt: this is no IDX file/,
    ],
    [
      'labels',
      3,
      ['train', '--task', 'vae', '--idx', 'labels.idx', '--out', 'x'],
      /which are labels\. Give a file of images/,
    ],
    [
      'a damaged archive',
      3,
      ['train', '--task', 'vae', '--idx', 'cut.gz', '--out', 'x'],
      /^recurra: cut.gz: .* damaged or cut off\. Get it again\.$/m,
    ],
    ['no file', 3, ['train', '--task', 'vae', '--idx', 'none.idx', '--out', 'x'], /^recurra: none.idx/],
    [
      'other pictures',
      3,
      ['evaluate', 'vae', '--idx', 'labels3.idx'],
      /^recurra: labels3.idx: its pictures are of 1 x 3, and the model has learnt others, of 16 pixels/,
    ],
    [
      '--kl-weight of a plain one',
      2,
      ['train', '--task', 'vae', '--idx', 'halves.idx', '--out', 'x', '--plain', '--kl-weight', '2'],
      /--kl-weight 2 is for a divergence/,
    ],
    [
      '--cell',
      2,
      ['train', '--task', 'vae', '--idx', 'halves.idx', '--out', 'x', '--cell', 'gru'],
      /this run is on pictures, which has no --cell/,
    ],
    ['no place', 2, ['reconstruct', 'vae', '--idx', 'halves.idx'], /^recurra: reconstruct: --png or --svg is missing/],
    [
      'no pictures',
      2,
      ['reconstruct', 'vae', '--png', 'x.png'],
      /--idx <file> is missing; vae holds a model of pictures/,
    ],
    [
      'more samples than there may be',
      2,
      ['sample', 'vae', '--png', 'x.png', '--count', '1000000000'],
      /^recurra: --count must be a whole number from 1 to 10000, got '1000000000'\.$/m,
    ],
    [
      'a temperature',
      2,
      ['sample', 'vae', '--temperature', '1', '--png', 'x.png'],
      /has no --temperature\. Leave it out\./,
    ],
  ])('refused: %s', async (_, wanted, args, message) => {
    place.file('labels.idx', idxFile([3], [1, 2, 3]));
    place.file('labels3.idx', idxFile([1, 1, 3], [1, 2, 3]));
    place.file('cut.gz', gzipSync(halves(N)).subarray(0, 40));
    const { code, stderr } = await place.run(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(wanted);
  });
});

describe('lines', () => {
  test('evaluate, reconstruct and sample', async () => {
    const { stdout } = await place.run('evaluate', 'lines', '--text', 'lines.txt', '--json');
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(
      expect.arrayContaining(['loss', 'right', 'reconstruction', 'kl', 'perplexity', 'symbols', 'unknown']),
    );
    const again = await place.run('reconstruct', 'lines', '--text', 'lines.txt', '--count', '3');
    expect(again.stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['ab', 'ba', 'abab', '']);
    const drawn = ['sample', 'lines', '--count', '4', '--temperature', '1', '--seed', '3', '--length', '9'];
    const sampled = await place.run(...drawn);
    expect(sampled.stdout.split('\n').length).toBe(5);
    expect(await place.run(...drawn)).toEqual(sampled);
  });

  test('a run does not go on with lines of other symbols', async () => {
    place.file('xy.txt', 'xy\nyx\nxyxy\n\nyy\n'.repeat(3));
    const { code, stderr } = await place.run('train', '--resume', 'lines', '--text', 'xy.txt', '--epochs', '3');
    expect(stderr).toMatch(/^recurra: xy\.txt: train: the data is not the one this run was trained on/);
    expect(code).toBe(3);
  });

  test('an empty file, and pictures of lines, are refused', async () => {
    place.file('blank.txt', '\n\n');
    const blank = await place.run('train', '--task', 'sequence-vae', '--text', 'blank.txt', '--out', 'x');
    expect(blank.code).toBe(3);
    expect(blank.stderr).toMatch(/^recurra: blank.txt: /);
    const pictures = await place.run('sample', 'lines', '--png', 'x.png');
    expect(pictures.code).toBe(2);
    expect(pictures.stderr).toMatch(/lines holds a model of lines, which has no --png\. Leave it out\./);
  });
});

/** Width and height in the header of a PNG. */
function sizeOf(name: string): [number, number] {
  const bytes = readFileSync(place.at(name));
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

test('a picture holds so many pictures', () => {
  const refusal = new OptionError('sample: a picture holds at most 250 of 100000 pixels each, got 251. Lower --count.');
  expect(() => checkCount('sample', 251, 100_000)).toThrow(refusal);
  expect(() => checkCount('sample', 250, 100_000)).not.toThrow();
  expect(() => checkCount('sample', 1, 1e9)).not.toThrow();
});
