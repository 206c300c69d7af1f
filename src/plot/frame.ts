/** What the plots have in common: options, a title, axes with ticks, a legend. */

import { OptionError } from '../errors.js';
import { checkKnown, checkSize } from '../options.js';
import type { Axis, Tick } from './axis.js';
import { COLOURS, element, escapeText } from './svg.js';

/** Options of every plot. */
export interface FrameOptions {
  /** Stands above. */
  readonly title?: string;
  /** Stands below the x axis. */
  readonly xLabel?: string;
  /** Stands beside the y axis. */
  readonly yLabel?: string;
  /** Of the whole, in pixels, at least 200. Default 640. */
  readonly width?: number;
  /** Of the whole, in pixels, at least 150. Default 400. */
  readonly height?: number;
}

/** The rectangle that values are drawn in. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The names of the options of every plot. */
export const FRAME_OPTIONS: readonly (keyof FrameOptions)[] = ['title', 'xLabel', 'yLabel', 'width', 'height'];

/** Pixels that a character of a label takes, about. */
const CHARACTER = 7;
const LINE = 18;

/** What takes the room of two characters: East Asian wide and full-width ones (Unicode TR 11), and emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** How many characters of the usual width a text takes the room of. */
export function charactersOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}

/** Pixels that the longest of some labels takes, about. */
export function longestLabel(labels: readonly string[]): number {
  return CHARACTER * labels.reduce((most, label) => Math.max(most, charactersOf(label)), 0);
}

/** Pixels that a title takes with what is kept free beside it, about: its letters are larger, and bold. */
export function titleWidth(title: string): number {
  return 9 * charactersOf(title) + LINE;
}

/** Fills in defaults and checks everything. @throws OptionError */
export function checkFrame(
  operation: string,
  options: FrameOptions,
  own: readonly string[] = [],
): Required<FrameOptions> {
  checkKnown(operation, options, [...FRAME_OPTIONS, ...own]);
  const text = (name: 'title' | 'xLabel' | 'yLabel'): string => {
    const value: unknown = options[name] ?? '';
    if (typeof value === 'string') return value;
    throw new OptionError(`${operation}: ${name} must be a text, got ${typeof value}.`);
  };
  return {
    title: text('title'),
    xLabel: text('xLabel'),
    yLabel: text('yLabel'),
    width: checkSize(operation, 'width', options.width ?? 640, 200),
    height: checkSize(operation, 'height', options.height ?? 400, 150),
  };
}

/** The entries of a legend, in rows no wider than a plot. */
export function legendRows(names: readonly string[], width: number): { name: string; index: number; x: number }[][] {
  const rows: { name: string; index: number; x: number }[][] = [];
  let x = Infinity;
  for (const [index, name] of names.entries()) {
    const wide = 30 + CHARACTER * charactersOf(name);
    if (x + wide > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)!.push({ name, index, x });
    x += wide;
  }
  return rows;
}

/** The height that stays for drawing, so that ticks can be chosen before the width is known. */
export function innerHeight({ title, xLabel, height }: Required<FrameOptions>, legends: number): number {
  return height - topOf(title, legends) - bottomOf(xLabel);
}

function topOf(title: string, legends: number): number {
  return 12 + (title === '' ? 0 : LINE + 6) + legends * LINE;
}

function bottomOf(xLabel: string): number {
  return 26 + (xLabel === '' ? 0 : LINE);
}

/** Where the drawing stands. @param right pixels kept free on the right */
export function areaOf(
  options: Required<FrameOptions>,
  yLabels: readonly string[],
  legends: number,
  right: number = 18,
): Area {
  const left = 16 + longestLabel(yLabels) + (options.yLabel === '' ? 0 : LINE);
  return {
    left,
    top: topOf(options.title, legends),
    width: options.width - left - right,
    height: innerHeight(options, legends),
  };
}

/** Title, names of the axes, legend. */
export function captions(options: Required<FrameOptions>, area: Area, names: readonly string[] = []): string {
  const { title, xLabel, yLabel, height } = options;
  const [x, y] = [area.left + area.width / 2, area.top + area.height / 2];
  const middle = { 'text-anchor': 'middle' };
  const above = { x: area.left, y: 22, 'font-size': 15, 'font-weight': 600 };
  const legend = legendRows(names, area.width).flatMap((row, line) => {
    const base = topOf(title, line) + 8;
    return row.map(({ name, index, x }) => {
      const from = area.left + x;
      const swatch = { class: `rp-c${index % COLOURS}`, x: from, y: base - 8, width: 16, height: 8, 'stroke-width': 0 };
      return element('rect', swatch) + element('text', { x: from + 21, y: base }, escapeText(name));
    });
  });
  return [
    title === '' ? '' : element('text', above, escapeText(title)),
    xLabel === '' ? '' : element('text', { x, y: height - 9, ...middle }, escapeText(xLabel)),
    yLabel === ''
      ? ''
      : element('text', { transform: `translate(14 ${y.toFixed(0)}) rotate(-90)`, ...middle }, escapeText(yLabel)),
    ...legend,
  ].join('');
}

/** Pixels that the labels of ticks take, about. */
export function widthOf(ticks: readonly Tick[]): number {
  return longestLabel(ticks.map(({ label }) => label));
}

/** Ticks that are far enough apart for their labels to be read. */
export function readableTicks(axis: Axis, length: number, most: number): Tick[] {
  const ticks = axis.ticks(most);
  const wide = widthOf(ticks) + 10;
  const every = Math.ceil((wide * ticks.length) / length);
  return ticks.filter((_, i) => i % every === 0);
}

/** The y axis with lines across. */
export function yAxisMarks(axis: Axis, ticks: readonly Tick[], area: Area): string {
  const { left, top, width, height } = area;
  const marks = ticks.map(({ value, label }) => {
    const y = top + height * (1 - axis.position(value));
    const line = element('line', { class: 'rp-grid', x1: left, x2: left + width, y1: y, y2: y });
    return line + element('text', { x: left - 7, y: y + 4, 'text-anchor': 'end' }, escapeText(label));
  });
  return marks.join('') + element('path', { class: 'rp-axis', d: `M${left} ${top}V${top + height}H${left + width}` });
}

/** The x axis. @param place from a tick's value to its share of the width */
export function xAxisMarks(ticks: readonly Tick[], area: Area, place: (value: number) => number): string {
  const bottom = area.top + area.height;
  return ticks
    .map(({ value, label }) => {
      const x = area.left + area.width * place(value);
      const line = element('line', { class: 'rp-axis', x1: x, x2: x, y1: bottom, y2: bottom + 4 });
      return line + element('text', { x, y: bottom + 17, 'text-anchor': 'middle' }, escapeText(label));
    })
    .join('');
}
