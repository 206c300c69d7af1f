/** Start, pause, go on, one step, reset, and where the training stands: for one session or several side by side. */

import type { Alert } from '../dom/alert.js';
import { make } from '../dom/make.js';
import type { Key, Texts } from '../texts/texts.js';
import type { Phase, Session } from './session.js';

/** What the controls act on. */
export interface ControlsOptions {
  readonly texts: Texts;
  readonly alert: Alert;
  readonly sessions: readonly Session[];
  /** Starts all of them. @param paused whether they wait before the first step */
  readonly start: (paused: boolean) => Promise<void>;
  /** Clears what the runs left behind in the view. */
  readonly onReset: () => void;
}

/** Seconds between two sentences on the way for those who listen. */
const SAY_EVERY = 20;

/** What the main button does in each phase. */
const MAIN: Readonly<Record<Phase, 'start' | 'pause' | 'resume'>> = {
  idle: 'start',
  starting: 'start',
  running: 'pause',
  paused: 'resume',
  finished: 'start',
  failed: 'start',
};

/** The bar of buttons. */
export class Controls {
  readonly element: HTMLElement;
  readonly #options: ControlsOptions;
  readonly #main: HTMLButtonElement;
  readonly #step: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  readonly #state: HTMLElement = make('span', { role: 'status', class: 'phase', 'data-testid': 'phase' });
  readonly #place: HTMLElement = make('span', { class: 'place' });
  readonly #bar: HTMLProgressElement = make('progress', { max: 1, value: 0, 'data-testid': 'progress' });
  #said = 0;

  constructor(options: ControlsOptions) {
    this.#options = options;
    const { texts, sessions } = options;
    const button = (testId: string, act: () => Promise<void>, className = ''): HTMLButtonElement =>
      make('button', { type: 'button', class: className, 'data-testid': testId, onclick: () => void this.#try(act) });
    this.#main = button('toggle', () => this.#toggle(), 'primary');
    this.#step = button('step', () => this.#one());
    this.#step.append(texts.node('action.step'));
    this.#reset = button('reset', async () => this.#clear());
    this.#reset.append(texts.node('action.reset'));
    texts.label(this.#bar, 'figure.step');
    const buttons = make('div', { class: 'buttons' }, this.#main, this.#step, this.#reset);
    const state = make('div', { class: 'state' }, this.#state, this.#place);
    this.element = make('div', { class: 'controls' }, buttons, state, this.#bar);
    for (const session of sessions) {
      session.subscribe({
        onPhase: () => this.#render(),
        onProgress: () => this.#progress(),
        onProblem: (error) => options.alert.show(error),
      });
    }
    texts.watch(() => this.#render());
  }

  /** The phase of all: what any of them is doing, else what all have come to. */
  get phase(): Phase {
    const phases = this.#options.sessions.map(({ phase }) => phase);
    const order = ['starting', 'running', 'failed', 'paused', 'finished'] as const;
    return order.find((phase) => phases.includes(phase)) ?? 'idle';
  }

  /** Says a sentence of the view's, until the phase changes. */
  say(sentence: string): void {
    this.#state.textContent = sentence;
  }

  async #toggle(): Promise<void> {
    const { sessions, start } = this.#options;
    const action = MAIN[this.phase];
    if (action === 'start') await start(false);
    else await Promise.all(sessions.map((session) => session[action]()));
  }

  /** One step, from the beginning where nothing has begun. */
  async #one(): Promise<void> {
    const { sessions, start } = this.#options;
    if (MAIN[this.phase] === 'start') await start(true);
    await Promise.all(sessions.map((session) => session.step()));
  }

  #clear(): void {
    for (const session of this.#options.sessions) session.reset();
    this.#options.alert.clear();
    this.#options.onReset();
    this.#progress();
    this.#main.focus();
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.#options.alert.clear();
    try {
      await act();
    } catch (error) {
      this.#options.alert.show(error);
    }
  }

  #render(): void {
    const { phase } = this;
    const { texts } = this.#options;
    this.#main.textContent = texts.say(`action.${MAIN[phase]}`);
    this.#main.dataset['action'] = MAIN[phase];
    this.#main.disabled = phase === 'starting';
    this.#step.disabled = phase === 'starting' || phase === 'running';
    this.#reset.disabled = phase === 'idle';
    this.#state.dataset['phase'] = phase;
    this.#state.textContent = texts.say(`phase.${phase}` satisfies Key);
    this.#progress();
  }

  #progress(): void {
    const { texts, sessions } = this.#options;
    const events = sessions.flatMap(({ last }) => last ?? []);
    const slowest = events.toSorted((a, b) => a.step - b.step)[0];
    this.#bar.value = slowest === undefined ? 0 : slowest.step / Math.max(slowest.totalSteps, 1);
    if (slowest === undefined) this.#place.textContent = '';
    else {
      const [step, total] = [texts.number(slowest.step), texts.number(slowest.totalSteps)];
      this.#place.textContent = texts.say('status.step', { step, total });
      const now = performance.now() / 1000;
      if (this.phase === 'running' && now - this.#said > SAY_EVERY) {
        if (this.#said > 0) this.say(texts.say('status.steps', { step, total, loss: slowest.trainLoss.toFixed(3) }));
        this.#said = now;
      }
    }
  }
}
