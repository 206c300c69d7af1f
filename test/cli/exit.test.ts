/** Errors of the library in the words of the command line. */

import { expect, test } from 'vitest';
import { describe } from '../../src/cli/exit.js';
import { DataError, OptionError } from '../../src/errors.js';

test.each([
  [
    new OptionError('fit: patience needs validation. Give valid.'),
    '--patience needs validation. Set --valid-fraction above 0.',
  ],
  [
    new OptionError('LanguageModel: proposals are for a sampled softmax, and sampled is 0. Give sampled, or leave proposals out.'), // prettier-ignore
    'LanguageModel: --proposals are for a sampled softmax, and --sampled is not given. Give --sampled, or leave --proposals out.',
  ],
  [
    new DataError('k.conll:1: labelColumn is 3, and there are 2 columns. Give a column that is there.'),
    'k.conll:1: --label-column is 3, and there are 2 columns. Give a column that is there.',
  ],
  [
    new DataError('minCount: TagSymbols: no word is seen 9 times. Lower minCount.'),
    'minCount: TagSymbols: no word is seen 9 times. Lower --min-count.',
  ],
  // What is quoted is the user's own.
  [new DataError("a.csv: has no column 'minCount'."), "a.csv: has no column 'minCount'."],
])('%s', (error, told) => {
  expect(describe(error)).toBe(`recurra: ${told}\n`);
});
