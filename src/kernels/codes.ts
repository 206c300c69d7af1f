/**
 * The numbers by which the host tells kernels what is meant, and the sizes of buffers that they want. They stand apart
 * from the kernels, so that what runs on WebAssembly loads no JavaScript kernel for them.
 */

/** How a product begins: from the panels' bias row. */
export const BIAS = 0;
/** How a product begins: from what C holds. */
export const ACCUMULATE = 1;
/** How a product begins: from zero. */
export const ASSIGN = 2;

/** Columns of a panel of a packed matrix. */
export const PANEL = 16;
/** Steps of K that a product packs at a time. */
export const BLOCK = 256;
/** Columns of A that gemmTN transposes at a time in assembly/product.ts. */
const COLUMNS = 96;
/** Floats between two of those, so that they do not share cache sets. */
const GAP = 16;

/** Floats that the panels of a (K, N) matrix take. */
export function panelSize(K: number, N: number): number {
  return Math.ceil(N / PANEL) * PANEL * (K + 1);
}

/** Floats of scratch that gemmTN needs for a C of N columns: COLUMNS columns of A and all of B, BLOCK rows of each. */
export function gemmTNScratch(N: number): number {
  return COLUMNS * (BLOCK + GAP) + panelSize(BLOCK, N);
}

/** The names of the activations; the place of each is its number. */
export const ACTIVATIONS = ['tanh', 'relu', 'sigmoid', 'leakyRelu', 'identity', 'silu', 'gelu'] as const;

/** The name of an activation. */
export type Activation = (typeof ACTIVATIONS)[number];

/** phi = tanh. */
export const TANH = 0;
/** phi = max(0, x). */
export const RELU = 1;
/** phi = 1 / (1 + exp(-x)). */
export const SIGMOID = 2;
/** phi = x, or 0.01 x below 0. */
export const LEAKY_RELU = 3;
/** phi = x sigmoid(x). */
export const SILU = 5;
/** phi = x Phi(x). */
export const GELU = 6;

/** The number of an activation. */
export function activationKind(activation: Activation): number {
  return ACTIVATIONS.indexOf(activation);
}

/** Whether the backward of this activation reads x; else it reads y. */
export function readsInput(kind: number): boolean {
  return kind === SILU || kind === GELU;
}

/** Gates of an LSTM: cell input only. */
export const CAROUSEL = 0;
/** Gates of an LSTM: input and output gate. */
export const INPUT_OUTPUT = 1;
/** Gates of an LSTM: input, forget and output gate. */
export const FORGET = 2;
/** Gates of an LSTM: input and output gate; what is not written is kept. */
export const COUPLED = 3;

/** The number of blocks of an LSTM with these gates. */
export function blocksOf(kind: number): number {
  return kind === CAROUSEL ? 1 : kind === FORGET ? 4 : 3;
}

/** Losses by element (src/kernels/pointwise-loss.ts). */
export const SQUARED = 0;
export const ABSOLUTE = 1;
export const HUBER = 2;
export const LOGISTIC = 3;

/** What predictions against distributions are. */
export const LOGITS = 0;
export const LOG_PROBABILITIES = 1;
