/** Ctrl-C and SIGTERM: the first asks the run to stop and save, the second ends the process at once. */

import { EXIT } from './exit.js';

/** Listens while a run goes on. */
export class Interruption {
  readonly #controller: AbortController = new AbortController();
  readonly #onFirst: () => void;
  #code: number = EXIT.interrupted;

  /** @param onFirst tells the user what happens now */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
    process.on('SIGINT', this.#handle).on('SIGTERM', this.#handle);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 130 for SIGINT, 143 for SIGTERM. */
  get exitCode(): number {
    return this.#code;
  }

  /** Gives the signals back. */
  end(): void {
    process.off('SIGINT', this.#handle).off('SIGTERM', this.#handle);
  }

  readonly #handle = (signal: NodeJS.Signals): void => {
    this.#code = signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
    // The checkpoint on disk is whole whenever the process ends.
    if (this.#controller.signal.aborted) process.exit(this.#code);
    this.#controller.abort();
    this.#onFirst();
  };
}
