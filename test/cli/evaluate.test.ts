/** `recurra evaluate`: the library's numbers, and bits per character by their definition. */

import { beforeAll, describe, expect, test } from 'vitest';
import { Corpus } from '../../src/data/corpus.js';
import { evaluate } from '../../src/train/evaluate.js';
import { english } from '../train/texts.js';
import { Workplace, SMALL, decoded } from './command.js';

const place = new Workplace();
const other = english(40).split('\n').slice(-15).join('\n'); // words that the model has seen
place.file('text');
place.file('other', other);

beforeAll(async () => {
  for (const level of ['char', 'word']) {
    await place.run('train', '--text', 'text', '--out', level, '--level', level, ...SMALL, '--epochs', '2');
  }
});

interface Result {
  readonly loss: number;
  readonly bitsPerCharacter: number;
  readonly unknown: number;
}

describe.each(['char', 'word'])('a model of level %s', (level) => {
  test('--json gives one object with the numbers of the library', async () => {
    const { code, stdout, stderr } = await place.run('evaluate', level, '--text', 'other', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const result = JSON.parse(stdout) as Result;
    const { model } = await decoded(place.checkpoint(level));
    const { tokens, characters } = Corpus.fromText(other, { vocabulary: model.vocabulary });
    const expected = evaluate(model, tokens, { batch: 4, window: 16 });
    expect(Object.keys(result)).toEqual(['event', 'loss', 'perplexity', 'bitsPerCharacter', 'tokens', 'unknown']);
    expect(result).toMatchObject({ event: 'evaluate', ...expected });
    // All nats of the text over all of its characters but the first of level 'char', which nothing predicts.
    const predicted = level === 'char' ? characters - 1 : characters;
    expect(result.bitsPerCharacter).toBeCloseTo((expected.loss * (tokens.length - 1)) / Math.LN2 / predicted, 12);
    if (level === 'char') expect(result.bitsPerCharacter).toBeCloseTo(expected.loss / Math.LN2, 12);
  });

  test('without --json it prints the three numbers', async () => {
    const json = JSON.parse((await place.run('evaluate', level, '--text', 'other', '--json')).stdout) as Result;
    const { stdout } = await place.run('evaluate', level, '--text', 'other');
    const [loss, perplexity, bits] = stdout.match(/\d+\.\d+/g)!.map(Number);
    expect(stdout).toMatch(/^loss +\S+ nats per token\nperplexity +\S+\nbits per character +\S+\n$/);
    expect(loss).toBeCloseTo(json.loss, 4);
    expect(perplexity).toBeCloseTo(Math.exp(json.loss), 2);
    expect(bits).toBeCloseTo(json.bitsPerCharacter, 4);
  });

  test('symbols that the model does not know are counted, and no bits per character are claimed', async () => {
    place.file('strange', 'the 漢字 sleeps .\nthe dog sleeps .\n');
    const { stdout, stderr } = await place.run('evaluate', level, '--text', 'strange');
    expect(stdout).toMatch(
      /^loss.*\nperplexity.*\nbits per character {2}unknown: [12] of \d+ tokens \(\d+\.\d\d %\) are not in the vocabulary\n$/,
    );
    expect(stderr).toBe('');
    const json = JSON.parse((await place.run('evaluate', level, '--text', 'strange', '--json')).stdout) as Result;
    expect(json).toMatchObject({ bitsPerCharacter: null, unknown: level === 'char' ? 2 : 1 });
  });
});

test('a text of two tokens is enough', async () => {
  place.file('two', 'th');
  const { code, stdout } = await place.run('evaluate', 'char', '--text', 'two', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ tokens: 1 });
});
