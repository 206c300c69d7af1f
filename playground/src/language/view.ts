/** The view of the language model. */

import { LineChart } from '../charts/line-chart.js';
import { Alert } from '../dom/alert.js';
import { fieldsOf, section } from '../dom/form.js';
import type { FormContext } from '../dom/form.js';
import { make } from '../dom/make.js';
import { isNarrow } from '../dom/media.js';
import { saveRun, storageProblem } from '../storage/database.js';
import type { Key } from '../texts/texts.js';
import { Controls } from '../training/controls.js';
import { Figures } from '../training/figures.js';
import type { Phase, Session } from '../training/session.js';
import { keepOverSleep } from '../training/sleep.js';
import type { PageView } from '../view.js';
import { downloadCheckpoint, readCheckpointFile, readSaved, SavedRunLine } from './checkpoints.js';
import { languageJob, SAVED_AS } from './job.js';
import { Samples } from './samples.js';
import { Source } from './source.js';
import type { LearntText } from './source.js';

const MODEL = ['cell', 'hiddenSize', 'embeddingSize', 'numLayers', 'dropout'] as const;
const TRAINING = ['window', 'batch', 'epochs', 'lr', 'optimizer', 'schedule', 'clipNorm', 'seed', 'kernels'] as const;
const SAMPLING = ['temperature', 'length', 'topK', 'topP', 'prompt', 'sampleEvery'] as const;

/** Trains a language model in front of the visitor. */
export class LanguageView implements PageView {
  readonly element: HTMLElement;
  readonly #context: FormContext;
  readonly #session: Session;
  readonly #alert: Alert;
  readonly #source: Source;
  readonly #controls: Controls;
  readonly #samples: Samples;
  readonly #charts: { readonly loss: LineChart; readonly perplexity: LineChart };
  readonly #buttons: HTMLButtonElement[] = [];
  /** Whether the run keeps itself in the browser's storage. */
  #isSaved = true;
  /** The text that the running network learns from. */
  learnt: LearntText | undefined;

