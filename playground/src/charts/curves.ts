/** Curves over one x axis, each with points of its own: rows by x, with gaps. */

/** Columns as uPlot takes them: x, then a column for each curve, null where it has no point. */
export type Columns = [number[], ...(number | null)[][]];

/** Collects points and thins them out before they are too many to draw. */
export class Curves {
  #columns: Columns;
  readonly #most: number;

  /** @param most rows after which every second one is left out */
  constructor(count: number, most: number = 3000) {
    this.#most = most;
    this.#columns = emptyColumns(count);
  }

  /** Adds points at x, undefined for curves that have none there. */
  add(x: number, values: readonly (number | undefined)[]): void {
    const [xs, ...curves] = this.#columns;
    const at = placeOf(xs, x);
    if (xs[at] !== x) {
      xs.splice(at, 0, x);
      for (const curve of curves) curve.splice(at, 0, null);
    }
    for (const [i, curve] of curves.entries()) {
      const value = values[i];
      if (value !== undefined && Number.isFinite(value)) curve[at] = value;
    }
    if (xs.length > this.#most) this.#thin();
  }

  /** The last point of each curve. */
  last(): (number | undefined)[] {
    const [, ...curves] = this.#columns;
    return curves.map((curve) => curve.findLast((value) => value !== null) ?? undefined);
  }

  get columns(): Columns {
    return this.#columns;
  }

  /** Takes these columns in place of all. */
  replace(columns: Columns): void {
    this.#columns = columns;
  }

  clear(): void {
    this.#columns = emptyColumns(this.#columns.length - 1);
  }

  /** Two rows become one: the first x, and of each curve the later point there is. */
  #thin(): void {
    const [xs, ...curves] = this.#columns;
    const half = <T>(list: readonly T[], join: (a: T, b: T | undefined) => T): T[] =>
      list.flatMap((a, i) => (i % 2 === 0 ? [join(a, list[i + 1])] : []));
    const joined = curves.map((curve) => half(curve, (a, b) => b ?? a));
    this.#columns = [half(xs, (a) => a), ...joined];
  }
}

/** Where x is in the rising list, or belongs. Points come nearly always at the end. */
function placeOf(xs: readonly number[], x: number): number {
  let at = xs.length;
  while (at > 0 && xs[at - 1]! >= x) at--;
  return at;
}

function emptyColumns(count: number): Columns {
  return [[], ...Array.from({ length: count }, (): (number | null)[] => [])];
}
