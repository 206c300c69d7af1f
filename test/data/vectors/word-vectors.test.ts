/** What vectors of words can be asked: neighbours, analogies, agreement with people. */

import { describe, expect, test } from 'vitest';
import { evaluateSimilarity, parsePairs } from '../../../src/data/vectors/pairs.js';
import { evaluateAnalogies, parseQuestions } from '../../../src/data/vectors/questions.js';
import { WordVectors } from '../../../src/data/vectors/word-vectors.js';
import { DataError, OptionError, ShapeError } from '../../../src/errors.js';
import { Random } from '../../../src/random.js';
import { thrown } from '../../thrown.js';

const random = new Random(2);
const [V, E] = [40, 7];
const words = Array.from({ length: V }, (_, i) => `w${i}`);
const data = Float32Array.from({ length: V * E }, () => random.between(-1, 1));
const vectors = new WordVectors(words, data, E);

const row = (id: number): number[] => [...data.slice(id * E, (id + 1) * E)];
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
const unit = (v: readonly number[]): number[] => v.map((x) => x / Math.sqrt(dot(v, v)));
const cosine = (a: readonly number[], b: readonly number[]): number => dot(unit(a), unit(b));

/** All words but some, the nearest to a vector first. */
const byCosine = (target: readonly number[], without: readonly number[]): { word: string; similarity: number }[] =>
  words
    .map((word, id) => ({ word, id, similarity: cosine(row(id), target) }))
    .filter(({ id }) => !without.includes(id))
    .sort((a, b) => b.similarity - a.similarity);

const expectSame = (got: readonly { word: string; similarity: number }[], wanted: typeof got): void => {
  expect(got.map(({ word }) => word)).toEqual(wanted.map(({ word }) => word));
  got.forEach(({ similarity }, i) => expect(similarity).toBeCloseTo(wanted[i]!.similarity, 5));
};

test('neighbours are the nearest by the angle, the word left out', () => {
  expectSame(vectors.neighbors('w3', 5), byCosine(row(3), [3]).slice(0, 5));
  expect(vectors.neighbors('w0')).toHaveLength(10);
  expect(vectors.neighbors('w0', 1000)).toHaveLength(V - 1);
  expectSame(vectors.nearestTo(row(3), 3), byCosine(row(3), []).slice(0, 3));
  expectSame(vectors.nearestTo(row(3), 4, ['w3', 'w9']), byCosine(row(3), [3, 9]).slice(0, 4));
  expect(vectors.similarity('w1', 'w2')).toBeCloseTo(cosine(row(1), row(2)), 6);
});

test('analogies are nearest to b - a + c at length 1, the three left out', () => {
  const [a, b, c] = [4, 5, 6].map((id) => unit(row(id))) as [number[], number[], number[]];
  const target = b.map((x, k) => x - a[k]! + c[k]!);
  expectSame(vectors.analogy('w4', 'w5', 'w6', 3), byCosine(target, [4, 5, 6]).slice(0, 3));
  const early = byCosine(target, [4, 5, 6]).filter(({ word }) => Number(word.slice(1)) < 20);
  expectSame(vectors.analogy('w4', 'w5', 'w6', 2, 20), early.slice(0, 2));
});

test('a vector of zeros is near to nothing', () => {
  const some = new WordVectors(['zero', 'one'], Float32Array.of(0, 0, 1, 0), 2);
  expect(some.similarity('zero', 'one')).toBe(0);
  expect(some.nearestTo([0, 0], 1)[0]!.similarity).toBe(0);
});

test('a table for other words has zeros where there is nothing, and says where', () => {
  const { data: table, missing } = vectors.tableFor(['w2', 'nobody', 'w0']);
  expect([...table]).toEqual([...row(2), ...new Array<number>(E).fill(0), ...row(0)]);
  expect(missing).toEqual(['nobody']);
  expect([...vectors.vector('w2')]).toEqual(row(2));
});

