/** Searching for sequences: greedy, drawn and by beam, on a model small enough to try every sequence. */

import { describe, expect, test } from 'vitest';
import { BEGINNING, PADDING, UNKNOWN } from '../../src/data/vocabulary.js';
import { OptionError } from '../../src/errors.js';
import { beamSearch } from '../../src/models/beam.js';
import { decode, lengthNorm, logSumExp, scoreOf, UNWRITTEN } from '../../src/models/decode.js';
import type { Hypothesis, TokenModel } from '../../src/models/decode.js';
import { sampleToken } from '../../src/models/sample.js';
import { Random } from '../../src/random.js';

const V = 6;
/** Ids that may be written: the end and three symbols. */
const WRITTEN = [BEGINNING, 3, 4, 5];

/** Logits that depend on all tokens before, so that a state of the wrong parent shows. */
function logitsOf(seed: number, history: readonly number[]): Float64Array {
  const random = new Random(history.reduce((hash, id) => (Math.imul(hash, 31) + id + 7) >>> 0, seed));
  return Float64Array.from({ length: V }, () => random.between(-2, 2));
}

/** The state of each row is its history; so is the note beside each token. */
function model(seed: number): TokenModel<readonly (readonly number[])[], string> {
  return {
    size: V,
    end: BEGINNING,
    select: (state, rows) => rows.map((row) => state[row]!),
    step(tokens, before) {
      expect(tokens).toHaveLength(before.length);
      const state = before.map((history, r) => [...history, tokens[r]!]);
      const logits = Float64Array.from(state.flatMap((history) => Array.from(logitsOf(seed, history))));
      return { logits, state, notes: state.map((history) => history.join(' ')) };
    },
  };
}

const ROOT = [[]];

/** The logarithm of the probability of tokens, from the beginning. */
function logProbOf(seed: number, ids: readonly number[]): number {
  return ids.reduce((sum, id, t) => {
    const logits = logitsOf(seed, [BEGINNING, ...ids.slice(0, t)]);
    return sum + logits[id]! - logSumExp(logits);
  }, 0);
}

/** All sequences that end within so many tokens, the best first. */
function everySequence(seed: number, maxLength: number, alpha: number): { ids: number[]; score: number }[] {
  const symbols = WRITTEN.slice(1);
  const longer = (ids: number[]): number[][] =>
    ids.length + 1 >= maxLength ? [ids] : [ids, ...symbols.flatMap((id) => longer([...ids, id]))];
  return longer([])
    .map((ids) => ({
      ids,
      score: logProbOf(seed, [...ids, BEGINNING]) / ((5 + ids.length + 1) / 6) ** alpha,
    }))
    .sort((a, b) => b.score - a.score);
}

const greedy = (logits: Float32Array | Float64Array): number =>
  sampleToken(logits, new Random(1), { temperature: 0 }, UNWRITTEN);

