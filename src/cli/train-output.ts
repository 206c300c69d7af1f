/** What `recurra train` shows: a line of progress and messages on stderr, JSON lines on stdout, a CSV log. */

import { appendFileSync, closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileError } from '../checkpoint/file-error.js';
import { OptionError } from '../errors.js';
import type { ProgressEvent, TrainReport } from '../train/train.js';
import { formatCount, formatDuration, ProgressLine } from './progress.js';

const COLUMNS = ['epoch', 'step', 'trainLoss', 'validLoss', 'perplexity', 'lr', 'tokensPerSecond', 'seconds'] as const;

/** The three outputs of one run. */
export class TrainOutput {
  readonly #json: boolean;
  readonly #log: string | undefined;
  readonly #unit: string;
  #line: ProgressLine | undefined;
  /** The last event sent. */
  #event: ProgressEvent | undefined;

  /**
   * @param taken files of the run, which the log cannot be
   * @throws OptionError, CheckpointError for a log that cannot be written
   */
  constructor(
    options: { readonly json?: boolean; readonly log?: string },
    level: 'char' | 'word',
    taken: readonly string[],
  ) {
    this.#json = options.json === true;
    this.#log = options.log;
    this.#unit = level === 'char' ? 'char/s' : 'word/s';
    if (this.#log !== undefined) this.#beginLog(this.#log, taken);
  }

  /** What is about to be trained, a fact a line. */
  begin(lines: readonly string[]): void {
    for (const line of lines) process.stderr.write(`${line}\n`);
  }

  /** A message above the line of progress. */
  message(text: string): void {
    if (this.#line === undefined) process.stderr.write(`${text}\n`);
    else this.#line.message(text);
  }

  progress(event: ProgressEvent): void {
    const line = this.#lineOf(event);
    this.#event = event;
    if (event.event === 'window') {
      line.update(event.windowsDone, this.#fields(event));
      return;
    }
    this.#finishLine(event);
    this.#record(event);
  }

  /** One line of progress for each epoch. */
  #lineOf({ epoch, step, totalSteps, windowsDone, stepsPerEpoch }: ProgressEvent): ProgressLine {
    if (this.#line !== undefined) return this.#line;
    const first = step - windowsDone;
    const total = Math.min(stepsPerEpoch, totalSteps - first);
    const epochs = Math.ceil(totalSteps / stepsPerEpoch);
    this.#line = new ProgressLine({ label: `epoch ${epoch}/${epochs}`, total, initial: windowsDone });
    return this.#line;
  }

  #finishLine(event: ProgressEvent): void {
    this.#line?.finish(this.#fields(event), event.windowsDone);
    this.#line = undefined;
  }

  /** The most important first: a narrow terminal shows no more of them than it has room for. */
  #fields(event: ProgressEvent): Record<string, string> {
    const { trainLoss, validLoss, perplexity, tokensPerSecond, etaSeconds } = event;
    const later = event.totalSteps - event.step > event.stepsPerEpoch - event.windowsDone;
    return {
      loss: trainLoss.toFixed(4),
      ...(validLoss === undefined ? {} : { valid: validLoss.toFixed(4) }),
      ppl: perplexity.toPrecision(4),
      ...(later ? { 'run left': formatDuration(1000 * etaSeconds) } : {}),
      [this.#unit]: formatCount(tokensPerSecond),
    };
  }

  #record(event: ProgressEvent): void {
    const { epoch, trainLoss, validLoss = null, perplexity, tokensPerSecond, seconds } = event;
    if (this.#json && event.event === 'epoch') {
      print({ event: 'epoch', epoch, trainLoss, validLoss, perplexity, tokensPerSecond, seconds });
    }
    if (this.#log !== undefined) this.#appendLog(`${COLUMNS.map((column) => event[column] ?? '').join(',')}\n`);
  }

  /** The end of the run, and where its checkpoint is. */
  done(report: TrainReport, folder: string): void {
    this.#endEpoch(report);
    if (this.#json) print(jsonOf(report, folder));
    const { reason, steps, seconds } = report;
    const why = { epochs: 'done', steps: 'done', patience: 'validation no longer improves', aborted: 'interrupted' };
    const after = `after ${steps} update${steps === 1 ? '' : 's'}, ${formatDuration(1000 * seconds)}`;
    this.message(`${why[reason]} ${after}${lossOf(report)}`);
    const resume = reason === 'aborted' ? `; go on with: recurra train --resume ${quoted(folder)}` : '';
    this.message(`saved in ${folder}${resume}${bestOf(report)}`);
  }

  /** A run whose steps end within an epoch leaves a line and a record of that part. */
  #endEpoch({ reason, validLoss, perplexity }: TrainReport): void {
    if (this.#line === undefined || this.#event === undefined) return;
    const event = { ...this.#event, validLoss, perplexity };
    this.#finishLine(event);
    if (reason === 'steps') this.#record(event);
  }

  /** Leaves the terminal in order, whatever happened. */
  end(): void {
    this.#line?.finish();
  }

  /** Writes the header, or nothing, so that a file that cannot be the log is found before the training. */
  #beginLog(path: string, taken: readonly string[]): void {
    const header = `${COLUMNS.join(',')}\n`;
    if (taken.some((other) => resolve(other) === resolve(path))) {
      throw new OptionError(`--log ${path}: the run has this file for something else. Give another one.`);
    }
    const begun = beginningOf(path, header.length);
    if (begun !== '' && begun !== header) {
      throw new OptionError(`--log ${path}: there is a file that is no log of a training. Give another one.`);
    }
    this.#appendLog(begun === '' ? header : '');
  }

  #appendLog(text: string): void {
    try {
      appendFileSync(this.#log!, text);
    } catch (error) {
      throw fileError(`--log ${this.#log!}`, 'cannot be written', error);
    }
  }
}

/** The first bytes of a file; none where there is none, or where appending will say what is wrong. */
function beginningOf(path: string, bytes: number): string {
  let file: number | undefined;
  try {
    if (!statSync(path).isFile()) return '';
    file = openSync(path, 'r');
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('latin1', 0, readSync(file, buffer, 0, bytes, 0));
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function jsonOf(report: TrainReport, folder: string): object {
  const { reason, steps, epochs, trainLoss, validLoss = null, perplexity, tokensPerSecond, seconds } = report;
  const best = report.best === undefined ? null : { epoch: report.best.epoch, validLoss: report.best.validLoss };
  const losses = { trainLoss, validLoss, perplexity, best };
  return { event: 'done', reason, steps, epochs: epochs.length, ...losses, tokensPerSecond, seconds, out: folder };
}

/** The loss to quote; none where the run was stopped before an update of this epoch. */
function lossOf({ trainLoss, validLoss, perplexity }: TrainReport): string {
  if (Number.isNaN(perplexity)) return '';
  const loss = validLoss === undefined ? `loss ${trainLoss.toFixed(4)}` : `validation loss ${validLoss.toFixed(4)}`;
  return `: ${loss}, perplexity ${perplexity.toPrecision(4)}`;
}

/** Which weights are used from here on, where they are not the last ones. */
function bestOf({ best, validLoss = Infinity }: TrainReport): string {
  if (best?.weights === undefined || validLoss <= best.validLoss) return '';
  return `; evaluate and generate take the weights of epoch ${best.epoch}, validation loss ${best.validLoss.toFixed(4)}`;
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
