/**
 * The worker's side: trains what it is told, and answers between two windows. A run that is paused is held between two
 * windows, so everything can be asked of it, and what it makes afterwards is what it would have made without the pause.
 */

import { encodeCheckpoint, saveCheckpoint } from '../checkpoint/checkpoint.js';
import { OptionError } from '../errors.js';
import type { Network } from '../models/network.js';
import type { TrainingRun } from '../train/train.js';
import { checkKnown } from '../options.js';
import type { Job, Queries } from './jobs.js';
import type { Prepared } from './prepared.js';
import type { Line, Message, Request, RunState, SentError, TrainingInfo, WorkerReport } from './protocol.js';

/** Answers whoever is at the other end of the line. */
export function serve(line: Line): void {
  const host = new Host((message, transfer) => line.post(message, transfer));
  line.listen((message) => void host.answer(message as Request));
}

const KINDS: Readonly<Record<Job['kind'], () => Promise<(job: never) => Promise<Prepared>>>> = {
  text: async () => (await import('./text-job.js')).prepareText,
  task: async () => (await import('./task-job.js')).prepareTask,
  series: async () => (await import('./series-job.js')).prepareSeries,
};

type Post = (message: Message, transfer?: readonly ArrayBuffer[]) => void;

/** One job and its run. */
class Host {
  readonly #post: Post;
  readonly #abort: AbortController = new AbortController();
  #prepared: Prepared | undefined;
  #run: TrainingRun | undefined;
  /** Settled when the run is over. */
  #over: Promise<void> = Promise.resolve();
  #hasJob: boolean = false;
  #save: string | undefined;
  #state: RunState = 'running';
  /** The update before which the run is held. */
  #goal: number = Infinity;
  /** Lets a held run go on. */
  #release: (() => void) | undefined;
  /** Who waits for the run to be held at an update, or to be resumed. */
  #waiting: { readonly goal: number; readonly tell: () => void }[] = [];

  constructor(post: Post) {
    this.#post = post;
  }

  async answer(request: Request): Promise<void> {
    const { id } = request;
    try {
      const value = await this.#perform(request);
      this.#post({ id, value }, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []);
    } catch (error) {
      this.#post({ id, error: sent(error) });
    }
  }

  #perform(request: Request): unknown {
    if (request.call === 'start') return this.#start(request.job);
    const { model, queries } = this.#begun();
    switch (request.call) {
      case 'pause':
        return this.#pause();
      case 'resume':
        return this.#resume();
      case 'step':
        return this.#step(request.count);
      case 'abort':
        return this.#stop();
      case 'checkpoint':
        return encodeCheckpoint(model, this.#run);
      case 'save':
        return this.#saveNow(model);
      case 'ask':
        return ask(queries, request.query, request.given);
    }
  }

  async #start(job: Job): Promise<TrainingInfo> {
    if (this.#hasJob) throw new OptionError('startTraining: this worker has a job. Start another one.');
    this.#hasJob = true;
    const prepare = await preparerOf(job);
    const prepared = await prepare(job as never);
    const { model } = prepared;
    this.#save = job.save;
    const run = prepared.start({
      signal: this.#abort.signal,
      saveSeconds: job.saveSeconds,
      onProgress: (progress) => this.#post({ event: 'progress', progress }),
      onSave: (saved) => this.#keep(job, model, saved),
      hold: () => this.#hold(),
    });
    this.#prepared = prepared;
    this.#run = run;
    const { trainer } = run;
    if (job.paused === true) [this.#state, this.#goal] = ['paused', trainer.step];
    this.#over = this.#follow(run);
    return {
      engine: model.engine.report(),
      summary: prepared.summary,
      parameterCount: model.parameterCount,
      totalSteps: trainer.totalSteps,
    };
  }

  async #follow(run: TrainingRun): Promise<void> {
    try {
      const { best: _, ...report }: WorkerReport & { best?: unknown } = await run;
      this.#enter('finished');
      this.#post({ event: 'finished', report });
    } catch (error) {
      this.#enter('failed');
      this.#post({ event: 'failed', error: sent(error) });
    }
    this.#tell(Infinity);
  }

