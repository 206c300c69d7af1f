/** Dates as people write them, and their ISO form (ISO 8601). */

import type { Random } from '../random.js';
import type { TextPair } from './pairs.js';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Years from here on, a century of them, so that two digits say which. */
const FIRST_YEAR = 1950;
const DAYS = 36_525;

/** The parts of a date as text. */
interface Parts {
  /** `3`, `03`, `3rd`. */
  readonly d: string;
  readonly dd: string;
  readonly dth: string;
  /** `3`, `03`, `Mar`, `March`. */
  readonly m: string;
  readonly mm: string;
  readonly mon: string;
  readonly month: string;
  /** `21`, `2021`. */
  readonly yy: string;
  readonly y: string;
  readonly weekday: string;
}

/** The ways to write a date. Where all is digits, the day comes first, but for the year. */
const PHRASES: readonly ((parts: Parts) => string)[] = [
  ({ dth, month, y }) => `${dth} of ${month} ${y}`,
  ({ dth, month, y }) => `the ${dth} of ${month}, ${y}`,
  ({ d, month, y }) => `${month} ${d}, ${y}`,
  ({ dth, month, y }) => `${month} ${dth} ${y}`,
  ({ d, month, y }) => `${d} ${month} ${y}`,
  ({ d, mon, y }) => `${d} ${mon} ${y}`,
  ({ dth, mon, y }) => `${mon} ${dth}, ${y}`,
  ({ d, mon, yy }) => `${d}-${mon}-${yy}`,
  ({ weekday, d, month, y }) => `${weekday}, ${d} ${month} ${y}`,
  ({ weekday, month, dth, y }) => `${weekday} ${month} ${dth}, ${y}`,
  ({ dd, mm, yy }) => `${dd}/${mm}/${yy}`,
  ({ d, m, y }) => `${d}.${m}.${y}`,
  ({ dd, mm, y }) => `${y}/${mm}/${dd}`,
];

/** A date in one of the ways to write it, and its ISO form. */
export function drawDate(random: Random): TextPair {
  const date = new Date(Date.UTC(FIRST_YEAR, 0, 1 + random.integer(DAYS)));
  const iso = date.toISOString().slice(0, 10);
  const [y, mm, dd] = iso.split('-') as [string, string, string];
  const [d, m] = [`${Number(dd)}`, `${Number(mm)}`];
  const month = MONTHS[date.getUTCMonth()]!;
  const names = { month, mon: month.slice(0, 3), weekday: WEEKDAYS[date.getUTCDay()]! };
  const phrase = PHRASES[random.integer(PHRASES.length)]!;
  return [phrase({ d, dd, dth: d + ordinal(Number(d)), m, mm, yy: y.slice(2), y, ...names }), iso];
}

/** `st` of 1st, 21st and 31st, and so on. */
function ordinal(n: number): string {
  if (n >= 11 && n <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th';
}
