/** Huffman codes, and drawing from a distribution. */

import { expect, test } from 'vitest';
import { AliasTable } from '../../src/data/alias.js';
import { huffmanCodes } from '../../src/data/huffman.js';
import { Random } from '../../src/random.js';

/** The mean length of the best code: the sum of the weights of all merges, by the definition. */
function leastLength(counts: readonly number[]): number {
  const weights = [...counts];
  let sum = 0;
  while (weights.length > 1) {
    weights.sort((a, b) => b - a);
    const merged = weights.pop()! + weights.pop()!;
    sum += merged;
    weights.push(merged);
  }
  return sum;
}

const random = new Random(3);
const CASES: number[][] = [
  [1, 1],
  [5, 1],
  [1, 1, 1],
  [8, 4, 2, 1, 1],
  [7, 7, 7, 7],
  Array.from({ length: 200 }, () => 1 + random.integer(500)).sort((a, b) => b - a),
];

test.each(CASES)(
  'codes of %j, ...: as short as can be, none the beginning of another, through nodes of their own',
  (...list) => {
    const counts = list.flat();
    const { starts, nodes, bits } = huffmanCodes(Float64Array.from(counts));
    const n = counts.length;
    const path = (i: number): number[] => [...nodes.subarray(starts[i], starts[i + 1])];
    const code = (i: number): string => [...bits.subarray(starts[i], starts[i + 1])].join('');
    const codes = counts.map((_, i) => code(i));
    expect(counts.reduce((sum, count, i) => sum + count * codes[i]!.length, 0)).toBe(leastLength(counts));
    for (const a of codes) expect(codes.filter((b) => b.startsWith(a))).toEqual([a]);
    // A node stands for one beginning of codes, and the root for the empty one.
    const prefixes = new Map<number, string>();
    for (let i = 0; i < n; i++) {
      path(i).forEach((node, depth) => {
        const prefix = codes[i]!.slice(0, depth);
        expect(prefixes.get(node) ?? prefix).toBe(prefix);
        prefixes.set(node, prefix);
      });
    }
    expect(new Set(prefixes.values()).size).toBe(n - 1);
    expect([...prefixes.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: n - 1 }, (_, i) => i));
  },
);

test.each([[[1]], [[3, 1]], [[1, 0, 2]], [[0.1, 5, 2, 2, 0.9]], [Array.from({ length: 300 }, (_, i) => 1 / (i + 1))]])(
  'an alias table gives each outcome its share: %j',
  (weights) => {
    const table = new AliasTable(Float64Array.from(weights));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // Numbers in even steps are each in a column of the table: shares come out exact but for its edges.
    const steps = 1000 * weights.length;
    const bits = Uint32Array.from({ length: steps }, (_, i) => ((i + 0.5) / steps) * 2 ** 32);
    const outcomes = new Int32Array(steps);
    table.outcomes(outcomes, bits);
    const seen = new Array<number>(weights.length).fill(0);
    for (const outcome of outcomes) seen[outcome]!++;
    weights.forEach((weight, i) => expect(Math.abs(seen[i]! / steps - weight / total)).toBeLessThan(0.002));
    expect(seen.every((count, i) => count > 0 === weights[i]! > 0)).toBe(true);
  },
);