  #enter(state: RunState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#post({ event: 'state', state });
  }

  /** Between two windows: nothing, or a promise that lasts as long as the pause. */
  #hold(): Promise<void> | undefined {
    const { step } = this.#run!.trainer;
    if (step < this.#goal || this.#abort.signal.aborted) return undefined;
    this.#tell(step);
    return new Promise((resolve) => (this.#release = resolve));
  }

  /** The run has come to an update: whoever waits for it, or for an earlier one, hears of it. */
  #tell(step: number): void {
    const told = this.#waiting.filter(({ goal }) => goal <= step);
    this.#waiting = this.#waiting.filter(({ goal }) => goal > step);
    for (const { tell } of told) tell();
  }

  /** Lets a held run go on. */
  #go(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  get #isOver(): boolean {
    return this.#state === 'finished' || this.#state === 'failed';
  }

  /** Settled when no window is being made; steps that are under way end here. */
  async #pause(): Promise<void> {
    if (this.#isOver) return;
    this.#goal = this.#run!.trainer.step;
    this.#waiting = this.#waiting.map(({ tell }) => ({ goal: this.#goal, tell }));
    this.#enter('paused');
    if (this.#release === undefined) await this.#reaches(this.#goal);
  }

  async #resume(): Promise<void> {
    if (this.#isOver) return;
    this.#goal = Infinity;
    this.#enter('running');
    this.#tell(Infinity);
    this.#go();
  }

  /** So many windows more, and then a pause. */
  async #step(count: number): Promise<void> {
    if (this.#isOver) return;
    this.#goal = count + (this.#goal === Infinity ? this.#run!.trainer.step : this.#goal);
    this.#enter('paused');
    const reached = this.#reaches(this.#goal);
    this.#go();
    await reached;
  }

  #reaches(goal: number): Promise<void> {
    return new Promise((tell) => this.#waiting.push({ goal, tell }));
  }

  async #stop(): Promise<void> {
    this.#abort.abort();
    this.#go();
    await this.#over;
  }

  /** As the run goes: a new one does not replace what is kept under its name before it has learnt anything. */
  async #keep({ save, checkpoint }: Job, model: Network, run: TrainingRun): Promise<void> {
    if (save === undefined || (run.trainer.step === 0 && checkpoint === undefined)) return;
    await saveCheckpoint(save, model, run);
  }

  /** @throws DivergenceError for weights that are not finite: what was saved before is kept */
  async #saveNow(model: Network): Promise<void> {
    const name = this.#saveName();
    this.#run!.trainer.verify();
    await saveCheckpoint(name, model, this.#run);
  }

  #begun(): Prepared {
    if (this.#prepared !== undefined) return this.#prepared;
    throw new OptionError('startTraining: the worker has no job yet. Await startTraining first.');
  }

  #saveName(): string {
    if (this.#save !== undefined) return this.#save;
    throw new OptionError('save: the job has no name to save under. Start it with save: NAME.');
  }
}

async function preparerOf({ kind }: Job): Promise<(job: never) => Promise<Prepared>> {
  const load = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (load !== undefined) return load();
  throw new OptionError(`startTraining: kind must be one of ${Object.keys(KINDS).join(', ')}, got ${kind}.`);
}

/** What each question may be given; `generate` checks its options itself. */
const GIVEN: Readonly<Record<Exclude<keyof Queries, 'generate'>, readonly string[]>> = {
  activations: ['text'],
  evaluate: ['text'],
  normsBack: [],
  forecast: ['steps'],
};

function ask(queries: Prepared['queries'], query: string, given: unknown): unknown {
  const answer = Object.hasOwn(queries, query) ? queries[query as keyof typeof queries] : undefined;
  if (answer === undefined) {
    throw new OptionError(`ask: this job knows ${Object.keys(queries).join(', ')}, not ${query}.`);
  }
  if (typeof given !== 'object' || given === null) throw new OptionError(`${query}: give its options as an object.`);
  if (query !== 'generate') checkKnown(query, given, GIVEN[query as keyof typeof GIVEN]);
  return answer(given as never);
}

function sent(error: unknown): SentError {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}
