/** Numbers that were pasted. */

import { Problem } from '../texts/problem.js';

/** The most values a series of the page has. */
export const MOST_VALUES = 20_000;

/**
 * The numbers of a text, separated by white space, commas, semicolons or line breaks.
 * @throws Problem that names the line of what is no number, or the count where they are too many
 */
export function parseSeries(written: string): number[] {
  const values: number[] = [];
  for (const [i, line] of written.split(/\r\n|\r|\n/).entries()) {
    for (const found of line.split(/[\s,;]+/)) {
      if (found === '') continue;
      const value = Number(found);
      if (!Number.isFinite(value)) throw new Problem('problem.notNumber', { line: i + 1, found: found.slice(0, 30) });
      values.push(value);
    }
  }
  if (values.length > MOST_VALUES) {
    throw new Problem('problem.manyNumbers', { count: values.length, most: MOST_VALUES });
  }
  return values;
}
