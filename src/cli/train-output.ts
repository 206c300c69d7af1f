/** What `recurra train` shows: a line of progress and messages on stderr, JSON lines on stdout, a CSV log. */

import { appendFileSync, existsSync, statSync } from 'node:fs';
import { fileError } from '../checkpoint/file-error.js';
import type { ProgressEvent, TrainReport } from '../train/train.js';
import { formatCount, formatDuration, ProgressLine } from './progress.js';

const COLUMNS = ['epoch', 'step', 'trainLoss', 'validLoss', 'perplexity', 'lr', 'tokensPerSecond', 'seconds'] as const;

/** The three outputs of one run. */
export class TrainOutput {
  readonly #json: boolean;
  readonly #log: string | undefined;
  readonly #unit: string;
  #line: ProgressLine | undefined;
  #epoch: number = 0;

  constructor(options: { readonly json?: boolean; readonly log?: string }, level: 'char' | 'word') {
    this.#json = options.json === true;
    this.#log = options.log;
    this.#unit = level === 'char' ? 'char/s' : 'word/s';
    if (this.#log !== undefined) this.#beginLog(this.#log);
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
    const fields = this.#fields(event);
    if (event.event === 'window') {
      line.update(event.windowsDone, fields);
      return;
    }
    line.finish(fields, event.windowsDone);
    this.#line = undefined;
    this.#record(event);
  }

  /** One line of progress for each epoch. */
  #lineOf({ epoch, step, totalSteps, windowsDone, stepsPerEpoch }: ProgressEvent): ProgressLine {
    if (this.#line !== undefined && this.#epoch === epoch) return this.#line;
    const first = step - windowsDone;
    const total = Math.min(stepsPerEpoch, totalSteps - first);
    const epochs = Math.ceil(totalSteps / stepsPerEpoch);
    this.#epoch = epoch;
    this.#line = new ProgressLine({ label: `epoch ${epoch}/${epochs}`, total, initial: windowsDone });
    return this.#line;
  }

  #fields({ trainLoss, validLoss, perplexity, tokensPerSecond, etaSeconds }: ProgressEvent): Record<string, string> {
    return {
      loss: trainLoss.toFixed(4),
      ...(validLoss === undefined ? {} : { valid: validLoss.toFixed(4) }),
      ppl: perplexity.toPrecision(4),
      [this.#unit]: formatCount(tokensPerSecond),
      ...(etaSeconds > 0 ? { left: formatDuration(1000 * etaSeconds) } : {}),
    };
  }

  #record(event: ProgressEvent): void {
    const { epoch, trainLoss, validLoss = null, perplexity, tokensPerSecond, seconds } = event;
    if (this.#json) {
      print({ event: 'epoch', epoch, trainLoss, validLoss, perplexity, tokensPerSecond, seconds });
    }
    if (this.#log !== undefined) this.#appendLog(`${COLUMNS.map((column) => event[column] ?? '').join(',')}\n`);
  }

  /** The end of the run, and where its checkpoint is. */
  done(report: TrainReport, folder: string): void {
    this.#line?.finish();
    this.#line = undefined;
    const { reason, steps, epochs, trainLoss, validLoss = null, perplexity, tokensPerSecond, seconds } = report;
    const best = report.best === undefined ? null : { epoch: report.best.epoch, validLoss: report.best.validLoss };
    if (this.#json) {
      const counts = { reason, steps, epochs: epochs.length };
      print({
        event: 'done',
        ...counts,
        trainLoss,
        validLoss,
        perplexity,
        best,
        tokensPerSecond,
        seconds,
        out: folder,
      });
    }
    const why = { epochs: 'done', steps: 'done', patience: 'validation no longer improves', aborted: 'interrupted' }[
      reason
    ];
    const loss = validLoss === null ? `loss ${trainLoss.toFixed(4)}` : `validation loss ${validLoss.toFixed(4)}`;
    const resume = reason === 'aborted' ? `; go on with: recurra train --resume ${folder}` : '';
    this.message(
      `${why} after ${steps} updates, ${formatDuration(1000 * seconds)}: ${loss}, perplexity ${perplexity.toPrecision(4)}`,
    );
    this.message(`saved in ${folder}${resume}`);
  }

  /** Leaves the terminal in order, whatever happened. */
  end(): void {
    this.#line?.finish();
  }

  /** Writes the header, or nothing, so that a file that cannot be written is found before the training. */
  #beginLog(path: string): void {
    const isNew = !existsSync(path) || statSync(path).size === 0;
    this.#appendLog(isNew ? `${COLUMNS.join(',')}\n` : '');
  }

  #appendLog(text: string): void {
    try {
      appendFileSync(this.#log!, text);
    } catch (error) {
      throw fileError(`--log ${this.#log!}`, 'cannot be written', error);
    }
  }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
