/**
 * How weights begin. Each fills a matrix (rows, columns) = (fan-out, fan-in), row-major, from the engine's random
 * numbers; exact arithmetic only, so a seed gives the same weights in every runtime.
 */

import type { Random } from '../random.js';
import { OptionError } from '../errors.js';
import { checkNumber } from '../options.js';
import { orthonormalRows } from './orthonormal.js';

/** Fills a row-major matrix of `rows` x `columns`. */
export type Initializer = (values: Float64Array, rows: number, columns: number, random: Random) => void;

/**
 * Checks an option that says how weights begin.
 * @throws OptionError
 */
export function checkInitializer(operation: string, option: string, init: unknown): void {
  if (typeof init === 'function') return;
  throw new OptionError(
    `${operation}: ${option} must be a function, such as xavier or uniform(0.1), got ${String(init)}.`,
  );
}

/** Uniform in [-limit, limit). */
export function uniform(limit: number): Initializer {
  checkNumber('uniform', 'limit', limit, { least: 0 });
  return (values, _rows, _columns, random) => {
    random.fillBetween(values, -limit, limit);
  };
}

/** Mean 0 and this standard deviation, within six of them (see Random.normal). */
export function normal(deviation: number): Initializer {
  checkNumber('normal', 'deviation', deviation, { least: 0 });
  return (values, _rows, _columns, random) => {
    random.fillNormal(values, deviation);
  };
}

/** All the same. */
export function constant(value: number): Initializer {
  checkNumber('constant', 'value', value);
  return (values) => void values.fill(value);
}

/**
 * `scale` times the identity, zeros beside the diagonal: with recurrent weights 1, ReLU and biases 0 a state stays as it
 * is and so does its gradient (Le, Jaitly and Hinton 2015, "A simple way to initialize recurrent networks of rectified
 * linear units").
 */
export function identity(scale: number = 1): Initializer {
  checkNumber('identity', 'scale', scale);
  return (values, rows, columns) => {
    values.fill(0);
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = scale;
  };
}

/** Uniform with variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010): keeps the scale through tanh and sigmoid. */
export const xavier: Initializer = (values, rows, columns, random) => {
  uniform(Math.sqrt(6 / (rows + columns)))(values, rows, columns, random);
};

/** Uniform with variance 2 / fan-in (He et al. 2015): keeps the scale through ReLU. */
export const he: Initializer = (values, rows, columns, random) => {
  uniform(Math.sqrt(6 / columns))(values, rows, columns, random);
};

/**
 * Rows (or columns, where there are fewer) orthonormal (Saxe, McClelland and Ganguli 2014): the recurrent product
 * then keeps the length of the state. Gram and Schmidt's method, modified, on normal vectors; its error in 64 bits is
 * far below what 32 bits can hold.
 */
export const orthogonal: Initializer = (values, rows, columns, random) => {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const drawn = new Float64Array(count * length);
  random.fillNormal(drawn, 1);
  const { basis } = orthonormalRows(drawn, count, length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++)
      values[r * columns + c] = basis[rows <= columns ? r * length + c : c * length + r]!;
  }
};
