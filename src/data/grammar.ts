/**
 * Probabilistic context-free grammars: generated text whose exact perplexity is known, so that a model's distance
 * from the best possible one can be measured.
 *
 * Sentences are drawn independently. For a nonterminal A with expansions r of probability p_r, the expected entropy
 * of a derivation solves the linear system
 *
 *     h_A = sum_r p_r (-log p_r + sum of h_B over the nonterminals B of r)
 *
 * and the expected number of words solves the same system with the words of r in place of -log p_r. The entropy of
 * the derivation is the entropy of the sentence if and only if every sentence has exactly one derivation.
 */

import { OptionError } from '../errors.js';
import type { Random } from '../random.js';
import { checkKnown, checkSize } from '../options.js';
import { joinWords } from './tokenizer.js';

/**
 * Per nonterminal its expansions, each with its probability. An expansion is a list of words and of nonterminals in
 * angle brackets, separated by spaces: `{ greeting: [[0.5, 'hello <name>'], [0.5, 'hi']], name: ... }`.
 */
export type Rules = Readonly<Record<string, readonly Expansion[]>>;

/** One expansion of a nonterminal: its probability, and what it expands to. */
export type Expansion = readonly [probability: number, symbols: string];

/** An expansion, split: nonterminals stand in angle brackets, all else are words. */
export interface Production {
  readonly probability: number;
  readonly symbols: readonly string[];
}

/** Exact expectations of a grammar. A stream of its sentences has one boundary token (BEGINNING) per sentence. */
export interface EntropyRate {
  readonly natsPerSentence: number;
  /** Words and the boundary. */
  readonly tokensPerSentence: number;
  readonly natsPerToken: number;
  /** exp(natsPerToken): no model can have a lower one in the long run. */
  readonly perplexity: number;
}

/** A probabilistic context-free grammar. */
export class Grammar {
  /** The nonterminal, in angle brackets, that a sentence is derived from. */
  readonly start: string;
  /** By nonterminal, in angle brackets. */
  readonly productions: ReadonlyMap<string, readonly Production[]>;

  /**
   * @param start name of the nonterminal that sentences are derived from, without brackets.
   * @throws OptionError unless every nonterminal is defined and reachable, its probabilities sum to 1, derivations
   * end (their expected length is finite) and no sentence is empty.
   */
  constructor(start: string, rules: Rules) {
    this.start = `<${start}>`;
    this.productions = new Map(Object.entries(rules).map(([name, expansions]) => [`<${name}>`, split(expansions)]));
    this.#checkSymbols();
    for (const [symbol, productions] of this.productions) checkProbabilities(symbol, productions);
    this.#checkEnds();
    this.#checkNotEmpty();
  }

  /** Every word, in the order of the rules. */
  get terminals(): string[] {
    const symbols = [...this.productions.values()].flatMap((productions) => productions.flatMap((p) => p.symbols));
    return [...new Set(symbols.filter((symbol) => !isNonterminal(symbol)))];
  }

  /** The words of one random sentence. */
  sentence(random: Random): string[] {
    const words: string[] = [];
    const pending = [this.start];
    for (let symbol = pending.pop(); symbol !== undefined; symbol = pending.pop()) {
      const productions = this.productions.get(symbol);
      if (productions === undefined) words.push(symbol);
      else pending.push(...choose(productions, random).symbols.toReversed());
    }
    return words;
  }

  /**
   * Random sentences as text, one a line.
   * @throws OptionError for an option that is unknown or out of range.
   */
  text(random: Random, options: { readonly sentences: number }): string {
    checkKnown('Grammar.text', options, ['sentences']);
    const count = checkSize('Grammar.text', 'sentences', options.sentences);
    return Array.from({ length: count }, () => `${joinWords(this.sentence(random))}\n`).join('');
  }

  /**
   * The entropy rate of a stream of independent sentences, exactly. It is that of the words, not only of the
   * derivations, if no sentence has two derivations, which is not checked here.
   */
  entropyRate(): EntropyRate {
    const natsPerSentence = this.#expected((production) => -Math.log(production.probability)).get(this.start)!;
    const words = this.#expected(({ symbols }) => symbols.filter((symbol) => !isNonterminal(symbol)).length);
    const tokensPerSentence = words.get(this.start)! + 1;
    const natsPerToken = natsPerSentence / tokensPerSentence;
    return { natsPerSentence, tokensPerSentence, natsPerToken, perplexity: Math.exp(natsPerToken) };
  }

