/**
 * Loss curves in the terminal: linear axes, braille dots (ASCII where the locale wants it), one colour a curve.
 */

import pc from 'picocolors';
import { OptionError } from '../errors.js';
import { Axis, type Scale, type Tick } from '../plot/axis.js';
import { isDrawable, type Point, pointsOf, type Series } from '../plot/series.js';
import { Canvas, type Pen } from './canvas.js';
import { supportsUnicode } from './locale.js';
import { formatCount } from './progress.js';

/** How a plot looks. */
export interface PlotOptions {
  /** Characters across, labels included. Default the terminal's width, at most 100. */
  width?: number;
  /** Characters down, of the drawing alone. Default 15. */
  height?: number;
  /** Stands under the x axis. */
  xLabel?: string;
  /** Stands above the y axis. */
  yLabel?: string;
  /** How values are spread along the y axis; on 'log' those of 0 and below are gaps. Default 'linear'. */
  yScale?: Scale;
  /** A horizontal line to compare with, such as the entropy of the source. */
  floor?: { label: string; value: number };
  /** Braille and box characters. Default: what the locale says. */
  unicode?: boolean;
  /** Default: what the terminal, NO_COLOR and FORCE_COLOR say. */
  colour?: boolean;
}

interface Curve {
  name: string;
  points: readonly Point[];
  pen: Pen;
}

/** Everything the parts of one plot share. */
interface Plot {
  canvas: Canvas;
  xAxis: Axis;
  yAxis: Axis;
  unicode: boolean;
  dim: (text: string) => string;
}

const leastColumns = 10;
const mostNameLength = 16;

/**
 * A line plot: y labels on the left, the names of several curves where they end, and a legend with the last and the
 * lowest value of each. Width and height are taken as given; only the drawing keeps at least ten columns.
 * @throws OptionError if the x of a series are not as many as its values, or a log scale has no place for the floor.
 */
export function plotLines(series: readonly Series[], options: PlotOptions = {}): string {
  const { width = Math.min(process.stdout.columns || 80, 100), height = 15, xLabel = '', yLabel, floor } = options;
  const { yScale = 'linear' } = options;
  if (yScale === 'log' && floor !== undefined && !(floor.value > 0)) {
    throw new OptionError(`plotLines: floor must be above 0 where yScale is log, got ${floor.value}.`);
  }
  const { unicode = supportsUnicode(), colour = pc.isColorSupported } = options;
  const colours = pc.createColors(colour);
  const paints = [colours.cyan, colours.yellow, colours.magenta, colours.green, colours.blue, colours.red];
  const curves = series.map((one, i) => {
    const pen = { mark: '*o+x%@'[i % 6]!, paint: paints[i % 6]! };
    return { name: one.name, pen, points: pointsOf('plotLines', one, yScale) };
  });
  const points = curves.flatMap((curve) => curve.points.filter(isDrawable));
  if (points.length === 0) return '(no values to plot)';

  const yAxis = new Axis(
    [...points.map(({ y }) => y), ...(floor ? [floor.value] : [])],
    height * (unicode ? 4 : 1),
    yScale,
  );
  const yTicks = yAxis.ticks(height / 3);
  const left = Math.max(...yTicks.map(({ label }) => label.length));
  const names = curves.length > 1 ? Math.min(Math.max(...curves.map(({ name }) => name.length)), mostNameLength) : 0;
  const columns = Math.max(width - left - 2 - (names && names + 1), leastColumns);
  const canvas = new Canvas(columns, height, unicode);
  const xAxis = new Axis(
    points.map(({ x }) => x),
    canvas.width,
  );
  const plot: Plot = { canvas, xAxis, yAxis, unicode, dim: colours.dim };

  if (floor) drawFloor(plot, floor.value);
  for (const curve of curves) drawCurve(plot, curve);
  return [
    ...(yLabel === undefined ? [] : [yLabel.padStart(left)]),
    ...frame(plot, yTicks, left, names > 0 ? curves : []),
    ...underline(plot, left, xLabel, columns + names),
    ...legend(plot, curves, floor),
  ].join('\n');
}

/** Where a value stands on the canvas, whose rows count downwards. */
function place({ canvas, xAxis, yAxis }: Plot, { x, y }: Point): Point {
  return { x: xAxis.dot(x), y: canvas.height - 1 - yAxis.dot(y) };
}

