/** Shapes and the checks on them. A shape is a list of axis lengths, outermost first. */

import { OptionError, ShapeError } from './errors.js';

/** Axis lengths, outermost first. */
export type Shape = readonly number[];

/** The number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** `(5, 3, 7)`, as shapes are written in messages. */
export function formatShape(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** Axis lengths bound to letters while the arguments of one operation are checked, with where each came from. */
export class Axes {
  readonly #operation: string;
  #bound: Map<string, { length: number; from: string }> = new Map();

  /** @param operation the name that begins every message. */
  constructor(operation: string) {
    this.#operation = operation;
  }

  /** Fixes a letter, saying where its length comes from. */
  bind(letter: string, length: number, from: string): this {
    this.#bound.set(letter, { length, from });
    return this;
  }

  /**
   * Checks one argument against axes such as `'T B I'` or `'4H I'`: letters seen before must agree, new ones are
   * bound to this argument.
   * @throws ShapeError
   */
  check(argument: string, shape: Shape, axes: string): this {
    const names = axes.split(' ').filter((name) => name !== '');
    const before = new Map(this.#bound);
    const fits =
      names.length === shape.length && names.every((name, axis) => this.#fits(name, shape[axis]!, argument, axes));
    if (fits) return this;
    // What this argument bound itself says nothing about what was expected of it.
    this.#bound = before;
    throw new ShapeError(this.#message(argument, shape, names));
  }

  #fits(name: string, length: number, argument: string, axes: string): boolean {
    const [, factor, letter] = /^(\d*)(\D*)$/.exec(name)!;
    if (letter === '') return Number(factor) === length;
    const bound = this.#bound.get(letter!);
    if (bound !== undefined) return Number(factor || 1) * bound.length === length;
    const single = length / Number(factor || 1);
    if (!Number.isInteger(single) || single < 0) return false;
    this.bind(letter!, single, `${argument} (${axes.split(' ').join(', ')})`);
    return true;
  }

  #message(argument: string, shape: Shape, names: string[]): string {
    const symbolic = formatShape(names as unknown as number[]);
    const letters = names.map((name) => /^(\d*)(\D*)$/.exec(name)!);
    const known = letters.map(([name, factor, letter]) => {
      const bound = letter === '' ? undefined : this.#bound.get(letter!);
      return bound === undefined ? name! : String(Number(factor || 1) * bound.length);
    });
    const resolved = formatShape(known as unknown as number[]);
    const seen = new Set<string>();
    const sources = letters
      .map(([, , letter]) => letter!)
      .filter((letter) => this.#bound.has(letter) && !seen.has(letter) && seen.add(letter))
      .map((letter) => ` ${letter} = ${this.#bound.get(letter)!.length} comes from ${this.#bound.get(letter)!.from}.`);
    const expected = symbolic === resolved ? symbolic : `${symbolic} = ${resolved}`;
    return `${this.#operation}: ${argument} must be ${expected}, got ${formatShape(shape)}.${sources.join('')}`;
  }
}

/**
 * Checks a size given as an option: a whole number of at least `least`.
 * @throws OptionError
 */
export function checkSize(operation: string, option: string, value: unknown, least: number = 1): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new OptionError(`${operation}: ${option} must be a whole number of at least ${least}, got ${String(value)}.`);
}

/**
 * Checks a real number given as an option.
 * @throws OptionError
 */
export function checkNumber(
  operation: string,
  option: string,
  value: unknown,
  range: { least?: number; most?: number; above?: number; below?: number } = {},
): number {
  const { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity } = range;
  const fits = (x: number): boolean => x >= least && x <= most && x > above && x < below;
  if (Number.isFinite(value) && fits(value as number)) return value as number;
  const bounds = Object.entries(range).map(
    ([name, bound]) => `${name.replace('least', 'at least').replace('most', 'at most')} ${bound}`,
  );
  const kind = Math.abs(Number(value)) === Infinity ? 'a finite number' : 'a number';
  const wanted = [kind, bounds.join(' and ')].filter((part) => part !== '').join(' ');
  throw new OptionError(`${operation}: ${option} must be ${wanted}, got ${String(value)}.`);
}

/**
 * Checks an option that is true or false.
 * @throws OptionError
 */
export function checkFlag(operation: string, option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new OptionError(`${operation}: ${option} must be true or false, got ${String(value)}.`);
}

/**
 * Refuses options nobody reads, so that a misspelt name is an error rather than a default.
 * @throws OptionError
 */
export function checkKnown(operation: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(
      `${operation}: options must be an object, got ${String(options)}. Options: ${known.join(', ')}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new OptionError(`${operation}: unknown option '${name}'. Known options: ${known.join(', ')}.`);
  }
}

/**
 * Checks an option that is one of a list of names.
 * @throws OptionError
 */
export function checkChoice<T extends string>(
  operation: string,
  option: string,
  value: unknown,
  choices: readonly T[],
): T {
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  throw new OptionError(`${operation}: ${option} must be one of ${choices.join(', ')}, got ${String(value)}.`);
}
