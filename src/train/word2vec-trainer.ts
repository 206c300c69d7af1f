/**
 * Training of word2vec, one chunk of sentences at a time. There is no tape: the gradients have a closed form, and each
 * update touches a few rows of two large tables. What `snapshot` gives is enough to go on bit for bit.
 */

import type { WordCorpus } from '../data/word-corpus.js';
import { CheckpointError, DivergenceError, OptionError } from '../errors.js';
import type { Word2Vec } from '../models/word2vec.js';
import { Fields } from '../models/snapshot.js';
import type { Snapshot, Snapshotable } from '../models/snapshot.js';
import { Random } from '../random.js';
import { readRandom, readRecord, weightsFingerprint, writeRecord } from './stored.js';
import type { EpochRecord } from './stored.js';
import { Word2VecRows } from './word2vec-rows.js';
import type { FullWord2VecSettings } from './word2vec-settings.js';

/** Words read between two changes of the learning rate, progress and signals. */
const CHUNK = 2048;

/** The loss is that of one row in so many: its logarithms take longer than the rest of the host's work. */
const LOSS_EVERY = 8;

const OPERATION = 'trainWord2Vec';

/** Chunks of one run. */
export class Word2VecTrainer implements Snapshotable {
  readonly model: Word2Vec;
  readonly corpus: WordCorpus;
  readonly settings: FullWord2VecSettings;
  readonly #random: Random;
  readonly #rows: Word2VecRows;
  #history: EpochRecord[] = [];
  /** Words read in this epoch, and the sentence that the next one is in. */
  #at: number = 0;
  #sentence: number = 0;
  #lossSum: number = 0;
  #lossCount: number = 0;

  constructor(model: Word2Vec, corpus: WordCorpus, settings: FullWord2VecSettings) {
    this.model = model;
    this.corpus = corpus;
    this.settings = settings;
    this.#random = new Random(settings.seed);
    this.#rows = new Word2VecRows(model, settings, this.#random);
  }

  /** Words read so far. */
  get wordsDone(): number {
    return this.#history.length * this.corpus.length + this.#at;
  }

  /** Words that the whole run reads. */
  get totalWords(): number {
    return this.settings.epochs * this.corpus.length;
  }

  /** Words read of this epoch. */
  get epochWords(): number {
    return this.#at;
  }

  /** The epochs that have ended. */
  get history(): readonly EpochRecord[] {
    return this.#history;
  }

  /** Mean loss of this epoch so far, in nats for each row; NaN before the first one. */
  get epochLoss(): number {
    return this.#lossSum / this.#lossCount;
  }

  /** The learning rate of the next chunk: it falls in a straight line. */
  get lr(): number {
    const { lr, minLr } = this.settings;
    return lr + (minLr - lr) * Math.min(this.wordsDone / this.totalWords, 1);
  }

