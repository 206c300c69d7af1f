/** Dialogues: what lines become, batches of them, splits, and what is wrong with a line. */

import { describe, expect, test } from 'vitest';
import { dialogueBatch, Dialogues, encodeUtterance } from '../../src/data/dialogues.js';
import { BEGINNING, UNKNOWN } from '../../src/data/vocabulary.js';
import { DataError, OptionError } from '../../src/errors.js';
import { thrown } from '../thrown.js';

const TEXT = `["Hi there.", "Hello!"]

["Who are you?", "I am\\nIris.", "Hi Iris."]\r
["Bye.", "Bye."]
`;

/** The utterances of a batch as text. */
function textsOf(dialogues: Dialogues, indices: readonly number[]): string[][] {
  const { tokens, lengths, counts } = dialogues.batch(indices);
  const [, R] = tokens.shape as [number, number];
  const texts = Array.from(lengths, (length, r) => {
    const ids = Array.from({ length }, (_, t) => tokens.data[t * R + r]!);
    expect([ids[0], ids.at(-1)]).toEqual([BEGINNING, BEGINNING]);
    return dialogues.vocabulary.decode(ids.slice(1, -1));
  });
  let row = 0;
  return Array.from(counts, (count) => texts.slice(row, (row += count)));
}

describe('reading', () => {
  test.each(['word', 'char'] as const)('lines become dialogues, at level %s', (level) => {
    const dialogues = Dialogues.fromText(TEXT, { level });
    expect([dialogues.count, dialogues.utterances]).toEqual([3, 7]);
    expect(dialogues.vocabulary.level).toBe(level);
    expect(textsOf(dialogues, [2, 1])).toEqual([
      ['Bye.', 'Bye.'],
      ['Who are you?', 'I am Iris.', 'Hi Iris.'],
    ]);
    expect(dialogues.vocabulary.unknownIn('I am Iris.')).toEqual([]);
    expect(dialogues.vocabulary.symbols).not.toContain('\n');
  });

  test('lists give what lines give, words by default', () => {
    const lists = [
      ['Hi there.', 'Hello!'],
      ['Who are you?', 'I am\nIris.', 'Hi Iris.'],
      ['Bye.', 'Bye.'],
    ];
    const [fromLists, fromText] = [Dialogues.fromUtterances(lists), Dialogues.fromText(TEXT, { level: 'word' })];
    expect(fromLists.fingerprint).toBe(fromText.fingerprint);
    expect(fromLists.vocabulary.toJSON()).toEqual(fromText.vocabulary.toJSON());
  });

  test('a vocabulary that is given, and one cut short', () => {
    const { vocabulary } = Dialogues.fromText(TEXT, { vocabSize: 2 });
    expect(vocabulary.size).toBe(5);
    const other = Dialogues.fromUtterances([['Hi you.', 'Bye.']], { vocabulary });
    expect(other.vocabulary).toBe(vocabulary);
    expect([...other.batch([0]).tokens.data]).toContain(UNKNOWN);
  });

  test('the length of a dialogue is that of all its ids', () => {
    const dialogues = Dialogues.fromText(TEXT);
    // Words and signs, and two BEGINNINGs around each utterance.
    expect([0, 1, 2].map((i) => dialogues.length(i))).toEqual([3 + 2 + 4, 4 + 4 + 3 + 6, 2 + 2 + 4]);
  });

  test('other words of the same ids are another fingerprint', () => {
    const print = (list: string[]) => Dialogues.fromUtterances([list]).fingerprint;
    expect(print(['a b', 'b'])).not.toBe(print(['c d', 'd']));
  });

  test('one changed word, another order or another cut is another fingerprint', () => {
    const print = (lists: string[][]) => {
      const { vocabulary } = Dialogues.fromUtterances([['a b c', 'd e f']]);
      return Dialogues.fromUtterances(lists, { vocabulary }).fingerprint;
    };
    const base = print([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const prints = [
      base,
      print([
        ['a', 'b'],
        ['c', 'e'],
      ]),
      print([
        ['c', 'd'],
        ['a', 'b'],
      ]),
      print([['a', 'b', 'c', 'd']]),
      print([
        ['a b', 'c'],
        ['d', 'e'],
      ]),
    ];
    expect(new Set(prints).size).toBe(prints.length);
    expect(
      print([
        ['a', 'b'],
        ['c', 'd'],
      ]),
    ).toBe(base);
  });
});

describe('batches', () => {
  test('utterances are columns, with padding behind shorter ones', () => {
    const [a, b, c] = [Int32Array.of(1, 5, 1), Int32Array.of(1, 6, 7, 1), Int32Array.of(1, 8, 1)];
    const { tokens, lengths, counts } = dialogueBatch([[a, b], [c]]);
    expect(tokens.shape).toEqual([4, 3]);
    expect([...tokens.data]).toEqual([1, 1, 1, 5, 6, 8, 1, 7, 1, 0, 1, 0]);
    expect([...lengths]).toEqual([3, 4, 3]);
    expect([...counts]).toEqual([2, 1]);
  });

  test('line breaks in an utterance are spaces, spaces around it nothing', () => {
    const { vocabulary } = Dialogues.fromText(TEXT, { level: 'char' });
    expect(encodeUtterance(' Hi\r\nIris.\n', vocabulary)).toEqual(encodeUtterance('Hi Iris.', vocabulary));
  });
});

describe('split', () => {
  test('the end validates, both parts keep the vocabulary', () => {
    const dialogues = Dialogues.fromText(TEXT);
    const { train, valid } = dialogues.split(0.3);
    expect([train.count, valid.count]).toEqual([2, 1]);
    expect(textsOf(valid, [0])).toEqual([['Bye.', 'Bye.']]);
    expect(train.vocabulary).toBe(dialogues.vocabulary);
    expect(valid.vocabulary).toBe(dialogues.vocabulary);
    expect(train.fingerprint).not.toBe(dialogues.fingerprint);
    for (const [fraction, counts] of [
      [0.01, [2, 1]],
      [0.99, [1, 2]],
    ] as const) {
      const parts = dialogues.split(fraction);
      expect([parts.train.count, parts.valid.count]).toEqual(counts);
    }
  });

  test('not of a single dialogue, not at a fraction that leaves nothing', () => {
    expect(thrown(() => Dialogues.fromUtterances([['a', 'b']]).split(0.5))).toEqual(
      new DataError('split: a single dialogue cannot be cut. Give more dialogues, or go without validation.'),
    );
    expect(thrown(() => Dialogues.fromText(TEXT).split(1))).toEqual(
      new OptionError('split: validFraction must be a number above 0 and below 1, got 1.'),
    );
  });
});

describe('refusals', () => {
  test.each<[string, string]>([
    ['', 'there is no dialogue. Give one a line, such as ["Hello.", "Hi!"].'],
    ['\n \n', 'there is no dialogue. Give one a line, such as ["Hello.", "Hi!"].'],
  ])('a text without dialogues: %j', (text, message) => {
    expect(thrown(() => Dialogues.fromText(text, { name: 'talk.jsonl' }))).toEqual(
      new DataError(`talk.jsonl: ${message}`),
    );
  });

  test.each<[string, string]>([
    ['{"a": 1}', 'a dialogue must be an array of strings, got an object.'],
    ['"Hello."', 'a dialogue must be an array of strings, got a string.'],
    ['null', 'a dialogue must be an array of strings, got null.'],
    ['[]', 'the dialogue is empty. Leave the line out.'],
    ['["Hi.", 3]', 'utterance 2 must be a string, got a number.'],
    ['[["Hi."], "Hello."]', 'utterance 1 must be a string, got an array.'],
    ['["Hi.", " "]', 'utterance 2 is empty. Leave it out.'],
    ['["\\n", "Hi."]', 'utterance 1 is empty. Leave it out.'],
    ['["Hi."]', 'a dialogue needs at least two utterances, got one. Add its answer or leave it out.'],
  ])('the line %s', (line, message) => {
    const text = `["a", "b"]\n\n${line}\n["c", "d"]`;
    expect(thrown(() => Dialogues.fromText(text, { name: 'talk.jsonl' }))).toEqual(
      new DataError(`talk.jsonl:3: ${message}`),
    );
  });

  test('a line that is not JSON', () => {
    const error = thrown(() => Dialogues.fromText('["a", "b"]\n["a", "b"'));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/^dialogues:2: is not JSON: .+ Write a dialogue as \["Hello\.", "Hi!"\]\.$/);
  });

  test('lists', () => {
    expect(thrown(() => Dialogues.fromUtterances([['a', 'b'], ['c']]))).toEqual(
      new DataError('dialogues[1]: a dialogue needs at least two utterances, got one. Add its answer or leave it out.'),
    );
  });

  test.each<[object, string]>([
    [{ level: 'line' }, 'Dialogues: level must be one of char, word, got line.'],
    [{ turns: 2 }, "Dialogues: unknown option 'turns'. Known options: level, locale, vocabSize, vocabulary, name."],
    [{ vocabSize: 0 }, 'Vocabulary: size must be a whole number of at least 1, got 0.'],
    [
      { level: 'char', locale: 'ja' },
      "Vocabulary.fromText: locale is for level 'word'; characters have none. Leave it out.",
    ],
  ])('options %o', (options, message) => {
    expect(thrown(() => Dialogues.fromText(TEXT, options))).toEqual(new OptionError(message));
  });

  test.each(['level', 'locale', 'vocabSize'])('%s beside a vocabulary', (option) => {
    const { vocabulary } = Dialogues.fromText(TEXT);
    expect(thrown(() => Dialogues.fromText(TEXT, { vocabulary, [option]: 'word' }))).toEqual(
      new OptionError(`Dialogues: ${option} cannot be given with vocabulary, which settles it. Leave it out.`),
    );
  });
});
