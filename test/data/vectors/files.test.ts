/** Files of word vectors: read, written, told apart, refused. */

import { describe, expect, test } from 'vitest';
import { VECTOR_FORMATS } from '../../../src/data/vectors/format.js';
import type { VectorFormat } from '../../../src/data/vectors/format.js';
import { readWordVectors } from '../../../src/data/vectors/read.js';
import { WordVectors } from '../../../src/data/vectors/word-vectors.js';
import { writeWordVectors } from '../../../src/data/vectors/write.js';
import { DataError, OptionError } from '../../../src/errors.js';
import { Random } from '../../../src/random.js';
import { thrown } from '../../thrown.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file in word2vec's binary form, written by hand. */
function binary(header: string, words: readonly [string, readonly number[]][], end: string): Uint8Array {
  const parts = words.flatMap(([word, numbers]) => [
    bytes(`${word} `),
    new Uint8Array(Float32Array.from(numbers).buffer),
    bytes(end),
  ]);
  return Buffer.concat([bytes(header), ...parts]);
}

const random = new Random(1);
const WORDS = ['the', 'naïve', '猫', "n't", '1', 'e', '-'];
const many = (size: number): WordVectors => {
  const special = [0, -0, 1e-30, -3.4028234e38, 1.17549435e-38, 0.1, 1 / 3];
  const data = Float32Array.from({ length: WORDS.length * size }, (_, i) => special[i] ?? random.between(-2, 2));
  return new WordVectors(WORDS, data, size);
};

describe.each(VECTOR_FORMATS)('%s', (format) => {
  test.each([1, 2, 5, 100])('vectors of %i numbers come back bit for bit, told or found', (size) => {
    // One number a word in GloVe's form looks like a header, where the word is a number.
    if (size === 1 && format === 'glove') {
      expect(readWordVectors(bytes('a 1\nb 2\n')).size).toBe(1);
      return;
    }
    const vectors = many(size);
    const file = writeWordVectors(vectors, { format });
    for (const options of [{}, { format }]) {
      const back = readWordVectors(file, options);
      expect(back.words).toEqual(WORDS);
      expect([...new Int32Array(back.data.buffer)]).toEqual([...new Int32Array(vectors.data.buffer)]);
    }
  });
});

test('files as others write them: spaces at line ends, carriage returns, no line breaks between words', () => {
  const wanted = { words: ['a', 'b'], size: 2 };
  const files = [
    bytes('a 1.0 -2\nb 3e0 .5'),
    bytes('a 1 -2\r\nb 3 0.5\r\n'),
    bytes('2 2\na 1.000000 -2.000000 \nb 3.000000 0.500000 \n'),
    bytes('2 2\r\na 1 -2\r\nb 3 0.5\r\n'),
    binary('2 2\n', [['a', [1, -2]], ['b', [3, 0.5]]], '\n'),
    binary('2 2\n', [['a', [1, -2]], ['b', [3, 0.5]]], ''),
  ]; // prettier-ignore
  for (const file of files) {
    const read = readWordVectors(file);
    expect(read).toMatchObject(wanted);
    expect([...read.data]).toEqual([1, -2, 3, 0.5]);
  }
});

test('a view into a larger buffer is read where it is', () => {
  const file = binary('1 2\n', [['a', [1, -2]]], '\n');
  const inside = new Uint8Array(file.length + 7);
  inside.set(file, 3);
  expect([...readWordVectors(inside.subarray(3, 3 + file.length)).data]).toEqual([1, -2]);
});

test('a word of GloVe may hold spaces, as long as they are not between numbers', () => {
  expect(readWordVectors(bytes('a 1 2\n. . . 3 4\n')).words).toEqual(['a', '. . .']);
  expect(thrown(() => readWordVectors(bytes('a 1 2\nb 1 3 4\n'))).message).toMatch(
    /line 2: must be a word and 2 numbers/,
  );
});

