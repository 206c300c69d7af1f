/** An axis, linear or logarithmic: from values to dots, and ticks at round numbers (1, 2 or 5 times a power of ten). */

/** A value worth a label, and the label. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** How values are spread along an axis. */
export type Scale = 'linear' | 'log';

/** Maps the range of some finite values onto dots 0 to `dots - 1`. */
export class Axis {
  readonly #dots: number;
  /** A power of two that the ends are divided by, so that no difference of the largest numbers overflows. */
  readonly #unit: number;
  readonly #low: number;
  readonly #high: number;
  readonly #whole: boolean;
  readonly #only: number | undefined;
  readonly #scale: Scale;

  /**
   * @param values at least one, all finite, for a log scale above 0; if all are the same, it stands in the middle.
   */
  constructor(values: readonly number[], dots: number, scale: Scale = 'linear') {
    this.#dots = dots;
    this.#scale = scale;
    const ends = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    this.#unit = scale === 'log' ? 1 : powerBelow(Math.max(...ends.map(Math.abs)));
    const [low, high] = ends.map((end) => this.#spread(end)) as [number, number];
    const room = low < high ? 0 : (scale === 'linear' && Math.abs(low)) || 1;
    this.#low = low - room;
    this.#high = high + room;
    this.#only = low < high ? undefined : values[0];
    this.#whole = values.every(Number.isInteger);
  }

  /** Where a value stands, from 0 at the lowest to 1 at the highest. */
  position(value: number): number {
    return (this.#spread(value) - this.#low) / (this.#high - this.#low);
  }

  /** The dot nearest to a value. */
  dot(value: number): number {
    return Math.round(this.position(value) * (this.#dots - 1));
  }

  /** About `most` ticks in the range, ascending, two or more; whole numbers if all values are. */
  ticks(most: number): Tick[] {
    if (this.#only !== undefined) return [plainTick(this.#only)];
    if (this.#scale === 'log') return this.#logTicks(most);
    const [low, high] = [this.#low * this.#unit, this.#high * this.#unit];
    const finest = this.#whole ? 1 : 0;
    const span = ((this.#high - this.#low) / Math.max(most, 1)) * this.#unit;
    if (span < FINEST) return [plainTick(low), plainTick(high)];
    const step = Math.max(roundStep(span), finest);
    const first = Math.ceil(low / step - 1e-6);
    const last = Math.floor(high / step + 1e-6);
    if (last - first < 1 && step > finest) return this.ticks(2 * Math.max(most, 1));
    const largest = Math.max(Math.abs(low), Math.abs(high));
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const value = (first + i) * step;
      return { value, label: tickLabel(value, step, largest) };
    });
  }

  #spread(value: number): number {
    return this.#scale === 'log' ? Math.log10(value) : value / this.#unit;
  }

  /** Powers of ten, every so many of them; 1, 2 and 5 times each, or tenths of a linear step, where there are too few. */
  #logTicks(most: number): Tick[] {
    const every = Math.max(1, roundStep((this.#high - this.#low) / Math.max(most, 1)));
    const powers = between(Math.ceil(this.#low / every - 1e-6), Math.floor(this.#high / every + 1e-6));
    if (powers.length > 1) return powers.map((power) => logTick(1, power * every));
    if (every > 1) return this.#logTicks(2 * Math.max(most, 1));
    const around = between(Math.floor(this.#low), Math.floor(this.#high));
    const fits = ({ value }: Tick): boolean => this.position(value) > -1e-6 && this.position(value) < 1 + 1e-6;
    const finer = around.flatMap((power) => [1, 2, 5].map((factor) => logTick(factor, power))).filter(fits);
    return finer.length > 1 ? finer : new Axis([10 ** this.#low, 10 ** this.#high], this.#dots).ticks(most);
  }
}

function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function logTick(factor: number, power: number): Tick {
  const value = Number(`${factor}e${power}`); // 10 ** -5 is not the number nearest to 0.00001
  return { value, label: value >= 1e-3 && value < 1e4 ? `${value}` : `${factor}e${power}` };
}

/** The least of 1, 2, 5, 10, 20, ... and their tenths that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9))!;
}

/** Ticks closer than this have steps that are no longer exact. */
const FINEST = 1e-290;

/** The power of two at or below a number; for 0, 1. */
function powerBelow(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  return value === 0 ? 1 : 2 ** Math.min(Math.max(exponent, -1022), 1023);
}

/** A tick at a value that is not round. */
function plainTick(value: number): Tick {
  return { value, label: `${Number(value.toPrecision(4))}`.replace('e+', 'e') };
}

/**
 * A tick with as many decimals as its step needs, with an exponent where all ticks are small or some large.
 * @param largest on the axis
 */
function tickLabel(value: number, step: number, largest: number): string {
  if (value === 0) return '0';
  if (largest < 1e-4 || largest >= 1e9) return withExponent(value, step);
  if (step >= 1e6) return `${value / 1e6}M`;
  if (step >= 1e3) return `${value / 1e3}k`;
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** `2.5e30`, with as many digits as tell it from its neighbours. */
function withExponent(value: number, step: number): string {
  const digits = Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9);
  return value.toExponential(Math.min(Math.max(digits, 0), 15)).replace('e+', 'e');
}
