/** The figures of several runs, a row each. */

import { make } from '../dom/make.js';
import { oncePerFrame } from '../dom/frame.js';
import type { Key, Texts } from '../texts/texts.js';
import type { Session } from '../training/session.js';

const COLUMNS: readonly Key[] = ['field.cell', 'figure.parameters', 'figure.step', 'figure.loss', 'figure.sequences'];

/** A table that follows the sessions. */
export class SideBySide {
  readonly element: HTMLElement;

  constructor(texts: Texts, runs: readonly (readonly ['rnn' | 'lstm' | 'gru', Session])[]) {
    const head = make('tr', {}, ...COLUMNS.map((key) => make('th', { scope: 'col' }, texts.node(key))));
    const rows = runs.map(([cell, session]) => {
      const values = COLUMNS.slice(1).map((key) => make('td', { 'data-testid': `${cell}-${key.split('.')[1]}` }, '–'));
      const render = oncePerFrame(() => {
        const { training, last } = session;
        const shown = [
          training && texts.number(training.info.parameterCount),
          last && texts.number(last.step),
          last && texts.digits(last.trainLoss),
          last && texts.number(last.tokensPerSecond),
        ];
        for (const [i, value] of values.entries()) value.textContent = shown[i] ?? '–';
      });
      session.subscribe({ onPhase: render, onProgress: render });
      texts.watch(render);
      return make('tr', {}, make('th', { scope: 'row' }, texts.node(`choice.${cell}`)), ...values);
    });
    const table = make('table', { class: 'runs' }, make('thead', {}, head), make('tbody', {}, ...rows));
    this.element = make('div', { class: 'scroll' }, texts.label(table, 'figures.label'));
  }
}
