/** Generated pairs: that they are right, distinct and the same for a seed, and what is refused. */

import { describe, expect, test } from 'vitest';
import { drawDate } from '../../src/data/dates.js';
import { Pairs } from '../../src/data/pairs.js';
import { PAIR_TASKS, pairsToTsv, pairTask } from '../../src/data/pairs-tasks.js';
import type { PairTask, PairTaskOptions } from '../../src/data/pairs-tasks.js';
import { OptionError } from '../../src/errors.js';
import { Random } from '../../src/random.js';

test('sums are right, padded, and none comes twice, whichever term is first', () => {
  const pairs = pairTask('addition', { count: 5050 });
  const seen = new Set<string>();
  for (const [question, answer] of pairs) {
    expect(question).toMatch(/^\d{1,2}\+\d{1,2} *$/);
    expect([question.length, answer.length]).toEqual([5, 3]);
    const terms = question.split('+').map(Number) as [number, number];
    expect(Number(answer)).toBe(terms[0] + terms[1]);
    seen.add(terms.sort((a, b) => a - b).join('+'));
  }
  expect(seen.size).toBe(5050); // all there are
});

test('strings come back as they are, or from their end', () => {
  for (const name of ['copy', 'reverse'] as const) {
    for (const [source, target] of pairTask(name, { count: 50, length: 12, letters: 5 })) {
      expect(source).toMatch(/^[a-e]{12}$/);
      expect(target).toBe(name === 'copy' ? source : [...source].reverse().join(''));
    }
  }
  expect(pairTask('copy', { count: 1 })[0]![0]).toHaveLength(30);
});

const MONTH = /Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec/;

/** The date of a phrase, read another way: the numbers of it in their order, the month by name where it has one. */
function isoOf(phrase: string): string {
  const numbers = (phrase.match(/\d+/g) ?? []).map(Number);
  const name = MONTH.exec(phrase)?.[0];
  if (name !== undefined) numbers.splice(1, 0, MONTH.source.split('|').indexOf(name) + 1);
  const [year, month, day] = numbers[0]! > 31 ? numbers : [numbers[2]!, numbers[1]!, numbers[0]!];
  const full = year! > 99 ? year! : year! < 50 ? 2000 + year! : 1900 + year!;
  return [full, month!, day!].map((n) => String(n).padStart(2, '0')).join('-');
}

test('phrases mean the date beside them, weekdays and ordinals too', () => {
  const pairs = pairTask('dates', { count: 3000, seed: 5 });
  for (const [phrase, iso] of pairs) {
    expect(isoOf(phrase)).toBe(iso);
    const date = new Date(`${iso}T00:00:00Z`);
    const weekday = /[A-Z][a-z]+day/.exec(phrase)?.[0];
    if (weekday !== undefined)
      expect(weekday).toBe(date.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }));
    const ordinal = /(\d+)(st|nd|rd|th)/.exec(phrase);
    if (ordinal !== null) {
      const suffix = { one: 'st', two: 'nd', few: 'rd', other: 'th' } as Record<string, string>;
      expect(ordinal[2]).toBe(suffix[new Intl.PluralRules('en', { type: 'ordinal' }).select(Number(ordinal[1]))]);
    }
  }
  const forms = new Set(
    pairs.map(([phrase]) =>
      phrase
        .replaceAll(/\d+/g, '0')
        .replaceAll(/[A-Z][a-z]+/g, 'A')
        .replaceAll(/st|nd|rd|th /g, 'x'),
    ),
  );
  expect(forms.size).toBeGreaterThanOrEqual(13);
  const years = pairs.map(([, iso]) => Number(iso.slice(0, 4)));
  expect([Math.min(...years), Math.max(...years)]).toEqual([1950, 2049]);
});

test('the last day of a leap year is drawn', () => {
  const random = new Random(1);
  const days = new Set<string>();
  for (let i = 0; i < 200_000; i++) days.add(drawDate(random)[1]);
  expect(days.has('2024-02-29')).toBe(true);
  expect(days.has('2024-12-31')).toBe(true);
  expect(days.has('2049-12-31')).toBe(true);
});

describe.each(PAIR_TASKS)('%s', (name) => {
  test('a seed gives the same pairs, the fewer being the first of more, and none twice', () => {
    const pairs = pairTask(name, { count: 40 });
    expect(pairTask(name, { count: 40, seed: 1 })).toEqual(pairs);
    expect(pairTask(name, { count: 10 })).toEqual(pairs.slice(0, 10));
    expect(pairTask(name, { count: 40, seed: 2 })).not.toEqual(pairs);
    expect(new Set(pairs.map(([source]) => source)).size).toBe(40);
  });

  test('their TSV is read back as they are', () => {
    const pairs = pairTask(name, { count: 9 });
    const options = { level: 'char' } as const;
    expect(Pairs.fromTsv(pairsToTsv(pairs), options).fingerprint).toBe(Pairs.fromPairs(pairs, options).fingerprint);
  });
});

test.each<[string, object, string]>([
  ['sort', { count: 1 }, 'pairTask: name must be one of addition, copy, reverse, dates, got sort.'],
  ['copy', {}, 'pairTask: count must be a whole number of at least 1, got undefined.'],
  ['copy', { count: 1, seed: -1 }, 'pairTask: seed must be a whole number from 0 to 4294967295, got -1.'],
  ['copy', { count: 1, digits: 2 }, "pairTask: 'copy' has no digits, got 2. Leave it out."],
  ['dates', { count: 1, length: 2 }, "pairTask: 'dates' has no length, got 2. Leave it out."],
  ['addition', { count: 1, letters: 2 }, "pairTask: 'addition' has no letters, got 2. Leave it out."],
  ['addition', { count: 56, digits: 1 }, 'pairTask: count must be at most 55, got 56. There are no more.'],
  ['addition', { count: 1, digits: 10 }, 'pairTask: digits must be at most 9, got 10.'],
  ['reverse', { count: 1, letters: 27 }, 'pairTask: letters must be at most 26, got 27.'],
  ['reverse', { count: 9, letters: 2, length: 3 }, 'pairTask: count must be at most 8, got 9. There are no more.'],
  [
    'reverse',
    { count: 1, words: 3 },
    "pairTask: unknown option 'words'. Known options: count, seed, digits, length, letters.",
  ],
])('refused: %s %o', (name, options, message) => {
  expect(() => pairTask(name as PairTask, options as PairTaskOptions)).toThrow(new OptionError(message));
});

test('a side with a tab makes no TSV', () => {
  expect(() => pairsToTsv([['a', 'b\tc']])).toThrow(
    new OptionError('pairsToTsv: a side must be without tabs and line breaks, got "b\\tc".'),
  );
});
