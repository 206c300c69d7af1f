/**
 * The embedded Reber grammar (Smith and Zipser 1989; Cleeremans, Servan-Schreiber and McClelland 1989): strings
 * B T ... T E and B P ... P E with a string of Reber's grammar (1967) between, every branch as likely as the other. The
 * last symbol but one is the second one again, which must be kept through a string of any length that tells nothing of
 * it.
 *
 * As Hochreiter and Schmidhuber judge it (1997, experiment 1), a string is right if at every position, that of the last
 * symbol but one included, the symbols thought most likely are those that may follow: the one, or both of the two.
 */

import { IGNORED } from '../sequences.js';
import type { IdTensor, SequenceBatch } from '../sequences.js';
import type { Judgement, TaskDefinition, TaskKind } from './task.js';
import type { Random } from '../../random.js';

/** Symbols by id. */
export const REBER_SYMBOLS = 'BTPSXVE';

/** From a state: a symbol and the state it leads to; none behind the end. */
type Edge = readonly [symbol: string, to: number];

/** Reber's own graph, state 0 first; E leads to state 7. */
const REBER: readonly (readonly Edge[])[] = [
  [['B', 1]],
  [
    ['T', 2],
    ['P', 3],
  ],
  [
    ['S', 2],
    ['X', 4],
  ],
  [
    ['T', 3],
    ['V', 5],
  ],
  [
    ['X', 3],
    ['S', 6],
  ],
  [
    ['P', 4],
    ['V', 6],
  ],
  [['E', 7]],
];

/** Reber's graph twice, once for each symbol to be kept, which comes before and behind; the last state has no edge. */
const GRAPH = embed();

function embed(): readonly (readonly Edge[])[] {
  const size = REBER.length + 1;
  const begins = (k: number): number => 2 + k * size;
  const [beforeEnd, end] = [begins(2), begins(2) + 1];
  const copies = ['T', 'P'].map((symbol, k): readonly Edge[][] => [
    ...REBER.map((edges) => edges.map(([inner, to]): Edge => [inner, begins(k) + to])),
    [[symbol, beforeEnd]],
  ]);
  return [[['B', 1]], [['T', begins(0)], ['P', begins(1)]], ...copies.flat(), [['E', end]], []]; // prettier-ignore
}

/** The symbols that may follow a state. */
function legalAfter(state: number): string {
  return GRAPH[state]!.map(([symbol]) => symbol).join('');
}

/** Where a symbol leads. */
function follow(state: number, symbol: string): number {
  return GRAPH[state]!.find(([name]) => name === symbol)![1];
}

/** A random string of the grammar. */
export function reberString(random: Random): string {
  let [text, state] = ['', 0];
  for (let edges = GRAPH[state]!; edges.length > 0; edges = GRAPH[state]!) {
    const [symbol, to] = edges[edges.length === 1 ? 0 : random.integer(edges.length)]!;
    text += symbol;
    state = to;
  }
  return text;
}

/** Every symbol but the last goes in, the one behind it is the target; shorter strings are padded. */
function encode(strings: readonly string[]): SequenceBatch {
  const B = strings.length;
  const T = strings.reduce((longest, { length }) => Math.max(longest, length), 0) - 1;
  const inputs = new Int32Array(T * B);
  const targets = new Int32Array(T * B).fill(IGNORED);
  for (const [b, text] of strings.entries()) {
    for (let t = 0; t < text.length - 1; t++) {
      inputs[t * B + b] = REBER_SYMBOLS.indexOf(text[t]!);
      targets[t * B + b] = REBER_SYMBOLS.indexOf(text[t + 1]!);
    }
  }
  return { inputs: { data: inputs, shape: [T, B] }, targets: { data: targets, shape: [T, B] } };
}

function judge(logits: ArrayLike<number>, { inputs, targets }: SequenceBatch, b: number): Judgement {
  const { data, shape } = targets as IdTensor;
  const V = REBER_SYMBOLS.length;
  let [correct, asked, state] = [0, 0, 0];
  for (let row = b; row < data.length && data[row] !== IGNORED; row += shape[1]!) {
    state = follow(state, REBER_SYMBOLS[(inputs as IdTensor).data[row]!]!);
    const own = Array.from({ length: V }, (_, k) => logits[row * V + k]!);
    const legal = legalAfter(state);
    const least = Math.min(...own.filter((_, k) => legal.includes(REBER_SYMBOLS[k]!)));
    const most = Math.max(...own.filter((_, k) => !legal.includes(REBER_SYMBOLS[k]!)));
    asked++;
    if (least > most) correct++;
  }
  return { correct, asked };
}

/**
 * The loss of a predictor that sees one symbol: the entropy of the next one given it, from the expected number of times
 * that one follows the other in a string.
 */
function baseline(): number {
  const pairs = new Map<string, number>();
  const singles = new Map<string, number>();
  const visits = expectedVisits();
  for (const [state, edges] of GRAPH.entries()) {
    for (const [symbol, to] of edges) {
      const next = GRAPH[to]!;
      const times = visits[state]! / edges.length;
      for (const [follower] of next) count(pairs, symbol + follower, times / next.length);
      if (next.length > 0) count(singles, symbol, times);
    }
  }
  const nats = [...pairs].reduce((sum, [pair, n]) => sum - n * Math.log(n / singles.get(pair[0]!)!), 0);
  return nats / [...singles.values()].reduce((sum, n) => sum + n, 0);
}

function count(counts: Map<string, number>, key: string, times: number): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}

/** How often a string is in each state, on average: a sum over steps, whose terms at least halve every few of them. */
function expectedVisits(): number[] {
  const visits = GRAPH.map(() => 0);
  let now: number[] = GRAPH.map((_, state) => (state === 0 ? 1 : 0));
  for (let step = 0; step < 400; step++) {
    const next = GRAPH.map(() => 0);
    for (const [state, edges] of GRAPH.entries()) {
      visits[state]! += now[state]!;
      for (const [, to] of edges) next[to]! += now[state]! / edges.length;
    }
    now = next;
  }
  return visits;
}

/** The embedded Reber grammar. */
export const REBER_TASK: TaskKind = {
  summary: 'strings of the embedded Reber grammar: which symbols may follow',
  criterion: 'at every position the most likely symbols are those that may follow',
  options: {},
  recipe: { cell: 'lstm', hiddenSize: 32, steps: 1500, batch: 32, lr: 1e-2, schedule: 'cosine', clipNorm: 1 },
  define(): TaskDefinition {
    return {
      form: { inputs: 'ids', inputSize: 7, outputs: 'classes', outputSize: 7, at: 'every' },
      steps: 60,
      baseline: baseline(),
      batch: (random, size) => encode(Array.from({ length: size }, () => reberString(random))),
      judge,
    };
  },
};