  constructor(context: FormContext, session: Session) {
    const { texts, store } = context;
    this.#context = context;
    this.#session = session;
    this.#alert = new Alert(texts);
    this.#source = new Source(context, this.#alert);
    this.#samples = new Samples(texts, store, session, (error) => this.#alert.show(error));
    this.#charts = lossCharts(context);
    this.#controls = new Controls({
      texts,
      alert: this.#alert,
      sessions: [session],
      start: (paused) => this.start(paused),
      onReset: () => this.#clear(),
    });
    const saved = new SavedRunLine(
      texts,
      () => this.#resumeSaved(),
      (error) => this.#alert.show(error),
    );
    const outputs = make('div', { class: 'outputs' });
    outputs.append(
      saved.element,
      this.#controls.element,
      this.#alert.element,
      new Figures(texts, session, FIGURES).element,
      this.#charts.loss.element,
      this.#charts.perplexity.element,
      this.#samples.element,
    );
    this.element = make('div', { class: 'columns' }, this.#settings(), outputs);
    this.#follow();
    keepOverSleep(session, this.#controls, texts, () => this.#save());
  }

  restyle(): void {
    this.#charts.loss.restyle();
    this.#charts.perplexity.restyle();
  }

  close(): void {
    this.#session.reset();
  }

  /** As the button does: what fails is said in the view. */
  async startNow(): Promise<void> {
    await this.#try(() => this.start(false));
  }

  /** Trains a new network. @throws Problem for a text that cannot be learnt */
  async start(paused: boolean): Promise<void> {
    const learnt = await this.#source.read();
    if (!(await this.#session.start(languageJob(this.#context.store.get('language'), learnt, { paused })))) return;
    await this.#begin(learnt);
  }

  /** A training has begun: what is on the page about another one goes. */
  async #begin(learnt: LearntText): Promise<void> {
    this.learnt = learnt;
    this.#isSaved = true;
    this.#clear();
    const settings = this.#context.store.get('language');
    await saveRun(SAVED_AS, { settings, ownText: settings.text === 'own' ? learnt.text : undefined });
  }

  async #load(file: File): Promise<void> {
    const [checkpoint, learnt] = [await readCheckpointFile(file), await this.#source.read()];
    const job = languageJob(this.#context.store.get('language'), learnt, { paused: true, checkpoint });
    if (!(await this.#session.start(job))) return;
    await this.#begin(learnt);
    this.#controls.say(this.#context.texts.say('status.loaded'));
  }

  async #resumeSaved(): Promise<void> {
    const { bytes, run } = await readSaved();
    this.#context.store.set('language', run.settings);
    if (run.ownText !== undefined) this.#source.setOwn(run.ownText, undefined);
    const learnt = await this.#source.read();
    const job = languageJob(run.settings, learnt, { paused: false, checkpoint: bytes });
    if (await this.#session.start(job)) await this.#begin(learnt);
  }

  /**
   * Goes on without saving where saving has ended the run: the network is still with its worker.
   * @param error why it could not be saved
   */
  async #goOnUnsaved(error: unknown, paused: boolean): Promise<void> {
    const { training } = this.#session;
    if (training === undefined || this.learnt === undefined) return;
    this.#isSaved = false;
    const checkpoint = await training.checkpoint();
    const settings = this.#context.store.get('language');
    await this.#session.start(languageJob(settings, this.learnt, { paused, checkpoint, unsaved: true }));
    throw storageProblem(error);
  }

  /** Keeps the run as it is now, for a page that may not come back. */
  #save(): void {
    const { training } = this.#session;
    if (training === undefined || !this.#isSaved) return;
    training.save().catch((error: unknown) => this.#alert.show(storageProblem(error)));
  }

  async #evaluate(): Promise<void> {
    const { training } = this.#session;
    if (training === undefined || this.learnt === undefined) return;
    const { texts } = this.#context;
    this.#controls.say(texts.say('status.measuring'));
    const { loss, perplexity } = await training.ask('evaluate', { text: this.learnt.text });
    this.#controls.say(texts.say('status.measured', { loss: loss.toFixed(4), perplexity: perplexity.toFixed(3) }));
  }

  #follow(): void {
    const { loss, perplexity } = this.#charts;
    let before: Phase = 'idle';
    let wasPaused = false;
    this.#session.subscribe({
      onProgress: (event) => {
        loss.add(event.step, [event.loss, event.trainLoss, event.validLoss]);
        const valid = event.validLoss === undefined ? undefined : Math.exp(event.validLoss);
        perplexity.add(event.step, [Math.exp(event.trainLoss), valid]);
      },
      onPhase: (phase) => {
        wasPaused = before === 'paused';
        before = phase;
        if (phase === 'paused') this.#save();
        for (const button of this.#buttons) button.disabled = this.#session.training === undefined;
      },
      onProblem: (error) => {
        const isUnsaved = this.#session.phase === 'failed' && (error as Error).name === 'CheckpointError';
        if (isUnsaved) void this.#try(() => this.#goOnUnsaved(error, wasPaused));
      },
    });
  }

  #clear(): void {
    this.#charts.loss.clear();
    this.#charts.perplexity.clear();
    this.#samples.clear();
  }

  #settings(): HTMLElement {
    const { texts } = this.#context;
    const fields = (names: readonly (typeof MODEL | typeof TRAINING | typeof SAMPLING)[number][]): HTMLElement =>
      fieldsOf(this.#context, 'language', names, { length: 'field.sampleLength' });
    const fixed = make('fieldset', { class: 'fixed' });
    const locked = make('p', { class: 'hint' }, texts.node('settings.locked'));
    const wide = !isNarrow();
    fixed.append(
      section(texts, 'group.text', true, this.#source.element),
      section(texts, 'group.model', wide, fields(MODEL)),
      section(texts, 'group.training', wide, fields(TRAINING)),
    );
    this.#session.subscribe({
      onPhase: (phase) => {
        fixed.disabled = phase === 'running' || phase === 'paused' || phase === 'starting';
        locked.hidden = !fixed.disabled;
      },
    });
    locked.hidden = true;
    const write = this.#button('generate', 'action.generate', () => this.#samples.write());
    return make(
      'div',
      { class: 'settings' },
      locked,
      fixed,
      section(texts, 'group.sampling', wide, fields(SAMPLING), make('div', { class: 'buttons' }, write)),
      make(
        'div',
        { class: 'buttons stacked' },
        this.#button('download', 'action.download', () => downloadCheckpoint(this.#session)),
        this.#loader(),
        this.#button('evaluate', 'action.evaluate', () => this.#evaluate()),
      ),
    );
  }

  /** A button that needs a network. */
  #button(testId: string, key: Key, act: () => Promise<void>): HTMLButtonElement {
    const click = (): void => void this.#try(act);
    const button = make('button', { type: 'button', 'data-testid': testId, disabled: true, onclick: click });
    button.append(this.#context.texts.node(key));
    this.#buttons.push(button);
    return button;
  }

  #loader(): HTMLElement {
    const input = make('input', { type: 'file', class: 'unseen', 'data-testid': 'load' });
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file !== undefined) void this.#try(() => this.#load(file));
      input.value = '';
    });
    return make('label', { class: 'button' }, this.#context.texts.node('action.load'), input);
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.#alert.clear();
    try {
      await act();
    } catch (error) {
      this.#alert.show(error);
    }
  }
}

const FIGURES = ['loss', 'perplexity', 'speed', 'left', 'parameters', 'kernels', 'threads'] as const;

function lossCharts({ texts }: FormContext): { loss: LineChart; perplexity: LineChart } {
  const valid = { colour: 2, points: true } as const;
  return {
    loss: new LineChart(texts, {
      title: 'chart.loss',
      x: 'chart.step',
      testId: 'chart-loss',
      curves: [
        { label: 'chart.windowLoss', colour: 'quiet' },
        { label: 'chart.trainLoss', colour: 1 },
        { label: 'chart.validLoss', ...valid },
      ],
    }),
    perplexity: new LineChart(texts, {
      title: 'chart.perplexity',
      x: 'chart.step',
      testId: 'chart-perplexity',
      log: true,
      curves: [
        { label: 'chart.trainLoss', colour: 1 },
        { label: 'chart.validPerplexity', ...valid },
      ],
    }),
  };
}
