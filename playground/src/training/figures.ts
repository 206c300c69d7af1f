/** The figures of a run as a list, and what it runs on with the reasons. */

import { make } from '../dom/make.js';
import { oncePerFrame } from '../dom/frame.js';
import type { Key, Texts } from '../texts/texts.js';
import type { Session } from './session.js';

/** A figure that can be shown. */
export type Figure = 'loss' | 'perplexity' | 'speed' | 'sequences' | 'left' | 'parameters' | 'kernels' | 'threads';

/** The list, which follows its session. */
export class Figures {
  readonly element: HTMLElement;
  readonly #texts: Texts;
  readonly #session: Session;
  readonly #values = new Map<Figure, HTMLElement>();
  readonly #notes: HTMLElement = make('ul');
  readonly #why: HTMLDetailsElement;
  readonly #slow: HTMLElement;

  constructor(texts: Texts, session: Session, figures: readonly Figure[]) {
    this.#texts = texts;
    this.#session = session;
    const list = figures.map((figure) => {
      const value = make('dd', { 'data-testid': `figure-${figure}` });
      this.#values.set(figure, value);
      return make('div', {}, make('dt', {}, texts.node(`figure.${figure}` satisfies Key)), value);
    });
    this.#why = make('details', { class: 'why', hidden: true, 'data-testid': 'engine-notes' });
    this.#why.append(make('summary', {}, texts.node('engine.why')), this.#notes);
    this.#slow = make('p', { class: 'notice', hidden: true, 'data-testid': 'engine-js' }, texts.node('engine.js'));
    const grid = texts.label(make('dl', { class: 'figures' }, ...list), 'figures.label');
    this.element = make('div', {}, grid, this.#slow, this.#why);
    const render = oncePerFrame(() => this.#render());
    session.subscribe({ onPhase: render, onProgress: render });
    texts.watch(render);
  }

  #render(): void {
    const { last, training } = this.#session;
    const texts = this.#texts;
    const show = (figure: Figure, value: string | undefined): void => {
      const place = this.#values.get(figure);
      if (place !== undefined) place.textContent = value ?? '–';
    };
    show('loss', last && texts.digits(last.trainLoss));
    show('perplexity', last && Number.isFinite(last.perplexity) ? texts.number(last.perplexity, 2) : undefined);
    for (const figure of ['speed', 'sequences'] as const) show(figure, last && texts.number(last.tokensPerSecond));
    show('left', last && duration(last.etaSeconds));
    const info = training?.info;
    show('parameters', info && texts.number(info.parameterCount));
    show('kernels', info && texts.say(`choice.${info.engine.kernels}`));
    show('threads', info && texts.number(info.engine.threads));
    const notes = info?.engine.notes ?? [];
    this.#notes.replaceChildren(...notes.map((note) => make('li', { lang: 'en' }, note)));
    this.#why.hidden = notes.length === 0;
    // Where JavaScript was asked for, no note is about WebAssembly.
    this.#slow.hidden = info?.engine.kernels !== 'js' || !notes.some((note) => note.startsWith('simd:'));
  }
}

/** `1:05` or `2:03:04`. */
function duration(seconds: number): string | undefined {
  if (!Number.isFinite(seconds)) return undefined;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}
