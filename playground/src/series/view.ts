/** A series: drawn or pasted, learnt, and continued. */

import type { Job, Training } from 'recurra/worker';
import { LineChart } from '../charts/line-chart.js';
import { Alert } from '../dom/alert.js';
import { fieldsOf, section } from '../dom/form.js';
import type { FormContext } from '../dom/form.js';
import { make } from '../dom/make.js';
import { isNarrow } from '../dom/media.js';
import type { State } from '../state/schema.js';
import { Problem } from '../texts/problem.js';
import { Controls } from '../training/controls.js';
import { Figures } from '../training/figures.js';
import { Session } from '../training/session.js';
import type { PageView } from '../view.js';
import { seriesColumns } from './columns.js';
import { DrawingPad } from './pad.js';
import { parseSeries } from './parse.js';
import { PRESETS } from './presets.js';

/** Milliseconds between two forecasts while it learns. */
const EVERY = 500;
/** Windows that there must be at least to learn from. */
const LEAST_WINDOWS = 8;

/** Trains a forecaster in front of the visitor. */
export class SeriesView implements PageView {
  readonly element: HTMLElement;
  readonly #context: FormContext;
  readonly #session = new Session();
  readonly #alert: Alert;
  readonly #chart: LineChart;
  readonly #pad: DrawingPad;
  readonly #area: HTMLTextAreaElement;
  readonly #own: HTMLElement;
  readonly #count: HTMLElement = make('p', { class: 'hint', role: 'status', 'data-testid': 'series-count' });
  #values: readonly number[] = [];
  #drawn: readonly number[] = [];
  #forecastAt = 0;
  #busy = false;

