/**
 * A chart parser for the tests of grammars: it counts the derivations of a sentence and sums their probabilities, by
 * no part of the code that samples sentences or computes their entropy. It needs a grammar without cycles (A => A).
 */

import type { Grammar, Production } from '../../src/data/grammar.js';

/** The derivations of a sentence: how many, and their probabilities together. */
export interface Derivations {
  readonly count: number;
  readonly probability: number;
}

const NONE: Derivations = { count: 0, probability: 0 };
const ONE: Derivations = { count: 1, probability: 1 };

/** A parser of the sentences of a grammar. */
export function parser(grammar: Grammar): (words: readonly string[]) => Derivations {
  const shortest = shortestDerivations(grammar);
  const corners = cornersOf(grammar);

  return (words) => {
    const chart = new Map<string, Map<number, Derivations>>();

    /** The derivations of words[from..to) from a symbol. */
    function inside(symbol: string, from: number, to: number): Derivations {
      const productions = grammar.productions.get(symbol);
      if (productions === undefined) return to - from === 1 && words[from] === symbol ? ONE : NONE;
      if (to > from && !corners.get(symbol)!.has(words[from]!)) return NONE;
      if (!chart.has(symbol)) chart.set(symbol, new Map());
      const spans = chart.get(symbol)!;
      const span = from * (words.length + 1) + to;
      const known = spans.get(span);
      if (known !== undefined) return known;
      const sum = productions.reduce((total, production) => plus(total, weighted(production, from, to)), NONE);
      spans.set(span, sum);
      return sum;
    }

    function weighted({ probability, symbols }: Production, from: number, to: number): Derivations {
      return times({ count: 1, probability }, sequence(symbols, from, to));
    }

    /** The derivations of words[from..to) from symbols in a row: the first one takes every length that leaves room. */
    function sequence(symbols: readonly string[], from: number, to: number): Derivations {
      const [first, ...rest] = symbols;
      if (first === undefined) return from === to ? ONE : NONE;
      const room = to - rest.reduce((sum, symbol) => sum + (shortest.get(symbol) ?? 1), 0);
      let sum = NONE;
      for (let mid = rest.length === 0 ? to : from + (shortest.get(first) ?? 1); mid <= room; mid++) {
        const head = inside(first, from, mid);
        if (head.count > 0) sum = plus(sum, times(head, sequence(rest, mid, to)));
      }
      return sum;
    }

    return inside(grammar.start, 0, words.length);
  };
}

function plus(a: Derivations, b: Derivations): Derivations {
  if (b.count === 0) return a;
  return { count: a.count + b.count, probability: a.probability + b.probability };
}

function times(a: Derivations, b: Derivations): Derivations {
  return b.count === 0 ? NONE : { count: a.count * b.count, probability: a.probability * b.probability };
}

/** The least number of words of each nonterminal. */
function shortestDerivations(grammar: Grammar): Map<string, number> {
  const shortest = new Map([...grammar.productions.keys()].map((symbol) => [symbol, Infinity]));
  for (let changed = true; changed;) {
    changed = false;
    for (const [symbol, productions] of grammar.productions) {
      const lengths = productions.map(({ symbols }) =>
        symbols.reduce((sum, child) => sum + (shortest.get(child) ?? 1), 0),
      );
      const least = Math.min(...lengths);
      if (least >= shortest.get(symbol)!) continue;
      shortest.set(symbol, least);
      changed = true;
    }
  }
  return shortest;
}

/** The words that the derivations of each nonterminal may begin with. */
function cornersOf(grammar: Grammar): Map<string, Set<string>> {
  const shortest = shortestDerivations(grammar);
  const corners = new Map([...grammar.productions.keys()].map((symbol) => [symbol, new Set<string>()]));
  for (let before = -1, size = 0; before < size;) {
    before = size;
    size = 0;
    for (const [symbol, productions] of grammar.productions) {
      const own = corners.get(symbol)!;
      for (const { symbols } of productions) {
        const filled = symbols.findIndex((child) => shortest.get(child) !== 0);
        for (const child of symbols.slice(0, filled < 0 ? undefined : filled + 1))
          for (const word of corners.get(child) ?? [child]) own.add(word);
      }
      size += own.size;
    }
  }
  return corners;
}
