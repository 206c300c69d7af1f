/** Curves as a picture: losses, norms of gradients. */

import { checkChoice } from '../options.js';
import { Axis, type Scale } from './axis.js';
import {
  areaOf,
  captions,
  checkFrame,
  innerHeight,
  legendRows,
  readableTicks,
  xAxisMarks,
  yAxisMarks,
} from './frame.js';
import type { Area, FrameOptions } from './frame.js';
import { isDrawable, pointsOf, type Point, type Series } from './series.js';
import { COLOURS, element, escapeText, picture, round } from './svg.js';

/** Options of `svgLines`. */
export interface LinesOptions extends FrameOptions {
  /** How values are spread along the y axis; on 'log' those of 0 and below are gaps. Default 'linear'. */
  readonly yScale?: Scale;
}

/**
 * A plot of one or several curves.
 * @returns an SVG file's text
 * @throws OptionError
 */
export function svgLines(series: readonly Series[], options: LinesOptions = {}): string {
  const operation = 'svgLines';
  const frame = checkFrame(operation, options, ['yScale']);
  const yScale = checkChoice(operation, 'yScale', options.yScale ?? 'linear', ['linear', 'log']);
  const curves = series.map((one) => pointsOf(operation, one, yScale));
  const points = curves.flatMap((curve) => curve.filter(isDrawable));
  const { title, width, height } = frame;
  if (points.length === 0) {
    const text = element('text', { x: width / 2, y: height / 2, 'text-anchor': 'middle' }, 'no values to plot');
    return picture(width, height, title, text);
  }
  const names = series.length > 1 ? series.map(({ name }) => name) : [];
  const legends = legendRows(names, width - 100).length;
  const yAxis = new Axis(
    points.map(({ y }) => y),
    innerHeight(frame, legends),
    yScale,
  );
  const yTicks = yAxis.ticks(innerHeight(frame, legends) / 45);
  const area = areaOf(
    frame,
    yTicks.map(({ label }) => label),
    legends,
  );
  const xAxis = new Axis(
    points.map(({ x }) => x),
    area.width,
  );
  const place = ({ x, y }: Point): Point => ({
    x: area.left + area.width * xAxis.position(x),
    y: area.top + area.height * (1 - yAxis.position(y)),
  });
  const content = [
    captions(frame, area, names),
    yAxisMarks(yAxis, yTicks, area),
    xAxisMarks(readableTicks(xAxis, area.width, area.width / 70), area, (value) => xAxis.position(value)),
    ...curves.map((curve, i) => {
      const d = pieces(curve)
        .map((piece) => pathOf(thinned(piece.map(place), area)))
        .join('');
      const label = element('title', {}, escapeText(series[i]!.name));
      return d === '' ? '' : element('path', { class: `rp-c${i % COLOURS} rp-line`, d }, label);
    }),
  ];
  return picture(width, height, title, content.join(''));
}

/** The stretches of a curve between its gaps. */
function pieces(curve: readonly Point[]): Point[][] {
  const found: Point[][] = [];
  let open = false;
  for (const point of curve) {
    if (isDrawable(point)) {
      if (!open) found.push([]);
      found.at(-1)!.push(point);
    }
    open = isDrawable(point);
  }
  return found;
}

/**
 * Of a long piece the first, lowest, highest and last place in each column of pixels, in their order: what would be
 * seen is the same, and the file stays small.
 */
function thinned(places: Point[], area: Area): Point[] {
  if (places.length <= 4 * area.width) return places;
  const kept: Point[] = [];
  for (let from = 0, to = 0; from < places.length; from = to) {
    const column = Math.floor(places[from]!.x);
    let [low, high] = [from, from];
    for (; to < places.length && Math.floor(places[to]!.x) === column; to++) {
      if (places[to]!.y < places[low]!.y) low = to;
      if (places[to]!.y > places[high]!.y) high = to;
    }
    const chosen = new Set([from, Math.min(low, high), Math.max(low, high), to - 1]);
    kept.push(...[...chosen].map((i) => places[i]!));
  }
  return kept;
}

/** A single place becomes a dot, which the round end of the line draws. */
function pathOf(places: readonly Point[]): string {
  const [first, ...rest] = places.map(({ x, y }) => `${round(x)} ${round(y)}`);
  return rest.length === 0 ? `M${first}h0` : `M${first}L${rest.join(' ')}`;
}
