/** A matrix as a picture: weights, attention, states over time. */

import { OptionError, ShapeError } from '../errors.js';
import { formatShape } from '../shape.js';
import type { Shape } from '../shape.js';
import { Axis } from './axis.js';
import { areaOf, captions, checkFrame, innerHeight, xAxisMarks } from './frame.js';
import type { Area, FrameOptions } from './frame.js';
import { element, escapeText, picture } from './svg.js';

/** More cells than these are no longer seen, and make files that are slow to show. */
const MOST_CELLS = 65536;

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
  const [rows, columns] = checkMatrix(operation, matrix);
  const rowNames = checkNames(operation, 'rowNames', options.rowNames, rows, 'rows');
  const columnNames = checkNames(operation, 'columnNames', options.columnNames, columns, 'columns');
  const { data } = matrix;
  const sizes = Array.from(data, Math.abs).filter(Number.isFinite);
  const strongest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const rowTicks =
    rowNames === undefined
      ? indexTicks(rows, innerHeight(frame, 0) / 30)
      : nameTicks(rowNames, innerHeight(frame, 0) / 13);
  const area = areaOf(
    frame,
    rowTicks.map(({ label }) => label),
    0,
    110,
  );
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
    cells(data, rows, columns, strongest, area),
    element('rect', { class: 'rp-axis', x: area.left, y: area.top, width: area.width, height: area.height }),
    scaleBar(strongest, data, area),
  ];
  return picture(frame.width, frame.height, frame.title, content.join(''));
}

function checkMatrix(operation: string, { data, shape }: { data: ArrayLike<number>; shape: Shape }): [number, number] {
  const [rows, columns] = shape as [number, number];
  if (shape.length !== 2 || !(rows > 0 && columns > 0)) {
    throw new ShapeError(`${operation}: matrix must be (rows, columns), neither of them 0, got ${formatShape(shape)}.`);
  }
  if (data.length !== rows * columns) {
    throw new ShapeError(
      `${operation}: matrix of shape ${formatShape(shape)} takes ${rows * columns} values, got ${data.length}.`,
    );
  }
  if (data.length <= MOST_CELLS) return [rows, columns];
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

/** Names in their places; where there are too many for all to be read, one of several. */
function nameTicks(names: readonly string[], most: number): { value: number; label: string }[] {
  const every = Math.ceil(names.length / Math.max(most, 1));
  return names.map((label, value) => ({ value, label })).filter(({ value }) => value % every === 0);
}

/** Pixels that the longest name takes, about. */
function wide(names: readonly string[]): number {
  return 5 + 7 * Math.max(...names.map(({ length }) => length));
}

/** Ticks at whole numbers from 0 to count - 1. */
function indexTicks(count: number, most: number): { value: number; label: string }[] {
  return count === 1 ? [{ value: 0, label: '0' }] : new Axis([0, count - 1], count).ticks(most);
}

/** One rectangle a cell; those whose colour would not be seen are left out. */
function cells(data: ArrayLike<number>, rows: number, columns: number, strongest: number, area: Area): string {
  const [width, height] = [area.width / columns, area.height / rows];
  let text = '';
  for (let i = 0; i < data.length; i++) {
    const opacity = Math.abs(data[i]!) / strongest;
    if (!(opacity >= 0.005)) continue;
    const x = area.left + (i % columns) * width;
    const y = area.top + Math.floor(i / columns) * height;
    text += element('rect', { class: cellClass(data[i]!), x, y, width, height, 'fill-opacity': opacity });
  }
  return text;
}

function cellClass(value: number): string {
  return `rp-c${value > 0 ? 0 : 1} rp-cell`;
}

/** What the colours mean, right of the map. */
function scaleBar(strongest: number, data: ArrayLike<number>, { left, top, width, height }: Area): string {
  if (strongest === 0) return '';
  const signed = Array.prototype.some.call(data, (value: number) => value < 0);
  const low = signed ? -strongest : 0;
  const steps = 40;
  const [x, tall] = [left + width + 24, height / steps];
  const bars = Array.from({ length: steps }, (_, i) => {
    const value = low + ((strongest - low) * (steps - i - 0.5)) / steps;
    const place = { x, y: top + i * tall, width: 14, height: tall, 'fill-opacity': Math.abs(value) / strongest };
    return element('rect', { class: cellClass(value), ...place });
  });
  const axis = new Axis([low, strongest], 2);
  const ticks = axis.ticks(height / 60).map(({ value, label }) => {
    return element('text', { x: x + 20, y: top + height * (1 - axis.position(value)) + 4 }, escapeText(label));
  });
  return bars.join('') + ticks.join('');
}
