/** What a generated task is: fresh sequences without end, what is asked of each, and how an answer is judged. */

import type { Random } from '../../random.js';
import type { SequenceBatch, SequenceForm } from '../sequences.js';

/** The answers to one sequence. It is right where all of them are. */
export interface Judgement {
  readonly correct: number;
  readonly asked: number;
}

/** All inputs there are, in an order. */
export interface Enumeration {
  readonly count: number;
  /** Inputs `from` up to `from + size`. */
  batch(from: number, size: number): SequenceBatch;
}

/** What a kind of task makes of its options. */
export interface TaskDefinition {
  readonly form: SequenceForm;
  /** T of a batch; where lengths vary, what few batches exceed. */
  readonly steps: number;
  /**
   * The least loss without memory, by a predictor that knows the task and sees the step alone: the mean squared error,
   * or nats for each target that counts.
   */
  readonly baseline: number;
  /** Where the inputs can be counted. */
  readonly all?: Enumeration;
  /** Fresh sequences, drawn one after the other: so many from one generator are the same in batches of any size. */
  batch(random: Random, size: number): SequenceBatch;
  /**
   * Judges the answers to sequence b of a batch.
   * @param outputs values or logits, in the shape of the targets, then O
   */
  judge(outputs: ArrayLike<number>, batch: SequenceBatch, b: number): Judgement;
}

/** Settings that learn a task with the options it has by default, as docs/tasks.md measures them. */
export interface Recipe {
  readonly cell: 'lstm' | 'gru' | 'rnn';
  readonly hiddenSize: number;
  /** Updates. */
  readonly steps: number;
  readonly batch: number;
  /** Of Adam. */
  readonly lr: number;
  readonly schedule: 'constant' | 'cosine';
  readonly clipNorm: number;
  /** Whether units begin with memories of all lengths up to that of the task (src/layers/gate-bias.ts). Default false. */
  readonly chrono?: boolean;
}

/** A whole number that a task is made with. */
export interface TaskOption {
  readonly value: number;
  readonly least: number;
  readonly meaning: string;
}

/** A kind of task: its options, and how it is made from them. */
export interface TaskKind {
  /** In one line, for lists. */
  readonly summary: string;
  /** When a sequence counts as right. */
  readonly criterion: string;
  readonly options: Readonly<Record<string, TaskOption>>;
  readonly recipe: Recipe;
  /** @throws OptionError for options that contradict each other */
  define(options: Readonly<Record<string, number>>): TaskDefinition;
}

/** A task with its options. Made by `createTask`. */
export interface Task extends TaskDefinition, Pick<TaskKind, 'criterion' | 'recipe'> {
  readonly name: string;
  /** With the defaults filled in. */
  readonly options: Readonly<Record<string, number>>;
}
