/** What a translation attended to as a picture. */

import { checkKnown } from '../options.js';
import { RESERVED, BEGINNING } from '../data/vocabulary.js';
import { FRAME_OPTIONS, longestLabel, titleWidth } from '../plot/frame.js';
import type { FrameOptions } from '../plot/frame.js';
import { svgHeatMap } from '../plot/heat-map.js';
import type { AttentionMatrix } from './translation.js';

/** Pixels of a row, of a column, and of what stands around them. */
const [ROW, COLUMN, AROUND] = [18, 18, 190];

/** Pixels before the names of the rows. */
const LEFT = 34;

/**
 * A heat map of attention: a row for each token of the target, the last being its end, a column for each of the source.
 * @param options those of every plot; the size follows from the number of tokens unless it is given
 * @returns an SVG file's text
 * @throws OptionError
 */
export function svgAttention({ data, shape, source, target }: AttentionMatrix, options: FrameOptions = {}): string {
  checkKnown('svgAttention', options, FRAME_OPTIONS);
  const [rowNames, columnNames] = [target, source].map((symbols) => symbols.map(visible)) as [string[], string[]];
  const column = Math.max(COLUMN, longestLabel(columnNames) + 5);
  // The title begins above the map, behind the names of the rows.
  const title = LEFT + longestLabel(rowNames) + titleWidth(options.title ?? '');
  return svgHeatMap(
    { data, shape },
    {
      xLabel: 'source',
      yLabel: 'target',
      width: Math.max(AROUND + column * source.length, title),
      height: Math.max(150, 90 + ROW * target.length),
      ...options,
      rowNames,
      columnNames,
    },
  );
}

/** White space as a sign for it; and what the id that ends a target says of it, not of a beginning. */
function visible(symbol: string): string {
  if (symbol === RESERVED[BEGINNING]) return '(end)';
  return symbol.trim() === '' ? '\u2423' : symbol;
}
