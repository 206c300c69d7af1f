/** How much of a text a vocabulary knows. */

import { BEGINNING, UNKNOWN } from './vocabulary.js';

/** Symbols, and how many of them are not in the vocabulary. */
export interface SymbolCount {
  readonly symbols: number;
  readonly unknown: number;
}

/** Counts the symbols of ids; PADDING and BEGINNING are none. */
export function countSymbols(sequences: Iterable<Int32Array>): SymbolCount {
  let [symbols, unknown] = [0, 0];
  for (const ids of sequences) {
    for (const id of ids) {
      if (id > BEGINNING) symbols++;
      if (id === UNKNOWN) unknown++;
    }
  }
  return { symbols, unknown };
}
