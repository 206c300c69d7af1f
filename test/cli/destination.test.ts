/** Commands that write do not write over what they read: input files, checkpoints, one picture over the other. */

import { readFileSync, symlinkSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { idxFile } from '../data/idx-file.js';
import { Workplace } from './command.js';

const place = new Workplace();
const MODEL = '--steps 1 --hidden 4 --batch 4 --kernels simd --out'.split(' ');

beforeAll(async () => {
  place.file('words', 'one two three two one\n'.repeat(20));
  place.file('series.csv', `load,price\n${Array.from({ length: 60 }, (_, t) => `${t % 5},${t % 3}`).join('\n')}\n`);
  place.file('ahead.csv', 'price\n1\n2\n');
  place.file(
    'pictures.idx',
    idxFile(
      [20, 2, 2],
      Array.from({ length: 80 }, (_, i) => i),
    ),
  );
  place.file('pairs.tsv', 'ab\tba\ncd\tdc\n'.repeat(10));
  place.file('tagged', 'one N\ntwo V\n\n'.repeat(20));
  place.file('other-tagged', 'two V\n\n');
  place.file('vectors', 'one 1 0\ntwo 0 1\n');
  symlinkSync('pictures.idx', place.at('link'));
  const runs = [
    '--task forecast --csv series.csv --target load --inputs price --window 8 --horizon 2',
    '--task vae --idx pictures.idx --code 2',
    '--task translate --tsv pairs.tsv --attention dot --embedding 4',
  ];
  for (const [i, options] of runs.entries()) {
    const { code, stderr } = await place.run(
      'train',
      ...options.split(' '),
      ...MODEL,
      ['series', 'pictures', 'pairs'][i]!,
    );
    if (code !== 0) throw new Error(stderr);
  }
}, 60_000);

describe('refused before anything is written', () => {
  test.concurrent.each<[string, string]>([
    ['word2vec --text words --out words', 'words'],
    ['word2vec --text words --checkpoint vectors-run --out vectors-run/checkpoint.safetensors', 'words'],
    ['forecast series --svg series.csv', 'series.csv'],
    ['forecast series --future ahead.csv --svg ahead.csv', 'ahead.csv'],
    ['forecast series --svg series/checkpoint.safetensors', 'series/checkpoint.safetensors'],
    ['reconstruct pictures --idx pictures.idx --png pictures.idx', 'pictures.idx'],
    ['reconstruct pictures --idx pictures.idx --svg link', 'pictures.idx'],
    ['reconstruct pictures --idx pictures.idx --png both --svg ./both', 'pictures.idx'],
    ['sample pictures --png pictures/checkpoint.safetensors', 'pictures/checkpoint.safetensors'],
    ['translate pairs ab --attention pairs/checkpoint.safetensors', 'pairs/checkpoint.safetensors'],
    [`train --task tag --conll tagged --valid other-tagged --log other-tagged ${MODEL.join(' ')} tags`, 'other-tagged'],
    [
      `train --text words --level word --vectors vectors --embedding 2 --log vectors ${MODEL.join(' ')} text`,
      'vectors',
    ],
  ])('%s', async (args, file) => {
    const before = readFileSync(place.at(file));
    const { code, stdout, stderr } = await place.run(...args.split(' '));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^recurra: --\w+ \S+: the run has this file for something else\. Give another one\.\n$/m);
    expect(readFileSync(place.at(file))).toEqual(before);
  });
});

test('a picture that cannot be written is told before the work', async () => {
  for (const args of [
    'forecast series --svg none/a.svg',
    'sample pictures --png none/a.png',
    'translate pairs ab --attention none/a.svg',
  ]) {
    const { code, stdout, stderr } = await place.run(...args.split(' '));
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^recurra: --\w+ none\/a\.\w+: cannot be written, there is no such file/);
  }
});