  /** Reads a chunk. @returns the epoch, where it ends with it @throws DivergenceError */
  next(): EpochRecord | undefined {
    const { lr } = this;
    this.#rows.clear();
    const end = Math.min(this.#at + CHUNK, this.corpus.length);
    while (this.#at < end) this.#rows.add(this.#nextSentence());
    if (this.#rows.starts.length > 0) this.#update(lr);
    return this.#at < this.corpus.length ? undefined : this.#endEpoch();
  }

  /** The next sentence, or a piece of it where it is long. */
  #nextSentence(): Int32Array {
    const { ids, starts } = this.corpus;
    const sentenceEnd = starts[this.#sentence + 1]!;
    const end = Math.min(sentenceEnd, this.#at + this.settings.maxSentence);
    const piece = ids.subarray(this.#at, end);
    this.#at = end;
    if (end === sentenceEnd) this.#sentence++;
    return piece;
  }

  #update(lr: number): void {
    const { engine, input, output, options } = this.model;
    const { memory, kernels } = engine;
    const { cbowGradient, hogwild } = this.settings;
    const { stream, starts } = this.#rows;
    engine.evaluate(() => {
      const [streamAt, startsAt] = [engine.ids(stream), engine.ids(starts)];
      const scores = memory.reserve(stream.length);
      const tmp = memory.reserve(3 * options.size);
      kernels.word2vecRows(
        input.weight.ptr,
        output.weight.ptr,
        scores,
        streamAt,
        startsAt,
        tmp,
        starts.length,
        options.size,
        lr,
        Number(cbowGradient === 'exact'),
        Number(hogwild),
      );
      this.#addLoss(stream, starts, memory.view(scores, stream.length));
    });
    input.weight.touch();
    output.weight.touch();
  }

  #addLoss(stream: Int32Array, starts: Int32Array, scores: ArrayLike<number>): void {
    for (let row = 0; row < starts.length; row += LOSS_EVERY) {
      this.#lossSum += rowLoss(stream, starts[row]!, scores);
      this.#lossCount++;
    }
    if (Number.isFinite(this.#lossSum)) return;
    throw this.#diverged('the loss is not finite');
  }

  #endEpoch(): EpochRecord {
    const record = { epoch: this.#history.length + 1, trainLoss: this.epochLoss, validLoss: undefined };
    this.#history.push(record);
    this.#at = 0;
    this.#sentence = 0;
    this.#lossSum = 0;
    this.#lossCount = 0;
    return record;
  }

  /** Looks at every weight, as the loss is of some rows only. @throws DivergenceError */
  verify(): void {
    const { kernels } = this.model.engine;
    for (const { ptr, size, name } of this.model.parameters()) {
      if (!Number.isFinite(kernels.sumSquares(ptr, size))) throw this.#diverged(`${name} is not finite`);
    }
  }

  #diverged(what: string): DivergenceError {
    const { lr } = this.settings;
    const where = `after ${this.wordsDone} words`;
    return new DivergenceError(
      `${OPERATION}: ${what} ${where}. What was saved before is kept. Lower the learning rate (now ${lr}).`,
    );
  }

  /** Settings, place, loss so far and random numbers. */
  snapshot(): Snapshot {
    return {
      arrays: new Map(),
      values: {
        kind: 'word2vec',
        settings: { ...this.settings },
        corpus: this.corpus.fingerprint,
        weights: weightsFingerprint(this.model.stateDict()),
        random: [...this.#random.state],
        place: [this.#at, this.#sentence],
        loss: [this.#lossSum, this.#lossCount],
        history: this.#history.map(writeRecord),
      },
    };
  }

  /** Goes on where a snapshot was taken. @throws CheckpointError, OptionError */
  restore({ values }: Snapshot): void {
    const fields = new Fields('training', values);
    if (fields.string('corpus') !== this.corpus.fingerprint) {
      throw new OptionError(`${OPERATION}: the run to resume read another corpus. Give the same text and options.`);
    }
    if (fields.string('weights') !== weightsFingerprint(this.model.stateDict())) {
      throw new OptionError(
        `${OPERATION}: the model's weights are not those the run was saved with. Take the model of the checkpoint.`,
      );
    }
    const [at = -1, sentence = -1] = fields.numbers('place');
    const { starts, ids } = this.corpus;
    const isInside = at < ids.length && starts[sentence]! <= at && at < starts[sentence + 1]!;
    if (!isInside) throw new CheckpointError('training: place must be a word of the corpus and its sentence.');
    this.#random.state = readRandom(fields.numbers('random'));
    [this.#at, this.#sentence] = [at, sentence];
    [this.#lossSum = 0, this.#lossCount = 0] = fields.numbers('loss');
    this.#history = fields.list('history').map(readRecord);
  }
}

/** The loss of the row that begins at a position: sum of log(1 + exp(-f)) of label 1 and log(1 + exp(f)) of label 0. */
function rowLoss(stream: Int32Array, begin: number, scores: ArrayLike<number>): number {
  const first = begin + 2 + stream[begin]!;
  let sum = 0;
  for (let j = first, end = first + stream[begin + 1]!; j < end; j++) {
    const z = (stream[j]! & 1) === 1 ? -scores[j]! : scores[j]!;
    sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return sum;
}