  /** By nonterminal, the expected sum of `own` over the productions of its derivation: x = own + M x. */
  #expected(own: (production: Production) => number): Map<string, number> {
    const nonterminals = [...this.productions.keys()];
    const row = new Map(nonterminals.map((symbol, index) => [symbol, index]));
    const system = nonterminals.map((symbol, index) => {
      const equation = new Float64Array(nonterminals.length + 1);
      equation[index] = 1;
      for (const production of this.productions.get(symbol)!) {
        equation[nonterminals.length]! += production.probability * own(production);
        for (const child of production.symbols)
          if (isNonterminal(child)) equation[row.get(child)!]! -= production.probability;
      }
      return equation;
    });
    const solution = solve(system);
    return new Map(nonterminals.map((symbol, index) => [symbol, solution[index]!]));
  }

  #checkSymbols(): void {
    const reached = new Set([this.start]);
    for (const symbol of reached) {
      const productions = this.productions.get(symbol);
      if (productions === undefined) throw new OptionError(`Grammar: ${symbol} must be defined. Add a rule for it.`);
      for (const child of productions.flatMap(({ symbols }) => symbols)) if (isNonterminal(child)) reached.add(child);
    }
    const idle = [...this.productions.keys()].find((symbol) => !reached.has(symbol));
    if (idle === undefined) return;
    throw new OptionError(`Grammar: ${idle} must be reachable from ${this.start}. Use it, or take its rule out.`);
  }

  /** Derivations end, on average after finitely many steps, if and only if x = 1 + M x has a positive solution. */
  #checkEnds(): void {
    for (const [symbol, steps] of this.#expected(() => 1)) {
      if (steps > 0 && steps < 1e6) continue;
      throw new OptionError(`Grammar: derivations of ${symbol} must end. Make its recursion less probable.`);
    }
  }

  #checkNotEmpty(): void {
    const empty = new Set<string>();
    for (let before = -1; before < empty.size;) {
      before = empty.size;
      for (const [symbol, productions] of this.productions)
        if (productions.some(({ symbols }) => symbols.every((child) => empty.has(child)))) empty.add(symbol);
    }
    if (!empty.has(this.start)) return;
    throw new OptionError(`Grammar: a sentence must have at least one word, but ${this.start} may expand to none.`);
  }
}

/** One-word expansions of falling probability, the k-th proportional to 1 / (k + 5), from words separated by spaces. */
export function oneOf(list: string): Expansion[] {
  const each = list.trim().split(/\s+/);
  const weights = each.map((_, k) => 1 / (k + 6));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return each.map((word, k) => [weights[k]! / sum, word]);
}

function isNonterminal(symbol: string): boolean {
  return symbol.length > 2 && symbol.startsWith('<') && symbol.endsWith('>');
}

function split(expansions: readonly Expansion[]): Production[] {
  return expansions.map(([probability, list]) => ({
    probability,
    symbols: list.split(/\s+/).filter((symbol) => symbol !== ''),
  }));
}

function checkProbabilities(symbol: string, productions: readonly Production[]): void {
  const wrong = productions.find(({ probability }) => !(probability > 0 && probability <= 1));
  if (wrong !== undefined)
    throw new OptionError(`Grammar: a probability of ${symbol} must be in (0, 1], got ${wrong.probability}.`);
  const sum = productions.reduce((total, { probability }) => total + probability, 0);
  if (Math.abs(sum - 1) < 1e-9) return;
  throw new OptionError(`Grammar: the probabilities of ${symbol} must sum to 1, got ${Number(sum.toPrecision(12))}.`);
}

function choose(productions: readonly Production[], random: Random): Production {
  let rest = random.uniform();
  for (const production of productions) {
    rest -= production.probability;
    if (rest < 0) return production;
  }
  return productions.at(-1)!; // the sum may fall short of 1 by rounding
}

/** Solves A x = b by elimination with row pivoting. Rows of (n, n + 1): A, then b; they are overwritten. */
function solve(rows: Float64Array[]): Float64Array {
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = k + 1; i < n; i++) eliminate(rows[i]!, rows[k]!, k);
  }
  const x = new Float64Array(n);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k]![n]!;
    for (let j = k + 1; j < n; j++) rest -= rows[k]![j]! * x[j]!;
    x[k] = rest / rows[k]![k]!;
  }
  return x;
}

/** Takes a multiple of the pivot row from a row so that its column k becomes 0. */
function eliminate(row: Float64Array, pivot: Float64Array, k: number): void {
  const factor = row[k]! / pivot[k]!;
  if (factor === 0) return;
  for (let j = k; j < row.length; j++) row[j]! -= factor * pivot[j]!;
}
