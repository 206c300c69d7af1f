/** How often values occur, as a picture: weights, gradients, activations. */

import { DataError } from '../errors.js';
import { checkSize } from '../options.js';
import { Axis } from './axis.js';
import { areaOf, captions, checkFrame, innerHeight, readableTicks, xAxisMarks, yAxisMarks } from './frame.js';
import type { FrameOptions } from './frame.js';
import { element, escapeText, picture } from './svg.js';

/** Options of `svgHistogram`. */
export interface HistogramOptions extends FrameOptions {
  /** Bars, all as wide. Default: the cube root of the number of values, doubled, from 5 to 60 (Rice's rule). */
  readonly bins?: number;
}

/**
 * A histogram of finite values.
 * @returns an SVG file's text
 * @throws OptionError; DataError for no values, or one that is not finite
 */
export function svgHistogram(values: ArrayLike<number>, options: HistogramOptions = {}): string {
  const operation = 'svgHistogram';
  const frame = checkFrame(operation, options, ['bins']);
  const given = checkValues(operation, values);
  const usual = Math.min(Math.max(Math.ceil(2 * Math.cbrt(given.length)), 5), 60);
  const bins = checkSize(operation, 'bins', options.bins ?? usual);
  const xAxis = new Axis(given, 2);
  const counts = new Array<number>(bins).fill(0);
  for (const value of given) counts[Math.min(Math.floor(xAxis.position(value) * bins), bins - 1)]!++;
  const yAxis = new Axis([0, ...counts], innerHeight(frame, 0));
  const yTicks = yAxis.ticks(innerHeight(frame, 0) / 45);
  const area = areaOf(
    frame,
    yTicks.map(({ label }) => label),
    0,
  );
  const wide = area.width / bins;
  const bars = counts.map((count, i) => {
    const height = area.height * yAxis.position(count);
    const place = {
      x: area.left + i * wide,
      y: area.top + area.height - height,
      width: Math.max(wide - 1, 0.5),
      height,
    };
    const label = element('title', {}, escapeText(`${count} of ${given.length}`));
    return count === 0 ? '' : element('rect', { class: 'rp-c0 rp-area', ...place }, label);
  });
  const content = [
    captions(frame, area),
    yAxisMarks(yAxis, yTicks, area),
    xAxisMarks(readableTicks(xAxis, area.width, area.width / 70), area, (value) => xAxis.position(value)),
    ...bars,
  ];
  return picture(frame.width, frame.height, frame.title, content.join(''));
}

/** @returns a copy @throws DataError */
function checkValues(operation: string, given: ArrayLike<number>): number[] {
  if (typeof (Object(given) as Partial<ArrayLike<number>>).length !== 'number') {
    throw new DataError(`${operation}: values must be an array of numbers, got ${typeof given}.`);
  }
  const values = Array.from(given);
  if (values.length === 0) throw new DataError(`${operation}: values must be at least one number, got none.`);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return values;
  throw new DataError(`${operation}: values must be finite, got ${values[at]} at ${at}. Leave it out.`);
}