  constructor(context: FormContext) {
    const { texts, store } = context;
    this.#context = context;
    this.#alert = new Alert(texts);
    this.#chart = seriesChart(context);
    this.#pad = new DrawingPad((values) => this.#take(values));
    texts.label(this.#pad.element, 'series.draw');
    this.#area = make('textarea', { rows: 5, spellcheck: 'false', 'data-testid': 'series-text' });
    texts.label(this.#area, 'series.paste');
    texts.label(this.#area, 'series.paste', 'placeholder');
    this.#own = make('div');
    const controls = new Controls({
      texts,
      alert: this.#alert,
      sessions: [this.#session],
      start: (paused) => this.#start(paused),
      onReset: () => this.#draw([], []),
    });
    const figures = new Figures(texts, this.#session, [
      'loss',
      'sequences',
      'left',
      'parameters',
      'kernels',
      'threads',
    ]);
    const outputs = make('div', { class: 'outputs' }, controls.element, this.#alert.element);
    outputs.append(this.#chart.element, figures.element);
    this.element = make('div', { class: 'columns' }, this.#settings(), outputs);
    this.#session.subscribe({ onProgress: () => this.#forecast(false), onPhase: () => this.#forecast(true) });
    store.subscribe((group) => {
      if (group === 'series') this.#choose();
    });
    texts.watch(() => this.#describe());
    this.#choose();
  }

  close(): void {
    this.#session.reset();
  }

  restyle(): void {
    this.#chart.restyle();
    this.#pad.restyle();
  }

  /** The values of the series that is chosen. */
  #choose(): void {
    const { preset } = this.#context.store.get('series');
    this.#own.dataset['kind'] = preset;
    const values = preset === 'waves' || preset === 'saw' ? PRESETS[preset]() : this.#ownValues(preset);
    if (values.length === this.#values.length && values.every((value, i) => value === this.#values[i])) return;
    this.#values = values;
    this.#draw([], []);
    this.#describe();
  }

  #ownValues(kind: 'drawn' | 'pasted'): readonly number[] {
    if (kind === 'drawn') return this.#drawn;
    try {
      return parseSeries(this.#area.value);
    } catch (error) {
      this.#alert.show(error);
      return [];
    }
  }

  #take(values: readonly number[]): void {
    this.#drawn = values;
    this.#context.store.set('series', { preset: 'drawn' });
    this.#choose();
  }

  #paste(): void {
    this.#alert.clear();
    this.#context.store.set('series', { preset: 'pasted' });
    this.#choose();
  }

  /** @throws Problem for too short a series */
  async #start(paused: boolean): Promise<void> {
    const settings = this.#context.store.get('series');
    const least = settings.window + LEAST_WINDOWS;
    if (this.#values.length < least) throw new Problem('problem.fewNumbers', { count: this.#values.length, least });
    this.#draw([], []);
    await this.#session.start(seriesJob(settings, this.#values, paused));
  }

  /** Draws what the network makes of the series now. @param always also if it did a moment ago */
  #forecast(always: boolean): void {
    const { training } = this.#session;
    const now = performance.now();
    if (training === undefined || this.#busy || (!always && now - this.#forecastAt < EVERY)) return;
    this.#forecastAt = now;
    void this.#ask(training);
  }

  async #ask(training: Training): Promise<void> {
    this.#busy = true;
    try {
      const { values, seen } = await training.ask('forecast', { steps: this.#context.store.get('series').ahead });
      if (this.#session.training === training) this.#draw([...seen], [...values]);
    } catch {
      // A run that ends in between says why itself.
    } finally {
      this.#busy = false;
    }
  }

  /** `seen` ends where the series does, `ahead` follows it. */
  #draw(seen: readonly number[], ahead: readonly number[]): void {
    this.#chart.replace(seriesColumns(this.#values, seen, ahead));
  }

  #describe(): void {
    const { texts } = this.#context;
    this.#count.textContent = texts.say('series.count', { count: texts.number(this.#values.length) });
  }

  #settings(): HTMLElement {
    const { texts } = this.#context;
    const wide = !isNarrow();
    const fixed = make('fieldset', { class: 'fixed' });
    const clear = make(
      'button',
      { type: 'button', 'data-testid': 'pad-clear', onclick: () => this.#clearPad() },
      texts.node('action.clear'),
    );
    const use = make(
      'button',
      { type: 'button', 'data-testid': 'series-use', onclick: () => this.#paste() },
      texts.node('action.use'),
    );
    this.#own.append(
      make('p', { class: 'hint' }, texts.node('series.draw')),
      this.#pad.element,
      make('div', { class: 'buttons' }, clear),
      this.#area,
      make('div', { class: 'buttons' }, use),
    );
    const form = (names: readonly (keyof State['series'])[]): HTMLElement => fieldsOf(this.#context, 'series', names);
    fixed.append(
      section(texts, 'group.series', true, form(['preset', 'ahead']), this.#count, this.#own),
      section(texts, 'group.model', wide, form(['cell', 'hiddenSize', 'window'])),
      section(texts, 'group.training', wide, form(['epochs', 'batch', 'lr', 'seed'])),
    );
    const locked = make('p', { class: 'hint', hidden: true }, texts.node('settings.locked'));
    this.#session.subscribe({
      onPhase: (phase) => {
        fixed.disabled = phase === 'running' || phase === 'paused' || phase === 'starting';
        locked.hidden = !fixed.disabled;
        this.#pad.element.inert = fixed.disabled;
      },
    });
    return make('div', { class: 'settings' }, locked, fixed);
  }

  #clearPad(): void {
    this.#pad.clear();
    this.#drawn = [];
    this.#choose();
  }
}

function seriesChart({ texts }: FormContext): LineChart {
  return new LineChart(texts, {
    title: 'chart.series',
    x: 'chart.time',
    testId: 'chart-series',
    curves: [
      { label: 'chart.values', colour: 'pale', width: 6 },
      { label: 'chart.fitted', colour: 1 },
      { label: 'chart.forecast', colour: 2 },
    ],
  });
}

function seriesJob(settings: State['series'], values: readonly number[], paused: boolean): Job {
  const { cell, hiddenSize, window, epochs, batch, lr, seed } = settings;
  const valid = values.length / 10 > window + 1;
  return {
    kind: 'series',
    values: Float64Array.from(values),
    model: { cell, hiddenSize, window, mode: 'recursive', reference: 'none' },
    validFraction: valid ? 0.1 : 0,
    train: { epochs, batch, lr, seed },
    engine: { seed, threads: 'auto' },
    paused,
  };
}