function drawCurve(plot: Plot, { points, pen }: Curve): void {
  let from: Point | undefined;
  for (const point of points) {
    const to = isDrawable(point) ? place(plot, point) : undefined;
    if (to !== undefined) plot.canvas.line(from?.x ?? to.x, from?.y ?? to.y, to.x, to.y, pen);
    from = to;
  }
}

function drawFloor(plot: Plot, value: number): void {
  const y = plot.canvas.height - 1 - plot.yAxis.dot(value);
  for (let x = 0; x < plot.canvas.width; x += 2) plot.canvas.dot(x, y, { mark: '-', paint: plot.dim });
}

/** The rows of the drawing, between the y axis and the names of the curves. */
function frame(plot: Plot, ticks: Tick[], left: number, curves: Curve[]): string[] {
  const { canvas, yAxis, unicode, dim } = plot;
  const rowOf = (value: number): number => Math.floor((canvas.height - 1 - yAxis.dot(value)) / canvas.cellHeight);
  const labels = new Map(ticks.map(({ value, label }) => [rowOf(value), label]));
  const [bar, tick] = unicode ? ['│', '┤'] : ['|', '+'];
  const rows = canvas.rows();
  const names = endNames(curves, rowOf, rows.length);
  return rows.map((row, i) => {
    const label = labels.get(i);
    const name = names.get(i);
    return `${(label ?? '').padStart(left)} ${dim(label === undefined ? bar : tick)}${row}${name ?? ''}`;
  });
}

/** The name of each curve by the row it ends in, or the nearest free one. */
function endNames(curves: Curve[], rowOf: (value: number) => number, rows: number): Map<number, string> {
  const names = new Map<number, string>();
  for (const { name, points, pen } of curves) {
    const last = points.findLast(isDrawable);
    if (last === undefined || names.size === rows) continue;
    const distance = (row: number): number => Math.abs(row - rowOf(last.y));
    const free = Array.from({ length: rows }, (_, row) => row).filter((row) => !names.has(row));
    const nearest = free.reduce((best, row) => (distance(row) < distance(best) ? row : best));
    names.set(nearest, ` ${pen.paint(name.slice(0, mostNameLength))}`);
  }
  return names;
}

/** The x axis, the labels of its ticks, and the name of the axis: behind the labels if `room` allows it, else below. */
function underline({ canvas, xAxis, unicode, dim }: Plot, left: number, xLabel: string, room: number): string[] {
  const [corner, bar, tick] = unicode ? ['└', '─', '┬'] : ['+', '-', '+'];
  const columns = canvas.width / canvas.cellWidth;
  const line = Array.from({ length: columns }, () => bar);
  let labels = '';
  for (const { value, label } of xAxis.ticks(columns / 10)) {
    const column = Math.floor(xAxis.dot(value) / canvas.cellWidth);
    const start = Math.max(column - Math.floor(label.length / 2), 0);
    if (start + label.length > columns || (labels !== '' && start < labels.length + 2)) continue;
    labels = labels.padEnd(start) + label;
    line[column] = tick;
  }
  const indent = ' '.repeat(left + 1);
  const end = Math.max(columns, labels.length + 2 + xLabel.length); // where the name of the axis ends
  const below = end <= room ? [labels + xLabel.padStart(end - labels.length)] : [labels, xLabel.padStart(columns)];
  const texts = below.filter((text) => text.trim() !== '').map((text) => `${indent} ${text}`.trimEnd());
  return [indent + dim(corner + line.join('')), ...texts];
}

/** One row a curve, its last and lowest value, then one for the floor. */
function legend({ unicode, dim }: Plot, curves: Curve[], floor: PlotOptions['floor']): string[] {
  const nameWidth = Math.max(...[...curves.map(({ name }) => name), floor?.label ?? ''].map((name) => name.length));
  const rows = curves.map(({ name, points, pen }) => {
    const values = points.filter(isDrawable).map(({ y }) => y);
    const lowest = values.reduce((a, b) => Math.min(a, b), Infinity);
    const numbers = values.length === 0 ? 'no values' : `last ${format(values.at(-1)!)}  lowest ${format(lowest)}`;
    return `${pen.paint(unicode ? '━━' : pen.mark.repeat(2))} ${name.padEnd(nameWidth)}  ${numbers}`;
  });
  if (floor) rows.push(`${dim(unicode ? '╌╌' : '--')} ${floor.label.padEnd(nameWidth)}       ${format(floor.value)}`);
  return rows;
}

function format(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e4) return formatCount(value);
  // As the ticks of a log axis change their form.
  return size > 0 && size < 1e-3 ? value.toExponential(3) : value.toPrecision(4);
}
