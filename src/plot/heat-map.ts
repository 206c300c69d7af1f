/** A matrix as a picture: weights, attention, states over time. */

import { OptionError } from '../errors.js';
import { checkMatrix, formatShape } from '../shape.js';
import type { Shape } from '../shape.js';
import { Axis } from './axis.js';
import type { Tick } from './axis.js';
import { areaOf, captions, checkFrame, innerHeight, longestLabel, widthOf, xAxisMarks } from './frame.js';
import type { Area, FrameOptions } from './frame.js';
import { element, escapeText, picture } from './svg.js';

/** More cells than these are no longer seen, and make files that are slow to show. */
const MOST_CELLS = 65536;

/** Pixels that a map needs at the least. */
const LEAST_WIDTH = 16;

/** Options of `svgHeatMap`. */
export interface HeatMapOptions extends FrameOptions {
  /** What each row is called, instead of its number. */
  readonly rowNames?: readonly string[] | undefined;
  /** What each column is called. */
  readonly columnNames?: readonly string[] | undefined;
}

/**
 * A heat map: row 0 at the top, the first colour for values above 0 and the second for those below, the stronger the
 * farther from 0. Values that are not finite stay empty.
 * @param matrix (rows, columns), row-major
 * @returns an SVG file's text
 * @throws OptionError, ShapeError
 */
export function svgHeatMap(
  matrix: { readonly data: ArrayLike<number>; readonly shape: Shape },
  options: HeatMapOptions = {},
): string {
  const operation = 'svgHeatMap';
  const frame = checkFrame(operation, options, ['rowNames', 'columnNames']);
  const [rows, columns] = checkCells(operation, matrix);
  const rowNames = checkNames(operation, 'rowNames', options.rowNames, rows, 'rows');
  const columnNames = checkNames(operation, 'columnNames', options.columnNames, columns, 'columns');
  const { data } = matrix;
  const finite = Array.from(data).filter(Number.isFinite);
  const strongest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const signed = finite.some((value) => value < 0);
  const bar = new Axis([signed ? -strongest : 0, strongest], 2);
  const barTicks = strongest === 0 ? [] : bar.ticks(innerHeight(frame, 0) / 60);
  const rowTicks =
    rowNames === undefined
      ? indexTicks(rows, innerHeight(frame, 0) / 30)
      : nameTicks(rowNames, innerHeight(frame, 0) / 13);
  const area = areaOf(
    frame,
    rowTicks.map(({ label }) => label),
    0,
    BAR + Math.max(50, widthOf(barTicks)),
  );
  checkWidth(operation, frame.width, area);
  const columnTicks =
    columnNames === undefined
      ? indexTicks(columns, area.width / 50)
      : nameTicks(columnNames, area.width / wide(columnNames));
  const middleOf = (count: number) => (index: number) => (index + 0.5) / count;
  const labels = rowTicks.map(({ value, label }) => {
    const y = area.top + area.height * middleOf(rows)(value) + 4;
    return element('text', { x: area.left - 7, y, 'text-anchor': 'end' }, escapeText(label));
  });
  const content = [
    captions(frame, area),
    ...labels,
    xAxisMarks(columnTicks, area, middleOf(columns)),
    cells(seen(data, rows, columns, area), strongest, area),
    element('rect', { class: 'rp-axis', x: area.left, y: area.top, width: area.width, height: area.height }),
    strongest === 0 ? '' : scaleBar(bar, barTicks, signed, area),
  ];
  return picture(frame.width, frame.height, frame.title, content.join(''));
}

function checkCells(
  operation: string,
  matrix: { readonly data: ArrayLike<number>; readonly shape: Shape },
): [number, number] {
  const sizes = checkMatrix(operation, matrix);
  const { data, shape } = matrix;
  if (data.length <= MOST_CELLS) return sizes;
  throw new OptionError(
    `${operation}: matrix must have at most ${MOST_CELLS} cells, got ${data.length} from ${formatShape(shape)}. Show a part, or means of neighbours.`,
  );
}

