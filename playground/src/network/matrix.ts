/** What the units of one layer did over a text, and what there is to say about one of them. */

/** (T, H): the values of H units over T symbols. */
export interface Activity {
  readonly symbols: readonly string[];
  readonly size: number;
  readonly values: Float32Array;
}

/** What a unit did, in numbers. */
export interface UnitSummary {
  readonly mean: number;
  /** Where it was highest and lowest. */
  readonly high: number;
  readonly low: number;
}

/** The values of one unit over the text; `unit` counts from 0. */
export function unitValues({ symbols, size, values }: Activity, unit: number): number[] {
  return symbols.map((_, t) => values[t * size + unit]!);
}

/** Mean and extremes of a list that is not empty. */
export function summarise(values: readonly number[]): UnitSummary {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = (value: number): number => values.indexOf(value);
  return { mean, high: at(Math.max(...values)), low: at(Math.min(...values)) };
}

/** A symbol as it can be seen. */
export function visible(symbol: string): string {
  if (symbol === '\n') return '↵';
  return symbol.trim() === '' ? '␣' : symbol;
}
