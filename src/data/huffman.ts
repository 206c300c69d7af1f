/**
 * Binary Huffman codes (Huffman 1952), for the hierarchical softmax: a word is reached from the root by a path of inner
 * nodes, and at each of them by a bit. Frequent words have short paths, so that the mean length is the least there is.
 */

/** The path of every symbol, one behind the other. */
export interface HuffmanCodes {
  /** Where the path of each symbol begins, and where the last one ends. */
  readonly starts: Int32Array;
  /** Inner nodes from the root on, numbered from 0 to n - 2. */
  readonly nodes: Int32Array;
  /** The bit taken at each. */
  readonly bits: Uint8Array;
}

/** Codes of n >= 2 symbols. @param counts of each, none above the one before */
export function huffmanCodes(counts: Float64Array): HuffmanCodes {
  const n = counts.length;
  const { parent, bit } = buildTree(counts);
  const root = 2 * n - 2;
  const paths = Array.from({ length: n }, (_, symbol) => {
    const path: number[] = [];
    for (let node = symbol; node !== root; node = parent[node]!) path.push(node);
    return path.reverse();
  });
  const starts = new Int32Array(n + 1);
  paths.forEach((path, symbol) => (starts[symbol + 1] = starts[symbol]! + path.length));
  const all = paths.flat();
  return {
    starts,
    nodes: Int32Array.from(all, (node) => parent[node]! - n),
    bits: Uint8Array.from(all, (node) => bit[node]!),
  };
}

/** Parent and bit of each node: the symbols, then the inner nodes in the order they are made, the root last. */
function buildTree(counts: Float64Array): { parent: Int32Array; bit: Uint8Array } {
  const n = counts.length;
  const weight = new Float64Array(2 * n - 1);
  weight.set(counts);
  const parent = new Int32Array(2 * n - 1);
  const bit = new Uint8Array(2 * n - 1);
  // Symbols come in falling order and inner nodes in rising order: the lightest is at one of two ends.
  let [symbol, inner] = [n - 1, n];
  for (let made = n; made < 2 * n - 1; made++) {
    const lightest = (): number => {
      if (symbol >= 0 && (inner >= made || weight[symbol]! < weight[inner]!)) return symbol--;
      return inner++;
    };
    const [first, second] = [lightest(), lightest()];
    weight[made] = weight[first]! + weight[second]!;
    parent[first] = made;
    parent[second] = made;
    bit[second] = 1;
  }
  return { parent, bit };
}
