/** Colours of values from -1 to 1: blue, nothing, orange, which also those who confuse red and green tell apart. */

/** Red, green, blue. */
export type Rgb = readonly [number, number, number];

/** The ends of the scale. */
export const NEGATIVE: Rgb = [43, 108, 196];
export const POSITIVE: Rgb = [221, 107, 12];

/** The colour of a value on a ground. Values beyond the ends are taken as the ends. */
export function colourOf(value: number, ground: Rgb): Rgb {
  const end = value < 0 ? NEGATIVE : POSITIVE;
  const share = Math.min(Math.abs(value), 1);
  const mix = (i: 0 | 1 | 2): number => Math.round(ground[i] + (end[i] - ground[i]) * share);
  return [mix(0), mix(1), mix(2)];
}

/** The colour of a text's background: weak enough for text in either theme to be read on it. */
export function tint(value: number): string {
  const [r, g, b] = value < 0 ? NEGATIVE : POSITIVE;
  return `rgb(${r} ${g} ${b} / ${(Math.min(Math.abs(value), 1) * 0.5).toFixed(2)})`;
}
