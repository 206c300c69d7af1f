import { describe, expect, it } from 'vitest';
import { SCHEMA } from '../../playground/src/state/schema.js';
import type { Field } from '../../playground/src/state/fields.js';
import { preferredLanguage, TABLES, Texts } from '../../playground/src/texts/texts.js';
import type { Key } from '../../playground/src/texts/texts.js';
import { Problem, toProblem } from '../../playground/src/texts/problem.js';
import { DataError } from '../../src/errors.js';

const keys = Object.keys(TABLES.en) as Key[];
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();

describe('the texts', () => {
  it('say everything in both languages, with the same parts to fill in', () => {
    expect(Object.keys(TABLES.ja)).toEqual(keys);
    const empty = keys.filter((key) => Object.values(TABLES).some((table) => table[key].trim() === ''));
    expect(empty).toEqual([]);
    const partsOf = (table: Readonly<Record<Key, string>>): [Key, string[]][] =>
      keys.map((key) => [key, placeholders(table[key])]);
    expect(partsOf(TABLES.ja)).toEqual(partsOf(TABLES.en));
  });

  it('are Japanese in Japanese, but for names and progress', () => {
    const same = keys.filter((key) => !/[぀-ヿ一-鿿]/.test(TABLES.ja[key]));
    expect(same.every((key) => key.startsWith('choice.'))).toBe(true);
    expect(keys.filter((key) => /[぀-ヿ一-鿿]/.test(TABLES.en[key]))).toEqual([]);
  });

  it('have a name for every choice', () => {
    const fields = Object.entries(SCHEMA).filter(([group]) => group !== 'page');
    for (const field of fields.flatMap(([, group]) => Object.values<Field>(group))) {
      if (field.kind === 'choice') for (const name of field.choices) expect(keys).toContain(`choice.${name}`);
    }
  });

  it('fill in and follow the language', () => {
    const texts = new Texts();
    const said: string[] = [];
    texts.watch(() => said.push(texts.say('status.step', { step: 3, total: 10 })));
    texts.use('ja');
    texts.use('ja');
    expect(said).toEqual(['step 3 of 10', '3 / 10 ステップ']);
    expect(texts.digits(0.0000459)).toBe('0.0000459');
  });

  it('begin with the first language that is known', () => {
    expect(preferredLanguage(['de-DE', 'ja-JP', 'en'])).toBe('ja');
    expect(preferredLanguage(['fr'])).toBe('en');
    expect(preferredLanguage([])).toBe('en');
  });
});

describe('problems', () => {
  it('say what the library says, in the words of the page', () => {
    const problem = toProblem(new DataError('split: too short.'));
    expect([problem.key, problem.detail]).toEqual(['problem.DataError', 'split: too short.']);
    const foreign = toProblem('nonsense');
    expect([foreign.key, foreign.detail]).toEqual(['problem.other', 'nonsense']);
    expect(toProblem(problem)).toBe(problem);
    const own = new Problem('problem.tooShort', { count: 5, least: 769, batch: 16, window: 48 });
    expect(own.say(new Texts())).toBe(
      'The text has 5 characters, and 769 are needed for a batch of 16 windows of 48. Give more text, or lower the batch or the window.',
    );
  });
});
