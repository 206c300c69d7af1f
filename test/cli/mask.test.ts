/** `recurra train --task mask`, `recurra fill` and `recurra evaluate` of what it leaves, from end to end. */

import { beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint } from '../../src/checkpoint/checkpoint.js';
import { Corpus } from '../../src/data/corpus.js';
import { allBatches } from '../../src/data/examples.js';
import { Sentences } from '../../src/data/sentences.js';
import { createEngine } from '../../src/engine.js';
import { MaskedLanguageModel } from '../../src/models/masked-language-model.js';
import { english } from '../train/texts.js';
import { lines, Workplace } from './command.js';

const place = new Workplace();
place.file('text', english(60));
place.file('other', english(20, 5));
const begin = 'train --task mask --text text --embedding 8 --hidden 8 --batch 8 --kernels simd'.split(' ');

async function decoded(folder: string) {
  const engine = await createEngine({ kernels: 'simd' });
  return decodeCheckpoint(engine, place.checkpoint(folder), folder, { models: [MaskedLanguageModel] });
}

beforeAll(async () => {
  await place.run(...begin, '--steps', '8', '--out', 'run');
});

test('a run tells data, model and progress, and its options are those of the model', async () => {
  const options =
    '--hide 0.3 --mask 0.5 --random 0.5 --cell gru --layers 2 --dropout 0.1 --one-way --seed 7 --level char';
  const { code, stdout, stderr } = await place.run(
    ...begin,
    ...options.split(' '),
    '--steps',
    '9',
    '--out',
    'other-run',
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(lines(stderr)[0]).toMatch(/^\d+ sentences, [\d,]+ tokens, \d+ different characters$/);
  expect(lines(stderr)[1]).toMatch(/^embedding 8, 2 gru layers of 8 in one direction, 30 % hidden, [\d,]+ parameters$/);
  expect(stderr).toMatch(/valid=\d\.\d+, ppl=\S+, accuracy=\S+.* sentence\/s\]/);
  expect(stderr).toMatch(/\ndone after 9 updates, \S+: validation loss \d\.\d+, perplexity \S+\nsaved in other-run\n$/);
  const { model } = await decoded('other-run');
  expect(model.options).toEqual({
    cell: 'gru',
    embeddingSize: 8,
    hiddenSize: 8,
    numLayers: 2,
    dropout: 0.1,
    bidirectional: false,
    hide: 0.3,
    mask: 0.5,
    random: 0.5,
    seed: 7,
  });
});

test('stopped and resumed, the weights are those of a run that was not', async () => {
  await place.run(...begin, '--steps', '3', '--out', 'resumed');
  const { code } = await place.run('train', '--resume', 'resumed', '--steps', '8');
  expect(code).toBe(0);
  const [resumed, whole] = [await decoded('resumed'), await decoded('run')];
  expect(resumed.model.stateDict()).toEqual(whole.model.stateDict());
});

test('evaluate gives loss, perplexity, accuracy and pseudo-perplexity of another text', async () => {
  const { code, stdout } = await place.run('evaluate', 'run', '--text', 'other', '--json');
  expect(code).toBe(0);
  const { model } = await decoded('run');
  const corpus = Corpus.fromText(english(20, 5), { vocabulary: model.vocabulary });
  const batches = () => allBatches(new Sentences(corpus), 8);
  const { loss, figures } = model.evaluate(batches());
  const told = JSON.parse(stdout) as Record<string, number>;
  expect(told).toMatchObject(new Sentences(corpus).symbolCount());
  expect(told['loss']).toBeCloseTo(loss, 4);
  expect(told['accuracy']).toBeCloseTo(figures!['accuracy']!, 6);
  expect(told['perplexity']).toBeCloseTo(Math.exp(loss), 2);
  expect(told['pseudoPerplexity']! / model.pseudoPerplexity(batches())).toBeCloseTo(1, 4);
});

