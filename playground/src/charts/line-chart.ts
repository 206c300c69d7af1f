/** A live line chart: uPlot in the colours of the page, redrawn at most once a frame, with its last values in words. */

import uPlot from 'uplot';
import { make } from '../dom/make.js';
import { oncePerFrame } from '../dom/frame.js';
import type { Key, Texts } from '../texts/texts.js';
import { Curves } from './curves.js';
import type { Columns } from './curves.js';

/** One curve. */
export interface CurveStyle {
  readonly label: Key;
  /** Its colour: the number of the custom property `--curve-N`, or the name of another. */
  readonly colour: 1 | 2 | 3 | 'quiet' | 'pale';
  readonly dashed?: boolean;
  /** In pixels. Default 2. */
  readonly width?: number;
  /** Whether its points are drawn, for a curve with few of them. */
  readonly points?: boolean;
}

/** How a chart looks. */
export interface ChartOptions {
  readonly title: Key;
  readonly x: Key;
  readonly curves: readonly CurveStyle[];
  /** Powers of ten in place of equal steps. */
  readonly log?: boolean;
  readonly testId: string;
}

const HEIGHT = 220;
/** Milliseconds between two changes of what a screen reader finds. */
const SAY_EVERY = 2000;

/** A chart, made of `element`, and the points that are in it. */
export class LineChart {
  readonly element: HTMLElement;
  readonly curves: Curves;
  readonly #texts: Texts;
  readonly #options: ChartOptions;
  readonly #place: HTMLElement = make('div', { class: 'plot' });
  readonly #draw: () => void;
  #plot: uPlot | undefined;
  #said = 0;

  constructor(texts: Texts, options: ChartOptions) {
    this.#texts = texts;
    this.#options = options;
    this.curves = new Curves(options.curves.length);
    this.#draw = oncePerFrame(() => this.#redraw());
    const caption = make('figcaption', {}, texts.node(options.title), this.#legend());
    this.element = make('figure', { class: 'chart', 'data-testid': options.testId }, caption, this.#place);
    this.#place.setAttribute('role', 'img');
    new ResizeObserver(() => this.#draw()).observe(this.#place);
    texts.watch(() => this.restyle());
  }

  /** Adds points at x. */
  add(x: number, values: readonly (number | undefined)[]): void {
    this.curves.add(x, values);
    this.#draw();
  }

  /** Takes all points anew. */
  replace(columns: Columns): void {
    this.curves.replace(columns);
    this.#draw();
  }

  clear(): void {
    this.curves.clear();
    this.#said = 0;
    this.#draw();
  }

  /** Takes colours and words anew, after the theme or the language changed. */
  restyle(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#said = 0;
    this.#draw();
  }

  #redraw(): void {
    this.#describe();
    const width = Math.floor(this.#place.clientWidth);
    if (width === 0) return; // its view is not shown
    if (this.#plot === undefined) this.#plot = new uPlot(this.#style(width), this.curves.columns, this.#place);
    else {
      if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT });
      this.#plot.setData(this.curves.columns);
    }
  }

  #style(width: number): uPlot.Options {
    const style = getComputedStyle(this.#place);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: this.#options.log === true ? { distr: 3 } : {} },
      axes: this.#axes(colour, `12px ${style.fontFamily}`),
      series: [{}, ...this.#options.curves.map((curve) => this.#series(curve, colour))],
    };
  }

  #axes(colour: (name: string) => string, font: string): uPlot.Axis[] {
    const { x, log = false } = this.#options;
    const line = { stroke: colour('line'), width: 1 };
    const shared = { stroke: colour('quiet'), font, grid: line, ticks: { ...line, size: 4 } };
    const filtered = {
      filter: roundPowers,
      values: (_: unknown, values: (number | null)[]) => values.map(tick),
      grid: { ...line, filter: roundPowers },
      ticks: { ...shared.ticks, filter: roundPowers },
    };
    return [
      { ...shared, label: this.#texts.say(x), labelFont: font, labelSize: 18, size: 30, gap: 4 },
      { ...shared, size: log ? 62 : 52, ...(log ? filtered : {}) },
    ];
  }

  #series(
    { label, colour: name, dashed, points, width = 2 }: CurveStyle,
    colour: (name: string) => string,
  ): uPlot.Series {
    const stroke = colour(typeof name === 'string' ? name : `curve-${name}`);
    return {
      label: this.#texts.say(label),
      stroke,
      width,
      spanGaps: true,
      ...(dashed === true ? { dash: [6, 5] } : {}),
      points: points === true ? { show: true, size: 7, fill: stroke } : { show: false },
    };
  }

  #legend(): HTMLElement {
    const items = this.#options.curves.map(({ label, colour, dashed }) => {
      const mark = make('i', { class: dashed === true ? 'mark dashed' : 'mark', 'data-colour': colour });
      return make('span', {}, mark, this.#texts.node(label));
    });
    return make('span', { class: 'legend' }, ...items);
  }

  /** What the picture shows, in words. */
  #describe(): void {
    const now = performance.now();
    if (this.#said !== 0 && now - this.#said < SAY_EVERY) return;
    this.#said = now;
    const texts = this.#texts;
    const last = this.curves.last().flatMap((value, i) => {
      const curve = this.#options.curves[i];
      return value === undefined || curve === undefined ? [] : [`${texts.say(curve.label)} ${value.toPrecision(3)}`];
    });
    const title = texts.say(this.#options.title);
    const key = last.length === 0 ? 'chart.none' : 'chart.last';
    this.#place.setAttribute('aria-label', texts.say(key, { title, values: last.join(', ') }));
  }
}

/** A value beside a logarithmic axis: `20,000`, `0.01`, `1e-5`. */
function tick(value: number | null): string {
  if (value === null) return '';
  return value < 1e-3 ? value.toExponential(0) : value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}

/** Of the values on a logarithmic axis those that are worth a line: 1, 2 and 5 by powers of ten, of a long axis 1. */
function roundPowers(_: unknown, values: number[]): (number | null)[] {
  const decades = Math.log10(values.at(-1)! / values[0]!);
  const digits = decades > 2.5 ? ['1'] : ['1', '2', '5'];
  return values.map((value) => (digits.includes(value.toExponential(0)[0]!) ? value : null));
}
