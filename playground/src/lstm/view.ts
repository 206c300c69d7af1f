/** Why LSTM: three cells on the adding problem (Hochreiter and Schmidhuber 1997), and how far their gradients reach. */

import type { Job, Training } from 'recurra/worker';
import { LineChart } from '../charts/line-chart.js';
import type { CurveStyle } from '../charts/line-chart.js';
import { Alert } from '../dom/alert.js';
import { fieldsOf, section } from '../dom/form.js';
import type { FormContext } from '../dom/form.js';
import { make } from '../dom/make.js';
import type { State } from '../state/schema.js';
import { Controls } from '../training/controls.js';
import { Session } from '../training/session.js';
import type { PageView } from '../view.js';
import { SideBySide } from './side-by-side.js';

/** The cells, in the order of the curves. */
const CELLS = ['rnn', 'lstm', 'gru'] as const;
const CURVES: readonly CurveStyle[] = CELLS.map((cell, i) => ({
  label: `choice.${cell}` as const,
  colour: ([3, 1, 2] as const)[i]!,
}));
/** Always answering 1 leaves the variance of a sum of two uniform numbers. */
const BASELINE = 1 / 6;
/** Milliseconds between two looks at the gradients. */
const EVERY = 1500;

/** Trains the three side by side. */
export class LstmView implements PageView {
  readonly element: HTMLElement;
  readonly #context: FormContext;
  readonly #sessions = CELLS.map(() => new Session());
  readonly #loss: LineChart;
  readonly #norms: LineChart;
  readonly #controls: Controls;
  #lookedAt = 0;
  #looking = false;

  constructor(context: FormContext) {
    const { texts } = context;
    this.#context = context;
    const alert = new Alert(texts);
    const baseline: CurveStyle = { label: 'chart.baseline', colour: 'quiet', dashed: true };
    this.#loss = new LineChart(texts, {
      title: 'chart.loss',
      x: 'chart.step',
      curves: [...CURVES, baseline],
      log: true,
      testId: 'chart-adding',
    });
    this.#norms = new LineChart(texts, {
      title: 'chart.norms',
      x: 'chart.stepsBack',
      curves: CURVES,
      log: true,
      testId: 'chart-norms',
    });
    this.#controls = new Controls({
      texts,
      alert,
      sessions: this.#sessions,
      start: (paused) => this.#start(paused),
      onReset: () => this.#clear(),
    });
    const table = new SideBySide(
      texts,
      CELLS.map((cell, i) => [cell, this.#sessions[i]!] as const),
    );
    const outputs = make('div', { class: 'outputs' }, this.#controls.element, alert.element);
    outputs.append(table.element, this.#loss.element, this.#norms.element);
    this.element = make('div', { class: 'columns' }, this.#settings(), outputs);
    for (const [i, session] of this.#sessions.entries()) {
      session.subscribe({
        onProgress: ({ step, loss }) => {
          this.#loss.add(step, at(i, loss));
          this.#look();
        },
        onPhase: () => this.#look(),
      });
    }
  }

  close(): void {
    for (const session of this.#sessions) session.reset();
  }

  restyle(): void {
    this.#loss.restyle();
    this.#norms.restyle();
  }

  async #start(paused: boolean): Promise<void> {
    this.#clear();
    const settings = this.#context.store.get('lstm');
    for (const step of [0, settings.steps]) this.#loss.add(step, at(CELLS.length, BASELINE));
    await Promise.all(this.#sessions.map((session, i) => session.start(addingJob(CELLS[i]!, settings, paused))));
  }

  #clear(): void {
    this.#loss.clear();
    this.#norms.clear();
    this.#lookedAt = 0;
  }

  /** Looks at the gradients of all three, now and then. */
  #look(): void {
    const now = performance.now();
    const isDone = this.#controls.phase === 'finished';
    if (this.#looking || (now - this.#lookedAt < EVERY && !isDone)) return;
    const trainings = this.#sessions.flatMap(({ training }) => training ?? []);
    if (trainings.length < CELLS.length) return;
    this.#lookedAt = now;
    void this.#ask(trainings);
  }

  async #ask(trainings: readonly Training[]): Promise<void> {
    this.#looking = true;
    try {
      const answers = await Promise.all(trainings.map((training) => training.ask('normsBack', {})));
      const isSame = this.#sessions.every(({ training }, i) => training === trainings[i]);
      const norms = answers.map((layers) => [...(layers.at(-1)?.norms ?? [])]);
      if (isSame) this.#norms.replace([norms[0]!.map((_, back) => back), ...norms.map(positive)]);
    } catch {
      // A run that ends in between says why itself.
    } finally {
      this.#looking = false;
    }
  }

  #settings(): HTMLElement {
    const { texts } = this.#context;
    const fixed = make('fieldset', { class: 'fixed' });
    const locked = make('p', { class: 'hint', hidden: true }, texts.node('settings.locked'));
    fixed.append(
      section(texts, 'group.training', true, fieldsOf(this.#context, 'lstm', ['length', 'hiddenSize', 'steps', 'lr'])),
      section(texts, 'group.model', false, fieldsOf(this.#context, 'lstm', ['batch', 'optimizer', 'clipNorm', 'seed'])),
    );
    for (const session of this.#sessions) {
      session.subscribe({
        onPhase: () => {
          fixed.disabled = ['running', 'paused', 'starting'].includes(this.#controls.phase);
          locked.hidden = !fixed.disabled;
        },
      });
    }
    return make('div', { class: 'settings' }, locked, fixed);
  }
}

/** A list with one value at i. */
function at(i: number, value: number): (number | undefined)[] {
  return Array.from({ length: CELLS.length + 1 }, (_, k) => (k === i ? value : undefined));
}

/** What a logarithmic axis can show. */
function positive(values: readonly number[]): (number | null)[] {
  return values.map((value) => (value > 0 ? value : null));
}

function addingJob(cell: (typeof CELLS)[number], settings: State['lstm'], paused: boolean): Job {
  const { length, hiddenSize, steps, batch, optimizer, lr, clipNorm, seed } = settings;
  return {
    kind: 'task',
    task: 'adding',
    options: { length },
    model: { cell, hiddenSize },
    train: { steps, batch, optimizer, lr, clipNorm, seed },
    engine: { seed },
    paused,
  };
}
