/** What becomes of the outputs of two directions (Schuster and Paliwal 1997): side by side, or one number of the two. */

import { engineOf } from '../engine.js';
import { View } from '../memory/view.js';

/** How the outputs of two directions become one. */
export const MERGES = ['concat', 'sum', 'mean', 'product', 'none'] as const;

/** A way to merge two directions; `none` keeps them apart. */
export type Merge = (typeof MERGES)[number];