describe('questions', () => {
  // Two parts, stem and form: every analogy between forms holds.
  const grid = ['a', 'b', 'c'].flatMap((stem) => ['x', 'y'].map((form) => stem + form));
  const planted = new WordVectors(
    grid,
    Float32Array.from(grid.flatMap(([stem, form]) => ['a', 'b', 'c', 'x', 'y'].map((part) => Number(part === stem || part === form)))),
    5,
  ); // prettier-ignore
  const text = ': form\r\nax ay bx by\nAX AY CX CY\n\n: other\nax bx ay nobody\nax ay bx cy\n';

  test('are read in sections, asked, and counted', () => {
    const sections = parseQuestions(text);
    expect(sections.map(({ name, questions }) => [name, questions.length])).toEqual([['form', 2], ['other', 2]]); // prettier-ignore
    expect(evaluateAnalogies(planted, sections)).toEqual([
      { name: 'form', right: 1, asked: 1, unknown: 1 },
      { name: 'other', right: 0, asked: 1, unknown: 1 },
      { name: 'total', right: 1, asked: 2, unknown: 2 },
    ]);
    expect(evaluateAnalogies(planted, sections, { lowerCase: true })[0]).toMatchObject({ right: 2, asked: 2 });
    expect(evaluateAnalogies(planted, sections, { most: 4 }).at(-1)).toMatchObject({ right: 1, asked: 1, unknown: 3 });
  });

  test('without a section are one', () => {
    expect(parseQuestions('a b c d').map(({ name }) => name)).toEqual(['all']);
  });

  test.each([
    [': form\na b c\n', 'q, line 2: a question must be 4 words, got 3. Write "a b c d", or ": name" for a section.'],
    [': form\n', 'q: there are no questions. Give lines of four words, "a b c d".'],
  ])('%j is refused', (content, message) => {
    const error = thrown(() => parseQuestions(content, 'q'));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(message);
  });

  test('options are checked', () => {
    const sections = parseQuestions(text);
    expect(() => evaluateAnalogies(planted, sections, { most: 0 })).toThrow(OptionError);
    expect(() => evaluateAnalogies(planted, sections, { case: true } as object)).toThrow(/unknown option 'case'/);
  });
});

describe('pairs', () => {
  const line = new WordVectors(['e', 'near', 'mid', 'far'], Float32Array.of(1, 0, 0.9, 0.1, 0.5, 0.5, 0, 1), 2);

  test('correlations, by hand; ties share ranks', () => {
    const pairs = parsePairs('# note\ne\tnear\t10\ne\tmid\t4\r\ne\tfar\t4\nE\tgone\t1\n');
    const score = evaluateSimilarity(line, pairs);
    const x = [cosine([1, 0], [0.9, 0.1]), cosine([1, 0], [0.5, 0.5]), 0];
    const y = [10, 4, 4];
    const pearson = (a: number[], b: number[]): number => {
      const centred = (v: number[]): number[] => v.map((value) => value - v.reduce((s, t) => s + t, 0) / v.length);
      return cosine(centred(a), centred(b));
    };
    expect(score.pearson).toBeCloseTo(pearson(x, y), 6);
    expect(score.spearman).toBeCloseTo(pearson([3, 2, 1], [3, 1.5, 1.5]), 12);
    expect([score.asked, score.unknown]).toEqual([3, 1]);
    expect(evaluateSimilarity(line, parsePairs('E\tNear\t3'), { lowerCase: true })).toMatchObject({
      asked: 1,
      pearson: NaN,
    });
  });

  test.each([
    ['a b 3', 'p, line 1: a pair must be word, word and number with tabs between, got "a b 3". Begin notes with #.'],
    [
      '# x\na\tb\tc',
      'p, line 2: a pair must be word, word and number with tabs between, got "a\\tb\\tc". Begin notes with #.',
    ],
    [
      'a\tb\t',
      'p, line 1: a pair must be word, word and number with tabs between, got "a\\tb\\t". Begin notes with #.',
    ],
    [
      'a\tb\t1\t2',
      'p, line 1: a pair must be word, word and number with tabs between, got "a\\tb\\t1\\t2". Begin notes with #.',
    ],
    ['# only notes', 'p: there are no pairs. Give lines of word, word and number with tabs between.'],
  ])('%j is refused', (content, message) => {
    const error = thrown(() => parsePairs(content, 'p'));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(message);
  });
});

test.each<[() => unknown, new (message: string) => Error, string]>([
  [() => new WordVectors(['a'], new Float32Array(3), 2), ShapeError, 'WordVectors: data must hold (V, E) = (1, 2) numbers, got 3. V comes from words.'],
  [() => new WordVectors([], new Float32Array(0), 2), DataError, 'WordVectors: words must be different ones, at least one, and there are none.'],
  [() => new WordVectors(['a', 'a'], new Float32Array(4), 2), DataError, "WordVectors: words must be different ones, at least one, and 'a' comes twice."],
  [() => vectors.neighbors('x'), DataError, "WordVectors: there is no vector for 'x' among 40 words. Take one of its words."],
  [() => vectors.vector('W1'), DataError, "WordVectors: there is no vector for 'W1' among 40 words. There is 'w1'."],
  [() => vectors.neighbors('w1', 0), OptionError, 'WordVectors: n must be a whole number of at least 1, got 0.'],
  [() => vectors.nearestTo([1]), ShapeError, 'WordVectors: vector must be (E) = (7), got (1). E comes from the vectors.'],
])('refusal %#', (run, type, message) => {
  const error = thrown(run);
  expect(error).toBeInstanceOf(type);
  expect(error.message).toBe(message);
}); // prettier-ignore
