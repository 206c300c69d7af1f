/** `recurra train --text` with tied weights and a sampled softmax: trained, resumed, evaluated, generated from. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Corpus } from '../../src/data/corpus.js';
import { decoded, lines, Workplace } from './command.js';

const place = new Workplace();
place.file('text');
const begin = 'train --text text --level word --hidden 8 --batch 4 --window 8 --kernels simd'.split(' ');
const options = '--tied --sampled 9 --proposals unigram --dropout 0.1'.split(' ');

test('tied weights and a sampled softmax: the run says so, and goes on bit for bit', async () => {
  const { code, stderr } = await place.run(...begin, ...options, '--steps', '9', '--out', 'whole');
  expect(code).toBe(0);
  expect(lines(stderr)[1]).toMatch(
    /^embedding 8, 1 lstm layer of 8, tied weights, 9 negatives, [\d,]+ parameters, about/,
  );
  const { model } = await decoded(place.checkpoint('whole'));
  expect(model.options).toMatchObject({ embeddingSize: 8, tied: true, projection: false, sampled: 9 });
  // What validates has no say in what is drawn.
  const corpus = Corpus.fromText(readFileSync(place.at('text'), 'utf8'), { vocabulary: model.vocabulary });
  expect(model.options.proposals).toEqual(corpus.split(0.1).train.counts());
  expect(model.options.proposals).not.toEqual(corpus.counts());
  await place.run(...begin, ...options, '--steps', '4', '--out', 'stopped');
  await place.run('train', '--resume', 'stopped', '--steps', '9');
  const resumed = await decoded(place.checkpoint('stopped'));
  expect(resumed.model.stateDict()).toEqual(model.stateDict());
  const evaluated = await place.run('evaluate', 'whole', '--text', 'text', '--json');
  expect(evaluated.code).toBe(0);
  expect((JSON.parse(evaluated.stdout) as { perplexity: number }).perplexity).toBeGreaterThan(1);
});

test('a projection lets the embedding have a width of its own', async () => {
  const { code } = await place.run(
    ...begin,
    '--tied',
    '--projection',
    '--embedding',
    '5',
    '--steps',
    '1',
    '--out',
    'p',
  );
  expect(code).toBe(0);
  const { model } = await decoded(place.checkpoint('p'));
  expect(model.stateDict().get('projection.weight')!.shape).toEqual([5, 8]);
});

test.each<[string[], RegExp]>([
  [['--tied', '--embedding', '5'], /tied weights need --embedding = --hidden, got 5 and 8/],
  [['--projection'], /--projection leads to tied weights, and --tied is not given/],
  [['--proposals', 'unigram'], /--proposals are for a sampled softmax, and --sampled is not given/],
  [['--sampled', '5000'], /sampled must be at most half of the vocabulary/],
  [['--sampled', '0'], /--sampled must be a whole number of at least 1, got '0'/],
  [['--proposals', 'zipf'], /--proposals must be one of log-uniform, unigram, got 'zipf'/],
])('%o is refused', async (given, message) => {
  const { code, stderr } = await place.run(...begin, ...given, '--out', 'refused');
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('a task has none of them', async () => {
  const { code, stderr } = await place.run('train', '--task', 'parity', '--tied', '--out', 'task');
  expect(code).toBe(2);
  expect(stderr).toMatch(/this run is on a generated task, which has no --tied/);
});

test('vectors of a file are what the words begin with, and stay as they are where they are frozen', async () => {
  place.file('vectors', 'the 0.5 -0.25 2\nzebra 1 1 1\n');
  const { code, stderr } = await place.run(
    ...begin,
    '--vectors',
    'vectors',
    '--freeze-vectors',
    '--steps',
    '3',
    '--out',
    'v',
  );
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  await place.run('train', '--resume', 'v', '--steps', '5');
  const { model } = await decoded(place.checkpoint('v'));
  const { data } = model.stateDict().get('embedding.weight')!;
  const row = 3 * model.vocabulary.idOf('the');
  expect(Array.from(data).slice(row, row + 3)).toEqual([0.5, -0.25, 2]);
});

test.each([
  ['--freeze-vectors', 'recurra: train: --freeze-vectors needs --vectors FILE. Give both.\n'],
  [
    '--vectors vectors --level char',
    'recurra: train: --vectors are of words, and --level is char. Add --level word.\n',
  ],
])('refuses %s', async (given, message) => {
  place.file('vectors', 'the 0.5 -0.25 2\n');
  const { code, stderr } = await place.run('train', '--text', 'text', '--out', 'none', ...given.split(' '));
  expect({ code, stderr }).toEqual({ code: 2, stderr: message });
});
