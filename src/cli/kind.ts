/**
 * Kinds of runs that learn from examples in a file: what `recurra train --task NAME`, `--resume` and `recurra evaluate`
 * must know of each. What they have in common is in kind-job.ts.
 */

import type { ModelClass } from '../checkpoint/checkpoint.js';
import type { Examples } from '../data/examples.js';
import type { Engine } from '../engine.js';
import type { Learner } from '../models/learner.js';
import type { Json } from '../models/snapshot.js';
import type { FitData } from '../train/fit.js';
import type { UpdateSettings } from '../train/settings.js';
import type { Reader } from './options.js';
import type { Terms } from './terms.js';
import type { Conclusion } from './train-output.js';

/** An option of `recurra train` that only some kinds have: `['--span <n>', 'what it means (its default)', whole('--span', 1)]`. */
export type KindOption =
  | readonly [flags: string, description: string, reader: Reader<number> | Reader<string>]
  | readonly [flags: string, description: string];

/** The options of a run by name, in camel case: those of the kind, and those it takes of the general ones. */
export type KindArguments = Readonly<Record<string, string | number | boolean>>;

/**
 * A kind of run, on data D as read from its file, for a model M that learns batches B. Options that change what is read or
 * made are stored with the checkpoint and given again when the run is resumed.
 */
export interface Kind<M extends Learner<B>, B, D> {
  /** What `--task` calls it. */
  readonly name: string;
  /** In one line, for lists. */
  readonly summary: string;
  /** What it learns from, for messages: `sentences`. */
  readonly noun: string;
  readonly model: ModelClass<M>;
  /** The option whose file it reads, also in `evaluate`. */
  readonly source: KindOption;
  /** Its own options. */
  readonly options: readonly KindOption[];
  /** The names of those that are paths of further files. */
  readonly paths: readonly string[];
  /** The names of the general options of a model that it takes: cell, embedding, hidden, layers, dropout, level, ... */
  readonly takes: readonly string[];
  /** Its settings, where no option says otherwise. */
  readonly recipe: UpdateSettings;
  /** How a run speaks of itself. */
  readonly terms: Terms;
  /**
   * Reads what it trains and validates on.
   * @param path of the file of its source
   * @throws DataError, which names the file, the line and the fix; OptionError
   */
  read(path: string, options: KindArguments): Promise<D>;
  /** Makes the model for the data. */
  create(engine: Engine, data: D, options: KindArguments): M;
  /** The examples that the model sees. */
  fitData(model: M, data: D, options: KindArguments): FitData<B>;
  /** The data, in one line. */
  describe(data: D): string;
  /** What is kept of the data with the run, for its verbs: a member of what a checkpoint stores. */
  stored?(data: D): Readonly<Record<string, Json>>;
  /**
   * All examples of a file, for `recurra evaluate`.
   * @param options those of the training, in as far as they are stored
   * @throws DataError
   */
  evaluation(model: M, path: string, options: KindArguments): Promise<Examples<B>>;
  /** What `recurra evaluate` tells beside the score: figures that cost too much for every epoch. */
  figures?(model: M, batches: Iterable<B>): Readonly<Record<string, number>>;
  /** What there is to tell about a run that has ended by itself. */
  conclude?(model: M, data: D, options: KindArguments): Conclusion;
}

/** A kind, whatever it learns. */
export type AnyKind = Kind<Learner<unknown>, unknown, unknown>;

/** The name of an option: `validFraction` of `--valid-fraction <p>`. */
export function optionName([flags]: KindOption): string {
  const long = /--([a-z][a-z0-9-]*)/.exec(flags)![1]!;
  return long.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
