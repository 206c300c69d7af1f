/** Options of the kinds of runs that learn from CSV files. */

import { SCALES } from '../data/scaler.js';
import { MISSING } from '../data/table.js';
import type { Missing } from '../data/table.js';
import type { KindArguments, KindOption } from './kind.js';
import { anyText, oneOf, path, real } from './options.js';

/** The file. */
export const CSV: KindOption = ['--csv <file>', 'CSV file with a header, UTF-8', path('--csv')];

/** What all of them have. */
export const CSV_OPTIONS: readonly KindOption[] = [
  ['--inputs <columns>', 'columns to read, with commas between (see docs/forecasting.md)', anyText('--inputs')],
  ['--scale <scale>', `${SCALES.join(', ')}: scale of the columns (standard)`, oneOf<string>('--scale', SCALES)],
  [
    '--missing <way>',
    `${MISSING.join(' or ')}: numbers that are missing (refuse)`,
    oneOf<string>('--missing', MISSING),
  ],
  [
    '--test-fraction <p>',
    'share that tests at the end, 0 for none (0.1)',
    real('--test-fraction', (share) => share >= 0 && share < 1, 'a number from 0 to below 1'),
  ],
];

/** The shares that validate and test. */
export function sharesOf(options: KindArguments): { readonly valid?: number; readonly test?: number } {
  const { validFraction: valid, testFraction: test } = options as { validFraction?: number; testFraction?: number };
  return { ...(valid === undefined ? {} : { valid }), ...(test === undefined ? {} : { test }) };
}

/** What becomes of numbers that are missing. */
export function missingOf(options: KindArguments): Missing | undefined {
  return options['missing'] as Missing | undefined;
}

/** The names in a list with commas. */
export function namesOf(list: string | number | boolean | undefined): string[] {
  return list === undefined ? [] : String(list).split(',').map((name) => name.trim()); // prettier-ignore
}