describe('fill', () => {
  test('prints the sentence, and the likeliest words of each blank', async () => {
    const { code, stdout, stderr } = await place.run('fill', 'run', 'the ___ child [MASK].', '--top', '3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { text, blanks } = (await decoded('run')).model.fill('the ___ child [MASK].', { top: 3 });
    const [first, ...rows] = lines(stdout);
    expect(first).toBe(text);
    expect(rows).toHaveLength(blanks.length);
    for (const [i, row] of rows.entries()) {
      expect(row).toMatch(/^\S+ \d+\.\d\d %, .*%, .*%$/);
      expect(row.startsWith(`${blanks[i]![0]!.word} `)).toBe(true);
    }
  });

  test('--json prints one object', async () => {
    const { stdout } = await place.run('fill', 'run', 'the ___', '--json');
    const told = JSON.parse(stdout) as { event: string; text: string; blanks: { word: string }[][] };
    expect(told.event).toBe('fill');
    expect(told.blanks[0]).toHaveLength(5);
    expect(told.text).toBe(`the ${told.blanks[0]![0]!.word}`);
  });

  test.each<[string[], number, RegExp]>([
    [['run', 'the child'], 3, /fill: the text has no blank/],
    [['run', 'the zebra ___'], 3, /words the model has never seen: "zebra"/],
    [['run', 'the ___', '--top', '0'], 2, /--top must be a whole number of at least 1, got '0'/],
    [['run'], 2, /missing required argument 'text'/],
    [['nowhere', '___'], 3, /there is no checkpoint here/],
  ])('%o is refused', async (args, code, message) => {
    const outcome = await place.run('fill', ...args);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(message);
  });
});

test.each(['generate run', 'inspect run --text text'])('%s is for a run without --task', async (args) => {
  const { code, stderr } = await place.run(...args.split(' '));
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: `recurra: run: the checkpoint holds a MaskedLanguageModel, and ${args.split(' ')[0]} is for language models. Give the folder of a run with --text and without --task.\n`,
  });
});

test.each<[string, number, RegExp]>([
  [
    '--out unmade --patience 2 --valid-fraction 0',
    2,
    /^recurra: train: --patience needs validation, and --valid-fraction is 0\. Set --valid-fraction above 0\.\n$/,
  ],
  ['--out unmade --schedule plateau --valid-fraction 0', 2, /train: --schedule plateau needs validation/],
  ['--out a --window 8', 2, /train: this run is on sentences, which has no --window/],
  ['--out a --hide 0', 2, /--hide must be a number above 0 and at most 1, got '0'/],
  ['--out a --mask 0.9 --random 0.2', 2, /mask 0.9 and random 0.2 are shares/],
  ['--out a --locale en --level char', 2, /--locale splits words, and --level is char/],
  ['', 2, /--out <dir> is missing/],
])('train --task mask %s is refused', async (options, code, message) => {
  const outcome = await place.run(...begin, ...options.split(' ').filter((part) => part !== ''));
  expect(outcome.stderr).toMatch(message);
  expect(outcome.code).toBe(code);
});

test('a text with too little in it is refused by its name, and so is one of another language', async () => {
  place.file('short', 'one two\n');
  const short = await place.run('train', '--task', 'mask', '--text', 'short', '--out', 'a');
  expect(short.code).toBe(3);
  expect(short.stderr).toMatch(/short: split: /);
  place.file('mixed', 'the zebra\n');
  const mixed = await place.run('evaluate', 'run', '--text', 'mixed');
  expect(mixed.stdout).toMatch(/^unknown {13}1 of 2 symbols \(50\.00 %\)$/m);
  place.file('foreign', 'dies ist kein Englisch\n');
  const foreign = await place.run('evaluate', 'run', '--text', 'foreign');
  expect(foreign.code).toBe(3);
  expect(foreign.stderr).toMatch(/foreign: Sentences: no sentence has a token/);
});

test('options of mask are refused on a text, and a text goes on being one', async () => {
  const text = 'train --text text --embedding 8 --hidden 8 --batch 4 --window 8 --steps 1 --out plain'.split(' ');
  const refused = await place.run(...text, '--hide', '0.2');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/no --hide/);
  expect((await place.run(...text)).code).toBe(0);
});
