/**
 * The tape: what an operation must run to bring gradients back, in the order the operations ran. A window of
 * training has a handful of entries, one for each whole-sequence operation.
 */

/** One operation's way back. */
interface Entry {
  readonly operation: string;
  readonly backward: () => void;
}

/** Records backward passes, or, while evaluating, takes none. */
export interface Tape {
  /** Whether gradients are wanted at all: otherwise views need none and nothing is recorded. */
  readonly recording: boolean;
  /** Adds the backward of an operation that has just run. */
  record(operation: string, backward: () => void): void;
}

/** The tape of a training step. */
export class StepTape implements Tape {
  readonly recording = true;
  #entries: Entry[] = [];

  record(operation: string, backward: () => void): void {
    this.#entries.push({ operation, backward });
  }

  /** Runs the entries last to first and drops them: a tape runs once. */
  run(): void {
    const entries = this.#entries;
    this.#entries = [];
    for (const { backward } of entries.reverse()) backward();
  }
}

/** The tape of an evaluation: takes nothing. */
export const noTape: Tape = {
  recording: false,
  record() {},
};
