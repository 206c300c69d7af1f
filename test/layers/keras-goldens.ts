/**
 * The numbers in the tests of Keras 3: keras/src/layers/rnn/lstm_test.py, gru_test.py, simple_rnn_test.py and
 * bidirectional_test.py, which hold them to 1e-5. Weights are constant: kernel 0.01, recurrent kernel 0.02, bias 0.03,
 * the forget gate's 1. Names are those of Keras, options those here.
 */

/** A mask (B, T), as in Keras; 0 is masked. */
export type Mask = readonly (readonly (0 | 1)[])[];

/** What a run begins with where it is not zeros, and what comes out. */
interface Run {
  readonly mask?: Mask;
  /** Factors of arange(B * units), by direction. */
  readonly h0?: readonly number[];
  readonly c0?: readonly number[];
  /** Outputs (T, B), the same of every unit; steps that are not masked, then 0. */
  readonly y?: readonly (readonly number[])[];
  /** Final states by direction and row, (D, B, units), or (D, B) where the units are the same. */
  readonly hn?: readonly (readonly (number | readonly number[])[])[];
  readonly cn?: readonly (readonly number[])[];
  /** False: the forget gate's bias is 0.03 too. */
  readonly unitForgetBias?: boolean;
  /** Kernel and bias of the direction that reads backwards, where they are others. */
  readonly backward?: { readonly kernel: number; readonly bias: number };
}

/** A layer with constant weights on arange(B T I). */
export interface Golden extends Run {
  readonly name: string;
  readonly cell: 'LSTM' | 'GRU' | 'RNN';
  readonly units: number;
  /** B, T, I. */
  readonly sequence: readonly [number, number, number];
  readonly options: Readonly<Record<string, unknown>>;
}

type Options = Golden['options'];

function golden(
  cell: Golden['cell'],
  units: number,
  sequence: Golden['sequence'],
  name: string,
  options: Options,
  run: Run,
): Golden {
  return { name, cell, units, sequence, options, ...run };
}

const LONG = [3, 6, 4] as const;
const FOUR = [2, 4, 3] as const;
const SHORT = [2, 3, 4] as const;

const PLAIN = {};
const REVERSE = { reverse: true };
const TWO = { bidirectional: true };

const END: Mask = [
  [1, 1, 1, 0],
  [1, 1, 0, 0],
];
const BEGINNING: Mask = [
  [0, 1, 1, 1],
  [0, 0, 1, 1],
];
const HOLES: Mask = [
  [1, 1, 0, 1],
  [1, 0, 0, 1],
];

/** One direction's states, a row of units each. */
const rows = (...states: readonly (readonly number[])[]) => [states];

