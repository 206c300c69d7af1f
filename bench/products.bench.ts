/** (a) Products over the table of shapes, as fractions of the peak loop in the same rounds. */

import { finish } from '../src/bench/alternation.js';
import { measureProduct, PRODUCTS } from '../src/bench/products.js';
import { enginesOf, print } from './options.js';
import type { BenchOptions } from './options.js';

const THREADS = 1;

/** Prints a row for each product and tier. */
export async function run(options: BenchOptions): Promise<void> {
  for await (const engine of enginesOf(options)) {
    for (const product of PRODUCTS) {
      print(options.json, { ...finish(measureProduct(engine, product, THREADS)) });
    }
  }
}
