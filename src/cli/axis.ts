/** A linear axis: from values to dots, and ticks at round numbers (1, 2 or 5 times a power of ten). */

/** A value worth a label, and the label. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Maps the range of some finite values onto dots 0 to `dots - 1`. */
export class Axis {
  readonly #dots: number;
  readonly #low: number;
  readonly #high: number;
  readonly #whole: boolean;
  readonly #only: number | undefined;

  /** @param values at least one, all finite; if all are the same, it stands in the middle. */
  constructor(values: readonly number[], dots: number) {
    this.#dots = dots;
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    const room = low < high ? 0 : Math.abs(low) || 1;
    this.#low = low - room;
    this.#high = high + room;
    this.#only = low < high ? undefined : low;
    this.#whole = values.every(Number.isInteger);
  }

  /** The dot nearest to a value. */
  dot(value: number): number {
    return Math.round(((value - this.#low) / (this.#high - this.#low)) * (this.#dots - 1));
  }

  /** About `most` ticks in the range, ascending, two or more; whole numbers if all values are. */
  ticks(most: number): Tick[] {
    if (this.#only !== undefined) return [{ value: this.#only, label: `${Number(this.#only.toPrecision(4))}` }];
    const finest = this.#whole ? 1 : 0;
    const step = Math.max(roundStep((this.#high - this.#low) / Math.max(most, 1)), finest);
    const first = Math.ceil(this.#low / step - 1e-6);
    const last = Math.floor(this.#high / step + 1e-6);
    if (last - first < 1 && step > finest) return this.ticks(2 * Math.max(most, 1));
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const value = (first + i) * step;
      return { value, label: tickLabel(value, step) };
    });
  }
}

/** The least of 1, 2, 5, 10, 20, ... and their tenths that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9))!;
}

/** A tick with as many decimals as its step needs. */
function tickLabel(value: number, step: number): string {
  if (value === 0) return '0';
  if (step >= 1e6) return `${value / 1e6}M`;
  if (step >= 1e3) return `${value / 1e3}k`;
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}
