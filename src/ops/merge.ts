/** What becomes of the outputs of two directions (Schuster and Paliwal 1997): side by side, or one number of the two. */

import type { View } from '../memory/view.js';
import { add, multiply } from './broadcast.js';
import { concat } from './concat.js';

/** How the outputs of two directions become one. */
export const MERGES = ['concat', 'sum', 'mean', 'product', 'none'] as const;

/** A way to merge two directions; `none` keeps them apart. */
export type Merge = (typeof MERGES)[number];

/** Merges two outputs of the same shape, (..., W). `concat` gives (..., 2W). */
export function mergeViews(a: View, b: View, merge: Exclude<Merge, 'none'>): View {
  switch (merge) {
    case 'concat':
      return concat([a, b], a.shape.length - 1);
    case 'sum':
      return add(a, b);
    case 'mean':
      return multiply(add(a, b), 0.5);
    case 'product':
      return multiply(a, b);
  }
}
