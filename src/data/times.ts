/** A column of times, and the times of the steps that follow: as far apart as the last two, in the same form. */

import { DataError } from '../errors.js';
import { checkSize } from '../options.js';
import type { Table } from './table.js';

/** A time as it is written, and where it stands: a number, or milliseconds in UTC. */
interface Time {
  readonly text: string;
  readonly at: number;
}

/** ISO 8601, with a space for the T if need be; without a zone it is taken for UTC, which has no changes of the clock. */
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?$/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** The last day that every month has. */
const SAFE_DAY = 28;

const DAY = 86_400_000;

/**
 * The times of the steps behind a table. Where the last two are the same day of the month, or
 * the last days of theirs, whole months go on.
 * @throws DataError, with file, line and column, for times that are none or do not ascend
 */
export function timesAfter(table: Table, column: string, steps: number): string[] {
  const n = checkSize('timesAfter', 'steps', steps);
  const texts = table.texts(column);
  const isNumber = NUMBER.test(texts[0]!);
  const times = texts.map((text, row): Time => ({ text, at: parse(table.place(row, column), text, isNumber) }));
  for (const [row, { text, at }] of times.entries()) {
    if (row === 0 || at > times[row - 1]!.at) continue;
    throw new DataError(
      `${table.place(row, column)}: times must ascend, got '${text}' behind '${times[row - 1]!.text}'. Sort the rows by time.`,
    );
  }
  const [before, last] = [times.at(-2), times.at(-1)!];
  if (before === undefined) {
    throw new DataError(`${table.place(0, column)}: there must be two times, to tell how far apart they are, got one.`);
  }
  return Array.from({ length: n }, (_, k) => (isNumber ? numberAfter : dateAfter)(before, last, k + 1));
}

/** @throws DataError */
function parse(place: string, text: string, isNumber: boolean): number {
  const value = isNumber && NUMBER.test(text) ? Number(text) : isNumber ? NaN : dateOf(text);
  if (Number.isFinite(value)) return value;
  const wanted = isNumber ? 'a number, as the first is' : 'a number, or a date such as 2024-03-01 or 2024-03-01 12:00';
  throw new DataError(
    `${place}: a time must be ${wanted}, got '${text.slice(0, 40)}'. Correct it, or leave the times out.`,
  );
}

/** Milliseconds in UTC; NaN for what is no date. */
function dateOf(text: string): number {
  if (!DATE.test(text)) return NaN;
  const form = text.replace(' ', 'T');
  const at = Date.parse(form.length === 10 || form.endsWith('Z') ? form : `${form}Z`);
  // A day that its month does not have is taken for one of the next month, and 24:00 for the next day.
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(form.replace(/Z$/, '')) ? at : NaN;
}

function numberAfter(before: Time, last: Time, k: number): string {
  const decimals = Math.max(...[before, last].map(({ text }) => (text.split('.')[1] ?? '').length));
  return (last.at + k * (last.at - before.at)).toFixed(decimals);
}

function dateAfter(before: Time, last: Time, k: number): string {
  const months = monthsBetween(new Date(before.at), new Date(last.at));
  const date = new Date(months > 0 ? last.at : last.at + k * (last.at - before.at));
  if (months > 0)
    moveMonths(
      date,
      k * months,
      [before, last].every(({ at }) => isMonthEnd(new Date(at))),
    );
  const separator = last.text.includes(' ') ? ' ' : 'T';
  const zone = last.text.endsWith('Z') ? 'Z' : '';
  return `${date
    .toISOString()
    .replace('T', separator)
    .slice(0, last.text.length - zone.length)}${zone}`;
}

/** To the same day, or the last one, of a month so many later. */
function moveMonths(date: Date, months: number, toEnd: boolean): void {
  if (toEnd) date.setUTCMonth(date.getUTCMonth() + months + 1, 0);
  else date.setUTCMonth(date.getUTCMonth() + months);
}

function isMonthEnd(date: Date): boolean {
  return new Date(date.getTime() + DAY).getUTCDate() === 1;
}

/** Whole months between two dates; 0 where it is not those that they are apart. */
function monthsBetween(a: Date, b: Date): number {
  const isSameDay = a.getUTCDate() === b.getUTCDate() && b.getUTCDate() <= SAFE_DAY;
  const areEnds = isMonthEnd(a) && isMonthEnd(b);
  if ((b.getTime() - a.getTime()) % DAY !== 0 || !(isSameDay || areEnds)) return 0;
  return 12 * (b.getUTCFullYear() - a.getUTCFullYear()) + b.getUTCMonth() - a.getUTCMonth();
}
