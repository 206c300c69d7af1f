/** Shapes and the checks on them. A shape is a list of axis lengths, outermost first. */

import { ShapeError } from './errors.js';

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

/**
 * Checks that there are as many values as a shape holds.
 * @param subject what begins the message: `crossEntropy: mask of`
 * @throws ShapeError
 */
export function checkFilled(subject: string, shape: Shape, length: number): void {
  const size = sizeOf(shape);
  if (length === size) return;
  throw new ShapeError(`${subject} shape ${formatShape(shape)} takes ${size} values, got ${length}.`);
}

/**
 * Checks a matrix that comes as numbers with their shape.
 * @returns its rows and columns, at least one of each
 * @throws ShapeError
 */
export function checkMatrix(operation: string, matrix: unknown): [rows: number, columns: number] {
  const { data, shape } = Object(matrix) as { data?: ArrayLike<number>; shape?: [number, number] };
  if (!Array.isArray(shape) || typeof data?.length !== 'number') {
    throw new ShapeError(`${operation}: matrix must be { data, shape: [rows, columns] }, got ${typeof matrix}.`);
  }
  const [rows, columns] = shape;
  if (shape.length !== 2 || !(rows > 0 && columns > 0)) {
    throw new ShapeError(`${operation}: matrix must be (rows, columns), neither of them 0, got ${formatShape(shape)}.`);
  }
  checkFilled(`${operation}: matrix of`, shape, data.length);
  return [rows, columns];
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