/** @throws OptionError */
function checkNames(
  operation: string,
  option: string,
  names: readonly string[] | undefined,
  count: number,
  axis: string,
): readonly string[] | undefined {
  if (names === undefined) return undefined;
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (isList && names.length === count) return names;
  const got = isList ? `${names.length}` : 'something else';
  throw new OptionError(`${operation}: ${option} must be ${count} texts, one for each of the ${axis}, got ${got}.`);
}

/** Names that leave no room to draw in are refused. @throws OptionError */
function checkWidth(operation: string, width: number, area: Area): void {
  const missing = LEAST_WIDTH - area.width;
  if (missing <= 0) return;
  throw new OptionError(
    `${operation}: width must be at least ${width + missing} for the names of the rows, got ${width}. Raise it, or shorten them.`,
  );
}

/** Names in their places; where there are too many for all to be read, one of several. */
function nameTicks(names: readonly string[], most: number): Tick[] {
  const every = Math.ceil(names.length / Math.max(most, 1));
  return names.map((label, value) => ({ value, label })).filter(({ value }) => value % every === 0);
}

/** Pixels that the longest name takes, about. */
function wide(names: readonly string[]): number {
  return 5 + longestLabel(names);
}

/** Ticks at whole numbers from 0 to count - 1. */
function indexTicks(count: number, most: number): Tick[] {
  return count === 1 ? [{ value: 0, label: '0' }] : new Axis([0, count - 1], count).ticks(most);
}

/** What is seen of a matrix, row-major. */
interface Cells {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Cells of a pixel or more: where they would be finer, the strongest of those that share one stands for all. */
function seen(data: ArrayLike<number>, rows: number, columns: number, area: Area): Cells {
  const [down, across] = [Math.min(rows, Math.floor(area.height)), Math.min(columns, Math.floor(area.width))];
  const values = new Float64Array(down * across);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor((Math.floor(i / columns) * down) / rows);
    const at = row * across + Math.floor(((i % columns) * across) / columns);
    if (Number.isFinite(data[i]) && Math.abs(data[i]!) > Math.abs(values[at]!)) values[at] = data[i]!;
  }
  return { values, rows: down, columns: across };
}

/** One rectangle a cell, from one whole pixel to another; those whose colour would not be seen are left out. */
function cells({ values, rows, columns }: Cells, strongest: number, { left, top, width, height }: Area): string {
  const edge = (from: number, length: number, share: number): number => Math.round(from + length * share);
  let text = '';
  for (const [i, value] of values.entries()) {
    const opacity = Math.abs(value) / strongest;
    if (!(opacity >= 0.005)) continue;
    const [row, column] = [Math.floor(i / columns), i % columns];
    const [x, right] = [column, column + 1].map((k) => edge(left, width, k / columns)) as [number, number];
    const [y, bottom] = [row, row + 1].map((k) => edge(top, height, k / rows)) as [number, number];
    const place = { x, y, width: right - x, height: bottom - y };
    text += element('rect', { class: cellClass(value), ...place, 'fill-opacity': opacity });
  }
  return text;
}

function cellClass(value: number): string {
  return `rp-c${value > 0 ? 0 : 1} rp-cell`;
}

/** From the map to the labels of the bar beside it. */
const BAR = 60;

/** What the colours mean, right of the map. */
function scaleBar(axis: Axis, ticks: readonly Tick[], signed: boolean, { left, top, width, height }: Area): string {
  const steps = 40;
  const [x, tall] = [left + width + 24, height / steps];
  const bars = Array.from({ length: steps }, (_, i) => {
    const share = 1 - ((signed ? 2 : 1) * (i + 0.5)) / steps;
    const place = { x, y: top + i * tall, width: 14, height: tall, 'fill-opacity': Math.abs(share) };
    return element('rect', { class: cellClass(share), ...place });
  });
  const labels = ticks.map(({ value, label }) => {
    return element('text', { x: x + 20, y: top + height * (1 - axis.position(value)) + 4 }, escapeText(label));
  });
  return bars.join('') + labels.join('');
}
