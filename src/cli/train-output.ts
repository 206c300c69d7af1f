/** What `recurra train` shows: a line of progress and messages on stderr, JSON lines on stdout, a CSV log. */

import { appendFileSync, closeSync, openSync, readSync, statSync } from 'node:fs';
import { fileError } from '../checkpoint/file-error.js';
import { OptionError } from '../errors.js';
import type { ProgressEvent, TrainReport } from '../train/train.js';
import { checkNotTaken } from './destination.js';
import { formatCount, formatDuration, ProgressLine } from './progress.js';
import type { Terms } from './terms.js';

/** What is told in the end of a run, beside its losses: a line, and members of the last JSON object. */
export interface Conclusion {
  readonly line: string;
  readonly json: object;
}

/** The three outputs of one run. */
export class TrainOutput {
  readonly #json: boolean;
  readonly #log: string | undefined;
  readonly #terms: Terms;
  #line: ProgressLine | undefined;
  /** The last event sent. */
  #event: ProgressEvent | undefined;

  /**
   * @param taken files of the run, which the log cannot be
   * @throws OptionError, CheckpointError for a log that cannot be written
   */
  constructor(options: { readonly json?: boolean; readonly log?: string }, terms: Terms, taken: readonly string[]) {
    this.#json = options.json === true;
    this.#log = options.log;
    this.#terms = terms;
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
    const { unit } = this.#terms.step;
    this.#line = new ProgressLine({ label: `epoch ${epoch}/${epochs}`, total, initial: windowsDone, unit });
    return this.#line;
  }

  #finishLine(event: ProgressEvent): void {
    this.#line?.finish(this.#fields(event), event.windowsDone);
    this.#line = undefined;
  }

  /** The most important first: a narrow terminal shows no more of them than it has room for. */
  #fields(event: ProgressEvent): Record<string, string> {
    const { trainLoss, validLoss, tokensPerSecond, etaSeconds } = event;
    const later = event.totalSteps - event.step > event.stepsPerEpoch - event.windowsDone;
    return {
      loss: trainLoss.toFixed(4),
      ...(validLoss === undefined ? {} : { valid: validLoss.toFixed(4) }),
      ...this.#terms.fields(event),
      ...(later ? { 'run left': formatDuration(1000 * etaSeconds) } : {}),
      [this.#terms.speed.unit]: formatCount(tokensPerSecond),
    };
  }

  #record(event: ProgressEvent): void {
    const row = this.#row(event);
    const { step: _, lr: __, ...shown } = row;
    if (this.#json && event.event === 'epoch') print({ event: 'epoch', ...shown });
    if (this.#log !== undefined) this.#appendLog(`${Object.values(row).join(',')}\n`);
  }

  /** The figures of an epoch in the order of the columns; null for one that there is not. */
  #row(event: ProgressEvent): Record<string, number | null> {
    const { epoch, step, trainLoss, validLoss, lr, tokensPerSecond, seconds } = event;
    const losses = { trainLoss, validLoss: validLoss ?? null, ...this.#told(event) };
    const { speed } = this.#terms;
    return { epoch, step, ...losses, lr, [speed.column]: tokensPerSecond, seconds };
  }

  /** What is told beside the losses, by column. */
  #told(figures: Figures): Record<string, number | null> {
    return Object.fromEntries(this.#terms.columns.map((column) => [column, figureOf(figures, column)]));
  }

  get #header(): string {
    const { columns, speed } = this.#terms;
    return `${['epoch', 'step', 'trainLoss', 'validLoss', ...columns, 'lr', speed.column, 'seconds'].join(',')}\n`;
  }

  /** The end of the run, and where its checkpoint is. */
  done(report: TrainReport, folder: string, conclusion?: Conclusion): void {
    this.#endEpoch(report);
    if (this.#json) print(this.#jsonOf(report, folder, conclusion));
    const { reason, steps, seconds } = report;
    const why = { epochs: 'done', steps: 'done', patience: 'validation no longer improves', aborted: 'interrupted' };
    const after = `after ${steps} update${steps === 1 ? '' : 's'}, ${formatDuration(1000 * seconds)}`;
    this.message(`${why[reason]} ${after}${lossOf(report, this.#terms)}`);
    if (conclusion !== undefined) this.message(conclusion.line);
    const resume = reason === 'aborted' ? `; go on with: recurra train --resume ${quoted(folder)}` : '';
    this.message(`saved in ${folder}${resume}${bestOf(report, this.#terms)}`);
  }

  /** A run whose steps end within an epoch leaves a line and a record of that part. */
  #endEpoch({ reason, validLoss, validRight, figures, perplexity }: TrainReport): void {
    if (this.#line === undefined || this.#event === undefined) return;
    const event = { ...this.#event, validLoss, validRight, figures, perplexity };
    this.#finishLine(event);
    if (reason === 'steps') this.#record(event);
  }

  #jsonOf(report: TrainReport, folder: string, conclusion?: Conclusion): object {
    const { reason, steps, epochs, trainLoss, validLoss = null, tokensPerSecond, seconds } = report;
    const best = report.best === undefined ? null : { epoch: report.best.epoch, validLoss: report.best.validLoss };
    const losses = { trainLoss, validLoss, ...this.#told(report), best };
    const { speed } = this.#terms;
    const pace = { [speed.column]: tokensPerSecond, seconds };
    return {
      event: 'done',
      reason,
      steps,
      epochs: epochs.length,
      ...losses,
      ...pace,
      ...conclusion?.json,
      out: folder,
    };
  }

  /** Leaves the terminal in order, whatever happened. */
  end(): void {
    this.#line?.finish();
  }

  /** Writes the header, or nothing, so that a file that cannot be the log is found before the training. */
  #beginLog(path: string, taken: readonly string[]): void {
    const header = this.#header;
    checkNotTaken('--log', path, taken);
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

/** What an event and a report tell beside the losses. */
type Figures = Pick<ProgressEvent, 'perplexity' | 'validRight' | 'figures'>;

/** What stands under a column: a figure of every run, or one that the validation names. */
function figureOf(told: Figures, column: string): number | null {
  if (column === 'perplexity' || column === 'validRight') return told[column] ?? null;
  return told.figures?.[column] ?? null;
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

/** The loss to quote; none where the run was stopped before an update of this epoch. */
function lossOf(report: TrainReport, terms: Terms): string {
  const { trainLoss, validLoss } = report;
  if (Number.isNaN(validLoss ?? trainLoss)) return '';
  const loss = validLoss === undefined ? `loss ${trainLoss.toFixed(4)}` : `validation loss ${validLoss.toFixed(4)}`;
  return `: ${loss}${terms.verdict(report)}`;
}

/** Which weights are used from here on, where they are not the last ones. */
function bestOf({ best, validLoss = Infinity }: TrainReport, { users }: Terms): string {
  if (best?.weights === undefined || validLoss <= best.validLoss) return '';
  return `; ${users} the weights of epoch ${best.epoch}, validation loss ${best.validLoss.toFixed(4)}`;
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
