/**
 * The worker's side: trains what it is told, and answers between two windows. A run that is paused is held between two
 * windows, so everything can be asked of it, and what it makes afterwards is what it would have made without the pause.
 */

import { encodeCheckpoint, saveCheckpoint } from '../checkpoint/checkpoint.js';
import { OptionError } from '../errors.js';
import type { TrainingRun } from '../train/train.js';
import type { Job } from './jobs.js';
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
  #save: string | undefined;
  #state: RunState = 'running';
  /** Windows that a paused run may still make. */
  #allowed: number = 0;
  /** Lets a held run go on. */
  #release: (() => void) | undefined;
  /** Told when the run is held again. */
  #onHeld: (() => void)[] = [];

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
        return saveCheckpoint(this.#saveName(), model, this.#run);
      case 'ask':
        return ask(queries, request.query, request.given);
    }
  }

  async #start(job: Job): Promise<TrainingInfo> {
    if (this.#prepared !== undefined) throw new OptionError('startTraining: this worker has a job. Start another one.');
    const prepare = await preparerOf(job);
    const prepared = await prepare(job as never);
    const { model } = prepared;
    this.#save = job.save;
    if (job.paused === true) this.#state = 'paused';
    const run = prepared.start({
      signal: this.#abort.signal,
      saveSeconds: job.saveSeconds,
      onProgress: (progress) => this.#post({ event: 'progress', progress }),
      onSave: job.save === undefined ? undefined : (saved) => saveCheckpoint(job.save!, model, saved),
      hold: () => this.#hold(),
    });
    this.#prepared = prepared;
    this.#run = run;
    void this.#follow(run);
    const { trainer } = run;
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
    this.#settle();
  }

  #enter(state: RunState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#post({ event: 'state', state });
  }

  /** Between two windows: nothing, or a promise that lasts as long as the pause. */
  #hold(): Promise<void> | undefined {
    if (this.#state !== 'paused' || this.#abort.signal.aborted) return undefined;
    if (this.#allowed > 0) {
      this.#allowed--;
      return undefined;
    }
    this.#settle();
    return new Promise((resolve) => (this.#release = resolve));
  }

  /** The run is held, or at its end: whoever waits for that hears of it. */
  #settle(): void {
    const told = this.#onHeld;
    this.#onHeld = [];
    for (const tell of told) tell();
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

  /** Settled when no window is being made. */
  async #pause(): Promise<void> {
    if (this.#isOver || this.#release !== undefined) return;
    this.#allowed = 0;
    this.#enter('paused');
    await new Promise<void>((resolve) => this.#onHeld.push(resolve));
  }

  async #resume(): Promise<void> {
    if (this.#isOver) return;
    this.#allowed = 0;
    this.#enter('running');
    this.#go();
  }

  /** So many windows, and then a pause. */
  async #step(count: number): Promise<void> {
    await this.#pause();
    if (this.#isOver) return;
    // The window at which it is held is let through by the release itself.
    this.#allowed = count - 1;
    const held = new Promise<void>((resolve) => this.#onHeld.push(resolve));
    this.#go();
    await held;
  }

  async #stop(): Promise<void> {
    if (this.#isOver) return;
    this.#abort.abort();
    const over = new Promise<void>((resolve) => this.#onHeld.push(resolve));
    this.#go();
    await over;
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

function ask(queries: Prepared['queries'], query: string, given: unknown): unknown {
  const answer = Object.hasOwn(queries, query) ? queries[query as keyof typeof queries] : undefined;
  if (answer !== undefined) return answer((given ?? {}) as never);
  throw new OptionError(`ask: this job knows ${Object.keys(queries).join(', ')}, not ${query}.`);
}

function sent(error: unknown): SentError {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}
