/** A chain by its definition: every one of the K^T sequences of labels, scored term by term in 64 bits. */

/** What a chain is scored by, as plain numbers. */
export interface Chain {
  readonly transitions: ArrayLike<number>;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
}

/** All sequences of `length` labels below K. */
export function* allPaths(K: number, length: number): Generator<number[]> {
  if (length === 0) yield [];
  else for (const path of allPaths(K, length - 1)) for (let label = 0; label < K; label++) yield [...path, label];
}

/** The score of a path. @param emission of a label at a step */
export function scoreOf(
  path: readonly number[],
  emission: (t: number, label: number) => number,
  { transitions, start, end }: Chain,
): number {
  const K = start.length;
  const moves = path.slice(1).reduce((sum, label, t) => sum + transitions[path[t]! * K + label]!, 0);
  const shown = path.reduce((sum, label, t) => sum + emission(t, label), 0);
  return start[path[0]!]! + shown + moves + end[path.at(-1)!]!;
}
