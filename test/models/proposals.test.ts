/** Negatives: different ids, as often as they are proposed. */

import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/errors.js';
import { checkProposals, Proposals } from '../../src/models/proposals.js';
import { Random } from '../../src/random.js';

/** How often each id is drawn, and how often that is to be expected, by the mean of E over the draws. */
function shares(proposals: Proposals, size: number, count: number): { drawn: number[]; expected: number[] } {
  const random = new Random(7);
  const draws = 10_000;
  const [drawn, expected] = [new Array<number>(size).fill(0), new Array<number>(size).fill(0)];
  for (let i = 0; i < draws; i++) {
    const { ids, logExpected } = proposals.draw(random, count);
    expect(ids.length).toBeLessThanOrEqual(count);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) drawn[id]! += 1 / draws;
    for (let id = 0; id < size; id++) expected[id]! += Math.exp(logExpected(id)) / draws;
  }
  return { drawn, expected };
}

describe.each([
  ['log-uniform', 'log-uniform' as const, 10],
  ['counts', [0, 9, 3, 1, 0, 0, 4, 0, 0, 0, 0, 19], 12],
])('%s', (_, option, size) => {
  test('one draw is in the proportions asked for', () => {
    const { drawn, expected } = shares(new Proposals(size, option), size, 1);
    const p = (id: number): number => {
      if (option !== 'log-uniform') return (option[id]! + 1) / (36 + size);
      const rank = id === 0 ? size - 1 : id - 1;
      return Math.log((rank + 2) / (rank + 1)) / Math.log(size + 1);
    };
    drawn.forEach((share, id) => expect(Math.abs(share - p(id))).toBeLessThan(0.02));
    expected.forEach((share, id) => expect(Math.abs(share - p(id))).toBeLessThan(1e-9));
  });

  test('of five draws each is there as often as its expectation says', () => {
    const { drawn, expected } = shares(new Proposals(size, option), size, 5);
    drawn.forEach((share, id) => expect(Math.abs(share - expected[id]!)).toBeLessThan(0.02));
  });
});

test('the same random numbers give the same negatives', () => {
  const proposals = new Proposals(1000, 'log-uniform');
  expect(proposals.draw(new Random(2), 100).ids).toEqual(proposals.draw(new Random(2), 100).ids);
  expect(proposals.draw(new Random(2), 100).ids).not.toEqual(proposals.draw(new Random(3), 100).ids);
});

test.each<[unknown, string]>([
  ['zipf', 'zipf'],
  [[1, 2], 'a list of 2'],
  [[1, 2, -1], 'a list of 3'],
  [[1, 2, NaN], 'a list of 3'],
  [undefined, 'undefined'],
])('proposals of %o are refused', (option, got) => {
  expect(() => checkProposals('X', option, 3)).toThrow(
    new OptionError(
      `X: proposals must be 'log-uniform' or a list of counts of at least 0 for each of the 3 ids of the vocabulary, got ${got}. corpus.counts() gives one.`,
    ),
  );
});
