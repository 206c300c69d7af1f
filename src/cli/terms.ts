/** How a run speaks of what it learns: tokens and perplexity of a text, sequences and right answers of a task. */

import type { ProgressEvent, TrainReport } from '../train/train.js';

/** The words and figures of one kind of run. */
export interface Terms {
  /** What one update takes, in messages and beside the rate of updates. */
  readonly step: { readonly name: string; readonly unit: string };
  /** What is counted a second, on the line of progress and as a column. */
  readonly speed: { readonly unit: string; readonly column: string };
  /** Who takes the best weights, where they are not the last. */
  readonly users: string;
  /** What is told beside the losses, as a column. */
  readonly quality: keyof Pick<ProgressEvent, 'perplexity' | 'validRight'>;
  /** The same on the line of progress; nothing where it is not known. */
  fields(event: ProgressEvent): Readonly<Record<string, string>>;
  /** The same behind the loss, at the end. */
  verdict(report: TrainReport): string;
}

/** The terms of a text. */
export function textTerms(level: 'char' | 'word'): Terms {
  return {
    step: { name: 'window', unit: 'win' },
    speed: { unit: level === 'char' ? 'char/s' : 'word/s', column: 'tokensPerSecond' },
    users: 'evaluate and generate take',
    quality: 'perplexity',
    fields: ({ perplexity }) => ({ ppl: perplexity.toPrecision(4) }),
    verdict: ({ perplexity }) => `, perplexity ${perplexity.toPrecision(4)}`,
  };
}

/** The terms of every task. */
export const TASK_TERMS: Terms = {
  step: { name: 'step', unit: 'step' },
  speed: { unit: 'seq/s', column: 'sequencesPerSecond' },
  users: 'evaluate takes',
  quality: 'validRight',
  fields: ({ validRight }) => (validRight === undefined ? {} : { right: percent(validRight) }),
  verdict: () => '',
};

/** `99.99 %`: never 100 but for all of them. */
export function percent(share: number): string {
  return `${(Math.floor(1e4 * share) / 100).toFixed(2)} %`;
}
