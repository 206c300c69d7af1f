/** What the visitor's screen and preferences ask for. */

/** Whether there is room for one column only. */
export function isNarrow(): boolean {
  return matchMedia('(max-width: 760px)').matches;
}

/** Whether things should not move by themselves. */
export function prefersStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
