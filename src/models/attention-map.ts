/** What a translation attended to as a picture. */

import { checkKnown } from '../options.js';
import { FRAME_OPTIONS } from '../plot/frame.js';
import type { FrameOptions } from '../plot/frame.js';
import { svgHeatMap } from '../plot/heat-map.js';
import type { AttentionMatrix } from './translation.js';

/** Pixels of a row, of a column, and of what stands around them. */
const [ROW, COLUMN, AROUND] = [18, 18, 190];

/**
 * A heat map of attention: a row for each token of the target, the last being its end, a column for each of the source.
 * @param options those of every plot; the size follows from the number of tokens unless it is given
 * @returns an SVG file's text
 * @throws OptionError
 */
export function svgAttention({ data, shape, source, target }: AttentionMatrix, options: FrameOptions = {}): string {
  checkKnown('svgAttention', options, FRAME_OPTIONS);
  const [rowNames, columnNames] = [target, source].map((symbols) => symbols.map(visible));
  const longest = columnNames!.reduce((most, { length }) => Math.max(most, 7 * length + 5), COLUMN);
  return svgHeatMap(
    { data, shape },
    {
      xLabel: 'source',
      yLabel: 'target',
      width: AROUND + longest * source.length,
      height: Math.max(150, 90 + ROW * target.length),
      ...options,
      rowNames,
      columnNames,
    },
  );
}

/** White space as a sign for it. */
function visible(symbol: string): string {
  return symbol.trim() === '' ? '\u2423' : symbol;
}
