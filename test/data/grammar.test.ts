import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Grammar, oneOf, type Rules } from '../../src/data/grammar.js';
import { OptionError } from '../../src/errors.js';
import { Random } from '../../src/random.js';
import { parser } from './derivations.js';

/** Repeats a word, and does so again with probability p: a geometric number of words. */
const repeated = (p: number): Grammar =>
  new Grammar('s', {
    s: [
      [1 - p, 'a'],
      [p, 'a <s>'],
    ],
  });

const clauses: Rules = {
  s: [
    [0.7, '<np> <v> .'],
    [0.3, '<np> <v> and <s>'],
  ],
  np: [
    [0.6, '<n>'],
    [0.4, '<n> that <np> <v>'],
  ],
  n: oneOf('cats dogs'),
  v: [
    [0.9, 'run'],
    [0.1, 'sleep <often>'],
  ],
  often: [
    [0.5, ''],
    [0.5, 'often'],
  ],
};

describe('entropy rate', () => {
  test('of a geometric number of words', () => {
    for (const p of [0.1, 0.5, 0.9]) {
      const { natsPerSentence, tokensPerSentence, natsPerToken, perplexity } = repeated(p).entropyRate();
      const binary = -p * Math.log(p) - (1 - p) * Math.log(1 - p);
      expect(natsPerSentence).toBeCloseTo(binary / (1 - p), 10);
      expect(tokensPerSentence).toBeCloseTo(1 / (1 - p) + 1, 10);
      expect(natsPerToken).toBeCloseTo(natsPerSentence / tokensPerSentence, 12);
      expect(perplexity).toBeCloseTo(Math.exp(natsPerToken), 12);
    }
  });

  test('of a single sentence is zero, and its perplexity one', () => {
    expect(new Grammar('s', { s: [[1, 'always the same']] }).entropyRate()).toEqual({
      natsPerSentence: 0,
      tokensPerSentence: 4,
      natsPerToken: 0,
      perplexity: 1,
    });
  });

  test('of finitely many sentences is the sum over them', () => {
    const weight = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(weight, weight, (first, second) => {
        const share = (weights: number[]): number[] => weights.map((w) => w / weights.reduce((a, b) => a + b));
        const [p, q] = [share(first), share(second)];
        const grammar = new Grammar('s', {
          s: p.map((probability, i) => [probability, `a${i}${' <t>'.repeat(i)}`] as const),
          t: q.map((probability, j) => [probability, `b${j}`] as const),
        });
        let nats = 0;
        let words = 0;
        const visit = (i: number, left: number, probability: number): void => {
          if (left === 0) {
            nats -= probability * Math.log(probability);
            words += probability * (1 + i);
          } else for (const share of q) visit(i, left - 1, probability * share);
        };
        p.forEach((probability, i) => visit(i, i, probability));
        const rate = grammar.entropyRate();
        expect(rate.natsPerSentence).toBeCloseTo(nats, 9);
        expect(rate.tokensPerSentence).toBeCloseTo(words + 1, 9);
      }),
    );
  });

  test('of mutual recursion agrees with sampled sentences', () => {
    const grammar = new Grammar('s', clauses);
    const random = new Random(11);
    const samples = Array.from({ length: 20_000 }, () => grammar.sentence(random));
    const surprise = samples.map(parser(grammar)).map(({ probability }) => -Math.log(probability));
    const { natsPerSentence, tokensPerSentence } = grammar.entropyRate();
    expect(standardErrors(surprise, natsPerSentence)).toBeLessThan(4);
    const lengths = samples.map((words) => words.length + 1);
    expect(standardErrors(lengths, tokensPerSentence)).toBeLessThan(4);
    expect(standardErrors(surprise, natsPerSentence * 1.05)).toBeGreaterThan(4);
  });
});

/** How many standard errors the mean of the samples is off. */
function standardErrors(samples: readonly number[], expected: number): number {
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
  const variance = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (samples.length - 1);
  return Math.abs(mean - expected) / Math.sqrt(variance / samples.length);
}

describe('the parser of these tests', () => {
  test('counts each derivation of an ambiguous sentence', () => {
    const phrase = new Grammar('vp', {
      vp: [
        [0.5, 'see <np>'],
        [0.5, 'see <np> <pp>'],
      ],
      np: [
        [0.5, 'cats'],
        [0.5, 'cats <pp>'],
      ],
      pp: [[1, 'in <np>']],
    });
    const parse = parser(phrase);
    const { count, probability } = parse('see cats in cats'.split(' '));
    expect(count).toBe(2);
    expect(probability).toBeCloseTo(2 * 0.5 ** 3, 12);
    expect(parse('see cats in cats in cats'.split(' ')).count).toBe(3);
    expect(parse(['see']).count).toBe(0);
  });
});