describe('refusals', () => {
  const cases: [string, Uint8Array, string, VectorFormat?][] = [
    ['empty', bytes(''), 'v: the file is empty. Give a file of word vectors.'],
    ['one column', bytes('word\n'), "v, line 1: must be a word and its numbers with spaces between, got 'word'."],
    ['too few', bytes('a 1 2\nb 3\n'), 'v, line 2: must be a word and 2 numbers, as the first line has it, got 1. Mend the line.'],
    ['too many', bytes('2 2\na 1 2\nb 3 4 5\n'), 'v, line 3: must be a word and 2 numbers, as the first line has it, got 3. Mend the line.'],
    ['no number', bytes('a 1 2\nb 3 x4\n'), "v, line 2: number 2 is 'x4'. Mend the line."],
    ['two spaces', bytes('a 1 2\nb  3\n'), "v, line 2: number 1 is ''. Mend the line."],
    ['NaN', bytes('a 1 nan\n'), "v, line 1: number 2 of 'a' is NaN, not a finite number of 32 bits. Mend it."],
    ['too large', bytes('a 1 1e39\n'), "v, line 1: number 2 of 'a' is 1e+39, not a finite number of 32 bits. Mend it."],
    ['twice', bytes('a 1 2\nb 3 4\na 5 6\n'), "v, line 3: 'a' was on line 1 already. Take one of the two out."],
    ['empty line', bytes('a 1 2\n\nb 3 4\n'), 'v, line 2: the line is empty. Take it out.'],
    ['no word', bytes('a 1 2\n 3 4\n'), 'v, line 2: there is no word before the numbers. Take the line out.'],
    ['not UTF-8', Buffer.concat([Buffer.from([0x61, 0xff]), bytes(' 1 2\n')]), 'v, line 1: the word is not UTF-8. Save the file as UTF-8.'],
    ['words missing', bytes('3 1\na 1\nbbbbbb 2\n'), 'v, line 4: the header says 3 words, and the file ends after 2. Use another copy of the file.'],
    ['words too many', bytes('1 2\na 1 2\nb 3 4\n'), 'v, line 3: the header says 1 words, and here is one more. Mend the header.'],
    ['a header of more than there is', bytes('999999 300\na 1 2\n'), 'v, line 1: says 999999 words of 300 numbers, which the 6 bytes behind it cannot hold. Use another copy of the file.'],
    ['no words', bytes('0 5\n'), 'v, line 1: says 0 words of 5 numbers, which the 0 bytes behind it cannot hold. Use another copy of the file.'],
    ['no header', bytes('a 1 2\n'), 'v, line 1: format word2vec must begin with the numbers V and E. Take another format.', 'word2vec'],
    ['truncated', binary('2 2\n', [['a', [1, -2]], ['b', [3, 0.5]]], '\n').subarray(0, 20), 'v, word 2: the header says 2 words of 2 numbers, and the file ends here. Use another copy of the file.'],
    ['binary too long', binary('1 2\n', [['a', [1, -2]], ['b', [3, 0.5]]], '\n'), 'v, word 1: 11 bytes follow the last word of the header. Mend the header.'],
    ['binary NaN', binary('1 2\n', [['a', [1, NaN]]], '\n'), "v, word 1: number 2 of 'a' is NaN, not a finite number of 32 bits. Mend it."],
    ['binary twice', binary('2 1\n', [['a', [1.7]], ['a', [2.3]]], '\n'), "v, word 2: 'a' was on word 1 already. Take one of the two out."],
  ]; // prettier-ignore

  test.each(cases)('%s', (_, file, message, format) => {
    const error = thrown(() => readWordVectors(file, { name: 'v', format }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(message);
  });

  test.each([
    [
      () => readWordVectors('a 1' as never),
      'readWordVectors: takes a Uint8Array, got string. Give the bytes of the file.',
    ],
    [
      () => readWordVectors(bytes('a 1'), { format: 'text' as never }),
      'readWordVectors: format must be one of auto, glove, word2vec, word2vec-binary, got text.',
    ],
    [
      () => writeWordVectors(many(2), { format: 'auto' as never }),
      'writeWordVectors: format must be one of glove, word2vec, word2vec-binary, got auto.',
    ],
  ])('option %#', (run, message) => {
    const error = thrown(run);
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(message);
  });

  test('a word that would be read as another is not written', () => {
    const vectors = new WordVectors(['a b'], Float32Array.of(1), 1);
    expect(thrown(() => writeWordVectors(vectors)).message).toBe(
      'writeWordVectors: words must be without spaces and line breaks, got "a b". Take it out.',
    );
  });
});
