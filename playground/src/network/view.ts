/** What the network sees: the units of the language model over a text. */

import { HeatMap } from '../charts/heat-map.js';
import type { Cell } from '../charts/heat-map.js';
import { tint } from '../charts/colours.js';
import { Alert } from '../dom/alert.js';
import { fieldsOf } from '../dom/form.js';
import type { FormContext } from '../dom/form.js';
import { make } from '../dom/make.js';
import { prefersStillness } from '../dom/media.js';
import type { PageView } from '../view.js';
import { Reader } from './reader.js';
import type { Trained } from './reader.js';
import { summarise, unitValues, visible } from './matrix.js';
import type { Activity } from './matrix.js';

/** The heat map, and the text coloured by one unit. */
export class NetworkView implements PageView {
  readonly element: HTMLElement;
  readonly #context: FormContext;
  readonly #alert: Alert;
  readonly #map: HeatMap;
  readonly #reader: Reader;
  readonly #point: HTMLElement = make('p', { class: 'hint', 'data-testid': 'heat-point' });
  readonly #sentence: HTMLElement = make('p', { 'data-testid': 'unit-summary' });
  readonly #coloured: HTMLElement = make('p', { class: 'coloured', 'data-testid': 'coloured' });
  readonly #colouredTitle: HTMLElement = make('h3');
  readonly #tableTitle: HTMLElement = make('summary');
  readonly #rows: HTMLElement = make('tbody');
  #activity: Activity | undefined;

  constructor(context: FormContext, trained: Trained) {
    const { texts, store } = context;
    this.#context = context;
    this.#alert = new Alert(texts);
    this.#map = new HeatMap(
      (row) => store.set('network', { unit: row + 1 }),
      (cell) => this.#tell(cell),
    );
    const look = make('div', { class: 'settings' });
    const follow = make('input', { type: 'checkbox', 'data-testid': 'follow' });
    follow.checked = !prefersStillness();
    this.#reader = new Reader(trained, store, {
      onRead: (activity) => this.#show(activity),
      onSignals: (names) => offer(look, names),
      onProblem: (error) => this.#alert.show(error),
      follows: () => follow.checked && this.element.isConnected && !this.element.hidden,
    });
    const read = make(
      'button',
      { type: 'button', class: 'primary', 'data-testid': 'read', onclick: () => this.#read() },
      texts.node('action.read'),
    );
    look.append(
      fieldsOf(context, 'network', ['text'], { text: 'field.readText' }),
      make('p', { class: 'hint' }, texts.node('network.empty')),
      fieldsOf(context, 'network', ['layer', 'signal', 'unit']),
      make('div', { class: 'buttons' }, read),
      make('label', { class: 'check' }, follow, texts.node('network.follow')),
    );
    const seen = make('div', { class: 'outputs' });
    const scroll = make('div', { class: 'scroll' }, this.#map.element);
    seen.append(
      make('h3', {}, texts.node('network.map')),
      scroll,
      this.#point,
      this.#sentence,
      this.#colouredTitle,
      this.#coloured,
      this.#table(),
    );
    const train = make(
      'button',
      { type: 'button', class: 'primary', 'data-testid': 'train-now', onclick: trained.train },
      texts.node('action.train'),
    );
    const none = make('div', { class: 'none' }, make('p', {}, texts.node('network.none')), train);
    const columns = make('div', { class: 'columns' }, look, seen);
    this.element = make('div', {}, this.#alert.element, none, columns);
    const arrange = (): void => {
      none.hidden = trained.session.training !== undefined;
      columns.hidden = !none.hidden;
    };
    trained.session.subscribe({ onPhase: arrange });
    arrange();
    store.subscribe((group) => {
      if (group === 'network') this.#render();
    });
    texts.watch(() => this.#render());
  }

  restyle(): void {
    this.#map.restyle();
  }

  close(): void {
    this.#reader.end();
  }

  shown(): void {
    this.#reader.begin();
    if (this.#activity === undefined) this.#read();
  }

  #read(): void {
    this.#alert.clear();
    this.#reader.read().catch((error: unknown) => this.#alert.show(error));
  }

  #show(activity: Activity): void {
    this.#activity = activity;
    this.#render();
  }

  #render(): void {
    const activity = this.#activity;
    if (activity === undefined || activity.symbols.length === 0) return;
    const { texts, store } = this.#context;
    const { symbols, size, values } = activity;
    const chosen = Math.min(store.get('network').unit, size) - 1;
    const unit = chosen + 1;
    const own = unitValues(activity, chosen);
    const { mean, high, low } = summarise(own);
    const shown = symbols.map(visible);
    this.#map.show({ rows: size, columns: symbols.length, values, symbols: shown }, chosen);
    const summary = { unit, mean: texts.number(mean, 2), high: shown[high] ?? '', low: shown[low] ?? '' };
    const sentence = texts.say('network.unit', summary);
    // The canvas says it to a screen reader when a unit is chosen; a live region would talk all through a training.
    this.#sentence.textContent = sentence;
    const label = texts.say('network.mapLabel', { units: size, symbols: symbols.length });
    this.#map.element.setAttribute('aria-label', label);
    this.#map.element.setAttribute('aria-valuetext', sentence);
    this.#colouredTitle.textContent = texts.say('network.coloured', { unit });
    this.#tableTitle.textContent = texts.say('network.table', { unit });
    this.#coloured.replaceChildren(...symbols.map((symbol, t) => coloured(symbol, own[t]!)));
    this.#rows.replaceChildren(
      ...shown.map((symbol, t) => make('tr', {}, make('td', {}, symbol), make('td', {}, own[t]!.toFixed(3)))),
    );
  }

  #tell(cell: Cell | undefined): void {
    const activity = this.#activity;
    if (cell === undefined || activity === undefined) this.#point.textContent = '';
    else {
      const value = activity.values[cell.column * activity.size + cell.row]!;
      const symbol = visible(activity.symbols[cell.column] ?? '');
      const place = { unit: cell.row + 1, place: cell.column + 1, symbol, value: value.toFixed(3) };
      this.#point.textContent = this.#context.texts.say('network.point', place);
    }
  }

  #table(): HTMLElement {
    const { texts } = this.#context;
    const head = make(
      'tr',
      {},
      make('th', { scope: 'col' }, texts.node('network.symbol')),
      make('th', { scope: 'col' }, texts.node('network.value')),
    );
    const table = make('table', {}, make('thead', {}, head), this.#rows);
    return make('details', { class: 'table' }, this.#tableTitle, make('div', { class: 'tall' }, table));
  }
}

function coloured(symbol: string, value: number): HTMLElement {
  const span = make('span', { title: value.toFixed(3) }, symbol === '\n' ? '↵\n' : symbol);
  span.style.backgroundColor = tint(value);
  return span;
}

/** Offers the signals that the network has, and no others. */
function offer(form: HTMLElement, names: readonly string[]): void {
  const options = form.querySelectorAll<HTMLOptionElement>('[data-testid="network-signal"] option');
  for (const option of options) option.hidden = option.disabled = !names.includes(option.value);
}
