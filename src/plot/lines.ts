/** Curves as a picture: losses, norms of gradients. */

import { OptionError } from '../errors.js';
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
import { checkSeries, isDrawable, pointsOf, type Point, type Series } from './series.js';
import { COLOURS, element, escapeText, picture, round } from './svg.js';

/** Pixels that a drawing needs at the least. */
const LEAST_HEIGHT = 40;

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
  checkSeries(operation, series);
  const curves = series.map((one) => pointsOf(operation, one, yScale));
  const points = curves.flatMap((curve) => curve.filter(isDrawable));
  const { title, width, height } = frame;
  if (points.length === 0) {
    const text = element('text', { x: width / 2, y: height / 2, 'text-anchor': 'middle' }, 'no values to plot');
    return picture(width, height, title, text);
  }
  const names = series.length > 1 ? series.map(({ name }) => name) : [];
  const legends = legendRows(names, width - 100).length;
  checkRoom(operation, frame, legends, series.length);
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
    ...curves.map((curve, i) => drawn(curve, `rp-c${i % COLOURS}`, series[i]!.name, place, area)),
  ];
  return picture(width, height, title, content.join(''));
}

/** Names that leave no room to draw in are refused. @throws OptionError */
function checkRoom(operation: string, frame: Required<FrameOptions>, legends: number, count: number): void {
  const missing = LEAST_HEIGHT - innerHeight(frame, legends);
  if (missing <= 0) return;
  throw new OptionError(
    `${operation}: height must be at least ${frame.height + missing} for the names of ${count} series, got ${frame.height}. ` +
      'Raise it, or draw fewer.',
  );
}

/** A curve: its pieces as one path, and a dot for each point between two gaps. */
function drawn(
  curve: readonly Point[],
  colour: string,
  name: string,
  place: (point: Point) => Point,
  area: Area,
): string {
  const label = element('title', {}, escapeText(name));
  const places = pieces(curve).map((piece) => piece.map(place));
  const d = places.filter((piece) => piece.length > 1).map((piece) => pathOf(thinned(piece, area))); // prettier-ignore
  const dots = places.filter((piece) => piece.length === 1).map(([dot]) => dot!);
  return [
    d.length === 0 ? '' : element('path', { class: `${colour} rp-line`, d: d.join('') }, label),
    ...dots.map(({ x, y }) => element('circle', { class: `${colour} rp-dot`, cx: x, cy: y, r: 3 }, label)),
  ].join('');
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

function pathOf(places: readonly Point[]): string {
  const [first, ...rest] = places.map(({ x, y }) => `${round(x)} ${round(y)}`);
  return `M${first}L${rest.join(' ')}`;
}
