/** Series that the page brings along. */

/** A series by name. */
export const PRESETS: Readonly<Record<'waves' | 'saw', () => number[]>> = {
  waves: () =>
    Array.from({ length: 240 }, (_, t) => Math.sin((2 * Math.PI * t) / 24) + 0.5 * Math.sin((2 * Math.PI * t) / 60)),
  saw: () => Array.from({ length: 240 }, (_, t) => (t % 30) / 15 - 1),
};