/** Single calls. */
export const goldens: readonly Golden[] = [
  golden('LSTM', 3, LONG, 'plain', PLAIN, { hn: [[0.6288687, 0.86899155, 0.9460773]] }),
  golden('LSTM', 3, LONG, 'go_backwards', REVERSE, { hn: [[0.35622165, 0.74789524, 0.8872726]] }),
  golden('LSTM', 3, LONG, 'unit_forget_bias=False', PLAIN, {
    unitForgetBias: false,
    hn: [[0.57019705, 0.8661914, 0.9459622]],
  }),
  golden('LSTM', 3, LONG, 'use_bias=False', { bias: false }, { hn: [[0.54986924, 0.86226785, 0.9443936]] }),
  golden('LSTM', 2, FOUR, 'initial_state', PLAIN, {
    h0: [1],
    c0: [1],
    hn: rows([0.20574439, 0.3558822], [0.64930826, 0.66276]),
  }),
  golden('LSTM', 2, FOUR, 'initial_state, go_backwards', REVERSE, {
    h0: [1],
    c0: [1],
    hn: rows([0.13281618, 0.2790356], [0.5839337, 0.5992567]),
  }),
  golden('LSTM', 2, FOUR, 'mask at the end', PLAIN, {
    mask: END,
    y: [
      [0.0158891, 0.14185596],
      [0.05552048, 0.28556206],
      [0.11755939, 0],
      [0, 0],
    ],
    hn: [[0.11755939, 0.28556206]],
  }),
  golden('LSTM', 2, FOUR, 'mask at the beginning, go_backwards', REVERSE, {
    mask: BEGINNING,
    hn: [[0.15341201, 0.3844719]],
  }),
  golden('LSTM', 2, FOUR, 'bidirectional, initial_state', TWO, {
    h0: [1, 3],
    c0: [2, 4],
    hn: [
      ...rows([0.20794602, 0.4577124], [0.6682636, 0.6711909]),
      ...rows([0.14046375, 0.48191673], [0.60943645, 0.60950446]),
    ],
  }),
  golden('LSTM', 2, FOUR, 'bidirectional, return_state', TWO, {
    hn: [
      [0.1990008, 0.52335435],
      [0.12659755, 0.44717982],
    ],
    cn: [
      [0.35567185, 1.0492687],
      [0.2501858, 0.941473],
    ],
  }),

  golden('GRU', 3, LONG, 'reset_after', PLAIN, { hn: [[0.5217289, 0.6371659, 0.39384964]] }),
  golden('GRU', 3, LONG, 'go_backwards', REVERSE, { hn: [[0.24406259, 0.611516, 0.3928808]] }),
  golden('GRU', 3, LONG, 'reset_after=False', { resetAfter: false }, { hn: [[0.51447755, 0.6426879, 0.40208298]] }),
  golden('GRU', 3, LONG, 'use_bias=False', { bias: false }, { hn: [[0.49988455, 0.64701194, 0.4103359]] }),
  golden('GRU', 2, FOUR, 'initial_state', PLAIN, {
    h0: [1],
    hn: rows([0.23774096, 0.33508456], [0.83659905, 1.0227708]),
  }),
  golden('GRU', 2, FOUR, 'initial_state, go_backwards', REVERSE, {
    h0: [1],
    hn: rows([0.13486053, 0.23261218], [0.78257304, 0.9691353]),
  }),
  golden('GRU', 2, FOUR, 'mask with holes', PLAIN, {
    mask: HOLES,
    y: [
      [0.03606692, 0.16051409],
      [0.09497581, 0.30818558],
      [0.19393763, 0],
      [0, 0],
    ],
    hn: [[0.19393763, 0.30818558]],
  }),
  golden('GRU', 2, FOUR, 'mask with holes, bidirectional', TWO, {
    mask: HOLES,
    hn: [
      [0.19393763, 0.30818558],
      [0.11669192, 0.28380975],
    ],
  }),
  golden(
    'GRU',
    2,
    SHORT,
    'bidirectional, merge_mode sum',
    { ...TWO, merge: 'sum' },
    {
      y: [
        [0.20937867, 0.59829646],
        [0.34462988, 0.6734641],
        [0.40290534, 0.6479671],
      ],
    },
  ),

  golden('RNN', 4, SHORT, 'plain', PLAIN, { hn: [[0.405432, 0.73605347]] }),
  golden('RNN', 4, SHORT, 'go_backwards', REVERSE, { hn: [[0.11144729, 0.5528889]] }),
  golden('RNN', 4, FOUR, 'initial_state', PLAIN, { h0: [1], hn: [[0.33621645, 0.6262637]] }),
  golden('RNN', 4, FOUR, 'initial_state, go_backwards', REVERSE, { h0: [1], hn: [[0.07344437, 0.43043602]] }),
  golden('RNN', 2, FOUR, 'mask with holes', PLAIN, {
    mask: HOLES,
    y: [
      [0.0599281, 0.3969304],
      [0.15122814, 0.608085],
      [0.32394567, 0],
      [0, 0],
    ],
  }),
  golden('RNN', 4, FOUR, 'mask with holes, go_backwards', REVERSE, { mask: HOLES, hn: [[0.07376196, 0.43645123]] }),
  golden('RNN', 2, SHORT, 'bidirectional', TWO, {
    hn: [
      [0.39687276, 0.7237238],
      [0.10004295, 0.53391594],
    ],
  }),
  // Keras gives the products of the final states, 0.08374989 and 0.6740834.
  golden('RNN', 2, SHORT, 'bidirectional, other weights backwards', TWO, {
    backward: { kernel: 0.03, bias: 0.01 },
    hn: [
      [0.39687276, 0.7237238],
      [0.08374989 / 0.39687276, 0.6740834 / 0.7237238],
    ],
  }),
];

/** The second of two calls with the same sequence, the state carried. */
export const stateful: readonly Golden[] = [
  golden('LSTM', 4, SHORT, 'stateful', PLAIN, { hn: [[0.3124785, 0.6863672]] }),
  golden('GRU', 4, SHORT, 'stateful', PLAIN, { hn: [[0.29542392, 0.5885018]] }),
  golden('RNN', 4, SHORT, 'stateful', PLAIN, { hn: [[0.40559256, 0.7361247]] }),
  golden('LSTM', 2, FOUR, 'stateful, bidirectional', TWO, {
    hn: [
      [0.26234663, 0.6137073],
      [0.16959146, 0.5381646],
    ],
  }),
];