describe('beam search', () => {
  test.each([0, 0.6, 1.5])('a beam as wide as all there is finds what trying everything finds, alpha %d', (alpha) => {
    for (let seed = 1; seed <= 5; seed++) {
      const all = everySequence(seed, 4, alpha);
      const found = beamSearch(model(seed), ROOT, { beam: 200, maxLength: 4, lengthPenalty: alpha });
      const ended = found.filter((one) => one.ended);
      expect(ended.map(({ ids }) => ids)).toEqual(all.map(({ ids }) => ids));
      ended.forEach((one, i) => expect(scoreOf(one, alpha)).toBeCloseTo(all[i]!.score, 12));
      expect(found.slice(ended.length).every((one) => !one.ended && one.ids.length === 4)).toBe(true);
    }
  });

  test('a beam of 1 is the greedy choice, to the last bit', () => {
    for (let seed = 1; seed <= 200; seed++) {
      for (const maxLength of [1, 3, 12]) {
        const [best] = beamSearch(model(seed), ROOT, { beam: 1, maxLength });
        expect(best).toEqual(decode(model(seed), ROOT, 1, maxLength, greedy)[0]);
      }
    }
  });

  test('a wider beam finds what the greedy choice does not', () => {
    const better = Array.from({ length: 50 }, (_, seed) => {
      const options = { maxLength: 6, lengthPenalty: 0 };
      const [one, four] = [1, 4].map((beam) => beamSearch(model(seed), ROOT, { ...options, beam })[0]!);
      return one!.ended && four!.ended ? four!.logProb - one!.logProb : 0;
    });
    expect(better.filter((gain) => gain > 0.01).length).toBeGreaterThan(5);
  });

  test('probabilities and notes are those of the tokens, whatever the rows they came through', () => {
    for (let seed = 1; seed <= 20; seed++) {
      for (const { ids, logProb, ended, notes } of beamSearch(model(seed), ROOT, { beam: 3, maxLength: 6 })) {
        const tokens = ended ? [...ids, BEGINNING] : ids;
        expect(logProb).toBeCloseTo(logProbOf(seed, tokens), 12);
        expect(notes).toEqual(tokens.map((_, t) => [BEGINNING, ...tokens.slice(0, t)].join(' ')));
        expect(ids.some((id) => id === PADDING || id === UNKNOWN || id === BEGINNING)).toBe(false);
      }
    }
  });

  test('the larger alpha, the longer the best', () => {
    const mean = (lengthPenalty: number): number => {
      let sum = 0;
      for (let seed = 0; seed < 40; seed++) {
        sum += beamSearch(model(seed), ROOT, { beam: 50, maxLength: 6, lengthPenalty })[0]!.ids.length;
      }
      return sum / 40;
    };
    expect(mean(0)).toBeLessThan(mean(0.6));
    expect(mean(0.6)).toBeLessThan(mean(2));
    expect(lengthNorm(1, 3)).toBe(1);
    expect(lengthNorm(7, 0)).toBe(1);
    expect(lengthNorm(7, 1)).toBe(2);
  });

  test.each<[object, string]>([
    [{ maxLength: 3 }, 'beamSearch: beam must be a whole number of at least 1, got undefined.'],
    [{ beam: 0, maxLength: 3 }, 'beamSearch: beam must be a whole number of at least 1, got 0.'],
    [{ beam: 2 }, 'beamSearch: maxLength must be a whole number of at least 1, got undefined.'],
    [{ beam: 2, maxLength: 3, lengthPenalty: -1 }, 'beamSearch: lengthPenalty must be a number at least 0, got -1.'],
    [
      { beam: 2, maxLength: 3, width: 1 },
      "beamSearch: unknown option 'width'. Known options: beam, maxLength, lengthPenalty.",
    ],
  ])('refused: %o', (options, message) => {
    expect(() => beamSearch(model(1), ROOT, options as never)).toThrow(new OptionError(message));
  });
});

describe('decode', () => {
  test('rows are written as each would be alone, though they end at different tokens', () => {
    const rows = [[9], [8], [7], [6]];
    const together = decode(model(3), rows, 4, 9, greedy);
    expect(new Set(together.map(({ ids }) => ids.length)).size).toBeGreaterThan(1);
    expect(together).toEqual(rows.flatMap((row) => decode(model(3), [row], 1, 9, greedy)));
  });

  test('drawn tokens follow their probabilities', () => {
    const random = new Random(4);
    const counts = new Map<string, number>();
    const drawn: Hypothesis<string>[] = [];
    for (let i = 0; i < 4000; i++) {
      const draw = (logits: Float32Array | Float64Array): number => sampleToken(logits, random, {}, UNWRITTEN);
      const [one] = decode(model(2), ROOT, 1, 2, draw);
      drawn.push(one!);
      counts.set(one!.ids.join(' '), (counts.get(one!.ids.join(' ')) ?? 0) + 1);
    }
    const first = logitsOf(2, [BEGINNING]);
    const share = Math.exp(first[BEGINNING]! - logSumExp(Float64Array.from(WRITTEN, (id) => first[id]!)));
    expect(counts.get('')! / 4000).toBeCloseTo(share, 1.5);
    expect(drawn.every(({ ids, ended }) => ended || ids.length === 2)).toBe(true);
  });
});