describe('sampling', () => {
  const grammar = new Grammar('s', clauses);

  test('every sentence is derived by the rules, and each seed repeats itself', () => {
    const parse = parser(grammar);
    const [one, two] = [new Random(5), new Random(5)];
    for (let i = 0; i < 500; i++) {
      const words = grammar.sentence(one);
      expect(parse(words).count).toBeGreaterThan(0);
      expect(grammar.sentence(two)).toEqual(words);
    }
  });

  test('expansions come as often as their probabilities say', () => {
    const random = new Random(2);
    const words = Array.from({ length: 40_000 }, () => grammar.sentence(random)).flat();
    const share = (a: string, b: string): number => {
      const [first, second] = [a, b].map((word) => words.filter((other) => other === word).length);
      return first! / (first! + second!);
    };
    expect(share('cats', 'dogs')).toBeCloseTo(7 / 13, 1);
    expect(share('run', 'sleep')).toBeCloseTo(0.9, 2);
    expect(share('.', 'and')).toBeCloseTo(0.7, 2);
  });

  test('a deep derivation does not exhaust the stack', () => {
    expect(repeated(0.99999).sentence(new Random(3)).length).toBeGreaterThan(20_000);
  });

  test('text has one sentence a line', () => {
    const text = grammar.text(new Random(5), { sentences: 3 });
    expect(text).toMatch(/^(.+\.\n){3}$/);
    expect(text.split('\n')[0]).toBe(grammar.sentence(new Random(5)).join(' ').replace(' .', '.'));
    expect(() => grammar.text(new Random(5), { sentences: 0 })).toThrow(OptionError);
    expect(() => grammar.text(new Random(5), { sentences: 1, seed: 2 } as never)).toThrow(/unknown option 'seed'/);
  });

  test('terminals are the words of the rules in their order', () => {
    expect(grammar.terminals).toEqual(['.', 'and', 'that', 'cats', 'dogs', 'run', 'sleep', 'often']);
  });
});

describe('rules', () => {
  test.each<[Rules, string]>([
    [{}, 'Grammar: <s> must be defined. Add a rule for it.'],
    [{ s: [[1, 'a <b>']] }, 'Grammar: <b> must be defined. Add a rule for it.'],
    [{ s: [[1, 'a']], b: [[1, 'b']] }, 'Grammar: <b> must be reachable from <s>. Use it, or take its rule out.'],
    [
      {
        s: [
          [0.5, 'a'],
          [0.4, 'b'],
        ],
      },
      'Grammar: the probabilities of <s> must sum to 1, got 0.9.',
    ],
    [{ s: [] }, 'Grammar: the probabilities of <s> must sum to 1, got 0.'],
    [
      {
        s: [
          [1, 'a'],
          [0, 'b'],
        ],
      },
      'Grammar: a probability of <s> must be in (0, 1], got 0.',
    ],
    [
      {
        s: [
          [1.5, 'a'],
          [-0.5, 'b'],
        ],
      },
      'Grammar: a probability of <s> must be in (0, 1], got 1.5.',
    ],
    [{ s: [[NaN, 'a']] }, 'Grammar: a probability of <s> must be in (0, 1], got NaN.'],
    [{ s: [[1, 'a <s>']] }, 'Grammar: derivations of <s> must end. Make its recursion less probable.'],
    [
      {
        s: [
          [0.5, 'a'],
          [0.5, '<s> <s>'],
        ],
      },
      'Grammar: derivations of <s> must end.',
    ],
    [
      {
        s: [
          [0.4, 'a'],
          [0.6, '<s> <s>'],
        ],
      },
      'Grammar: derivations of <s> must end.',
    ],
    [
      {
        s: [
          [0.5, 'a'],
          [0.5, '<b>'],
        ],
        b: [
          [0.3, 'b'],
          [0.7, '<b> <b>'],
        ],
      },
      'must end',
    ],
    [
      {
        s: [[1, '<b> <b>']],
        b: [
          [0.5, 'b'],
          [0.5, ''],
        ],
      },
      'Grammar: a sentence must have at least one word',
    ],
  ])('refuses %j', (rules, message) => {
    expect(() => new Grammar('s', rules)).toThrow(OptionError);
    expect(() => new Grammar('s', rules)).toThrow(message);
  });

  test('accepts recursion just short of endless, probabilities summed in floating point, and empty parts', () => {
    const recursion: Rules = {
      s: [
        [0.51, 'a'],
        [0.49, '<s> <s>'],
      ],
    };
    expect(new Grammar('s', recursion).entropyRate().tokensPerSentence).toBeCloseTo(0.51 / 0.02 + 1, 6);
    expect(
      () =>
        new Grammar('s', {
          s: [
            [0.1, 'a'],
            [0.2, 'b'],
            [0.7, 'c'],
          ],
        }),
    ).not.toThrow();
    expect(() => new Grammar('s', { s: [[1, '<b> a']], b: [[1, '']] })).not.toThrow();
  });

  test('names from Object.prototype are names like any other', () => {
    expect(() => new Grammar('s', { s: [[1, '<toString>']] })).toThrow('<toString> must be defined');
    const rules = JSON.parse('{"constructor": [[1, "a < > <>"]]}') as Rules;
    expect(new Grammar('constructor', rules).sentence(new Random(1))).toEqual(['a', '<', '>', '<>']);
  });

  test('oneOf gives falling probabilities that sum to 1', () => {
    const expansions = oneOf('  a b\nc ');
    expect(expansions.map(([, word]) => word)).toEqual(['a', 'b', 'c']);
    const shares = expansions.map(([probability]) => probability);
    expect(shares[0]! / shares[2]!).toBeCloseTo(8 / 6, 12);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});
