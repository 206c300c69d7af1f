/** Lets the network read a text, on request and every other second while it learns. */

import type { Queries } from 'recurra/worker';
import type { Store } from '../state/store.js';
import type { Session } from '../training/session.js';
import type { Activity } from './matrix.js';

/** What is read with: the language model's training. */
export interface Trained {
  readonly session: Session;
  /** The text the network learns from. */
  readonly learnt: () => string | undefined;
  /** Shows the language model's view and starts it. */
  readonly train: () => void;
}

/** Who hears of a reading. */
export interface ReaderOptions {
  readonly onRead: (activity: Activity) => void;
  /** Told which signals the network has. */
  readonly onSignals: (names: readonly string[]) => void;
  readonly onProblem: (error: unknown) => void;
  /** Whether the training is to be followed now. */
  readonly follows: () => boolean;
}

const EVERY = 2000;
/** Symbols that are read where the visitor gives no text. */
const BEGINNING = 80;

type Answer = Queries['activations']['answer'];

/** Reads. */
export class Reader {
  readonly #trained: Trained;
  readonly #store: Store;
  readonly #options: ReaderOptions;
  #answer: Answer | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #busy = false;

  constructor(trained: Trained, store: Store, options: ReaderOptions) {
    this.#trained = trained;
    this.#store = store;
    this.#options = options;
    let read = store.get('network').text;
    store.subscribe((group) => {
      if (group !== 'network') return;
      const { text } = store.get('network');
      if (text === read) this.#tell();
      else this.read().catch(options.onProblem);
      read = text;
    });
  }

  /** Follows the training from now on. */
  begin(): void {
    this.#timer ??= setInterval(() => {
      const { phase } = this.#trained.session;
      if (phase === 'running' && this.#options.follows()) this.read().catch(this.#options.onProblem);
    }, EVERY);
  }

  /** Follows it no more. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Reads once. @throws what the library says, such as a text of unknown symbols */
  async read(): Promise<void> {
    const { training } = this.#trained.session;
    if (training === undefined || this.#busy) return;
    this.#busy = true;
    try {
      const text = this.#store.get('network').text || (this.#trained.learnt() ?? '').slice(0, BEGINNING);
      this.#answer = await training.ask('activations', { text });
      this.#tell();
    } finally {
      this.#busy = false;
    }
  }

  /** Tells of the layer and signal that are chosen. A choice that this network does not have becomes one it has. */
  #tell(): void {
    if (this.#answer === undefined) return;
    const { symbols, size, layers } = this.#answer;
    const { layer, signal, unit } = this.#store.get('network');
    const { hidden, gates } = layers[Math.min(layer, layers.length) - 1]!;
    const signals = ['hidden', ...Object.keys(gates)];
    this.#options.onSignals(signals);
    const possible = {
      layer: Math.min(layer, layers.length),
      unit: Math.min(unit, size),
      ...(signals.includes(signal) ? {} : { signal: 'hidden' as const }),
    };
    if (possible.layer !== layer || possible.unit !== unit || 'signal' in possible) {
      this.#store.set('network', possible); // which comes back here
    } else this.#options.onRead({ symbols, size, values: gates[signal] ?? hidden });
  }
}
