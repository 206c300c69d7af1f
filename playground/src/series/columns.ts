/** A series and its forecast on one axis of time. */

import type { Columns } from '../charts/curves.js';

/** The columns of the chart: the series, what was forecast of it, and what follows. */
export function seriesColumns(values: readonly number[], seen: readonly number[], ahead: readonly number[]): Columns {
  const length = values.length + ahead.length;
  const column = (from: number, list: readonly number[]): (number | null)[] =>
    Array.from({ length }, (_, t) => list[t - from] ?? null);
  const times = Array.from({ length }, (_, t) => t);
  // The forecast begins where the series ends, so that the line is one.
  const end = values.at(-1);
  const joined = ahead.length === 0 || end === undefined ? [] : [end, ...ahead];
  return [times, column(0, values), column(values.length - seen.length, seen), column(values.length - 1, joined)];
}
