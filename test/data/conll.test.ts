/** Files of columns: what they hold, what comes back, what is refused and in which line. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConll, writeConll } from '../../src/data/conll.js';
import type { ConllOptions } from '../../src/data/conll.js';
import { DataError, OptionError } from '../../src/errors.js';

/** Words and labels as `word/label`, a sentence a line. */
function shown(text: string, options?: ConllOptions): string[] {
  return readConll(text, options).map(({ words, labels }) => words.map((word, i) => `${word}/${labels[i]}`).join(' '));
}

describe('reading', () => {
  test('blanks, documents and comments, as in CoNLL-2003', () => {
    const text =
      '-DOCSTART- -X- O O\n\nEU NNP I-NP B-ORG\nrejects VBZ I-VP O\n\n# a comment\nPeter  NNP I-NP B-PER \r\n\r\n\n-DOCSTART- -X- O O\nBye UH O O';
    expect(shown(text)).toEqual(['EU/B-ORG rejects/O', 'Peter/B-PER', 'Bye/O']);
    expect(shown(text, { labelColumn: 2 })).toEqual(['EU/NNP rejects/VBZ', 'Peter/NNP', 'Bye/UH']);
    expect(shown(text, { labelColumn: -2 })[0]).toBe('EU/I-NP rejects/I-VP');
  });

  test('tabs, numbered words and blanks in a column, as in CoNLL-U', () => {
    const text = '# sent_id = 1\n1-2\tdu\t_\n1\tde\tADP\n2\tle\tDET\n2.1\tnul\tX\n3\t10 000\tNUM\n';
    expect(shown(text, { wordColumn: 2 })).toEqual(['de/ADP le/DET 10 000/NUM']);
  });

  test('within a sentence # is a word, and so is what begins with it', () => {
    expect(shown('#first O\nNo. O\n# O\n1-2 O\n')).toEqual(['#first/O No./O #/O 1-2/O']);
    expect(shown('#\tO\n')).toEqual(['#/O']);
  });

  test('a sentence may begin with #: such a line has the columns and a label of the others', () => {
    expect(shown('# SYM\n1 NUM\n\n# SYM\n2 NUM\n\nis VERB\n# SYM\n')).toEqual([
      '#/SYM 1/NUM',
      '#/SYM 2/NUM',
      'is/VERB #/SYM',
    ]);
    expect(shown('# remark\n# NUM of it\n# O\n1 NUM\n')).toEqual(['1/NUM']);
    expect(shown('# a SYM O\n\n1 x O\n', { labelColumn: 2 })).toEqual(['1/x']);
    expect(shown('# x O\n\n1 x O\n', { labelColumn: 2 })).toEqual(['#/x', '1/x']);
  });

  test('the line of each word is remembered', () => {
    const [first, second] = readConll('\n# c\na X\nb Y\n\n\nc X\n');
    expect([first!.lines, second!.lines]).toEqual([[3, 4], [7]]);
  });

  test.each<[string, ConllOptions, string]>([
    ['', {}, 'conll: there is no sentence. Give a word and its label a line, blank lines between.'],
    ['# only\n\n', { file: 'x' }, 'x: there is no sentence. Give a word and its label a line, blank lines between.'],
    [
      'a NN O\nb NN O\n\nc O\n',
      { file: 'dev.conll' },
      'dev.conll:4: the number of columns must be 3 as in line 1, got 2. Separate columns by one tab, or by blanks, ' +
        'and sentences by a blank line.',
    ],
    ['a\t\tO\n', { file: 'x', wordColumn: 2 }, 'x:1: the word is empty. Write _ where there is none.'],
    ['a\tO\nb\t\n', { file: 'x' }, 'x:2: the label is empty. Write _ where there is none.'],
    [
      '\na O\n',
      { file: 'x', labelColumn: 3 },
      'x:2: labelColumn is 3, and there are 2 columns. Give a column that is there.',
    ],
    [
      'word\n',
      { file: 'x' },
      'x:1: wordColumn 1 and labelColumn -1 are the same, there is 1 column. Give each word a label in a column of its own.',
    ],
  ])('refuses %j', (text, options, message) => {
    expect(() => readConll(text, options)).toThrow(new DataError(message));
  });

  test('refuses columns that are none', () => {
    const message = 'must be a whole number from 1, or from -1 for the last, got';
    expect(() => readConll('a O', { wordColumn: 0 })).toThrow(new OptionError(`readConll: wordColumn ${message} 0.`));
    expect(() => readConll('a O', { labelColumn: 1.5 })).toThrow(
      new OptionError(`readConll: labelColumn ${message} 1.5.`),
    );
    expect(() => readConll('a O', { column: 1 } as never)).toThrow(
      new OptionError("readConll: unknown option 'column'. Known options: file, wordColumn, labelColumn."),
    );
  });
});

describe('writing', () => {
  test('what is written is read again', () => {
    const word = fc.string({ minLength: 1, unit: 'binary' }).filter((s) => s.trim() === s && !/[\t\r\n]/.test(s));
    const sentence = fc.array(fc.tuple(word, word), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1 }), (all) => {
        const sentences = all.map((pairs) => ({ words: pairs.map(([w]) => w), labels: pairs.map(([, l]) => l) }));
        fc.pre(!sentences.some(({ words }) => words.includes('-DOCSTART-')));
        const again = readConll(writeConll(sentences)).map(({ words, labels }) => ({ words, labels }));
        expect(again).toEqual(sentences);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    [['a\tb'], ['O']],
    [[''], ['O']],
    [['-DOCSTART-'], ['O']],
    [['a'], [' O']],
  ])('refuses %j %j', (words, labels) => {
    expect(() => writeConll([{ words, labels }])).toThrow(/words and labels must be without tabs, .*, got "/);
  });

  test('refuses labels that are not as many as words', () => {
    for (const [words, labels] of [
      [['a'], []],
      [[], []],
    ]) {
      expect(() => writeConll([{ words: words!, labels: labels! }])).toThrow(
        new DataError(
          `writeConll: a sentence must have as many labels as words, got ${words!.length} words and 0 labels.`,
        ),
      );
    }
  });
});
