/**
 * Runs of updates of word2vec (Mikolov et al. 2013, "Distributed representations of words and phrases and their
 * compositionality"). A row has inputs i and outputs o with labels t_o of 0 or 1, and its own loss:
 *
 *     h = mean of in_i           f_o = h . out_o           loss = -sum_o t_o log s(f_o) + (1 - t_o) log s(-f_o)
 *
 *     e_o = t_o - s(f_o)         d = sum_o e_o out_o       out_o += lr e_o h       in_i += lr d / n        (s: logistic)
 *
 * Skip-gram has one input a row, CBOW the words of a window. Outputs are a word and the negatives drawn for it, or the
 * inner nodes on its path through a Huffman tree. word2vec.c leaves out the division of d by the number of inputs n.
 */

import type { Heap } from '../memory/heap.js';

/** One row after another, each on the weights that the one before has left. */
export interface Word2VecKernels {
  /**
   * A row of `stream` is n, m, the n ids of its inputs, and of its m outputs, all different, 2 id + label.
   * @param input in-out, (V, E)
   * @param output in-out, (N, E)
   * @param scores out, as long as `stream`: f of each output at its position there; the others stay as they are
   * @param stream in, 32-bit integers
   * @param starts in, (rows) 32-bit integers: where each row begins in `stream`
   * @param tmp scratch, (3E)
   * @param exact 1 divides what goes to the inputs by their number, 0 does not
   * @param hogwild 1 lets threads take shares of the rows, without regard to what the others change
   */
  word2vecRows(
    input: number,
    output: number,
    scores: number,
    stream: number,
    starts: number,
    tmp: number,
    rows: number,
    E: number,
    lr: number,
    exact: number,
    hogwild: number,
  ): void;
}

/** The kernels of this file in JavaScript. */
export const word2vecJs = (heap: Heap): Word2VecKernels => ({
  word2vecRows(input, output, scores, stream, starts, tmp, rows, E, lr, exact, _hogwild) {
    const { floats, ints, shift } = heap;
    const [IN, OUT, SCORES, H] = [input >>> shift, output >>> shift, scores >>> shift, tmp >>> shift];
    const D = H + E;
    for (let row = 0; row < rows; row++) {
      const begin = ints[(starts >>> 2) + row]!;
      const S = (stream >>> 2) + begin;
      const [n, m] = [ints[S]!, ints[S + 1]!];
      floats.fill(0, H, H + 2 * E);
      for (let i = 0; i < n; i++) {
        const from = IN + ints[S + 2 + i]! * E;
        for (let k = 0; k < E; k++) floats[H + k]! += floats[from + k]! / n;
      }
      for (let j = 2 + n; j < 2 + n + m; j++) {
        const code = ints[S + j]!;
        const to = OUT + (code >> 1) * E;
        let f = 0;
        for (let k = 0; k < E; k++) f += floats[H + k]! * floats[to + k]!;
        floats[SCORES + begin + j] = f;
        const step = lr * ((code & 1) - 1 / (1 + Math.exp(-f)));
        for (let k = 0; k < E; k++) {
          floats[D + k]! += step * floats[to + k]!;
          floats[to + k]! += step * floats[H + k]!;
        }
      }
      for (let i = 0; i < n; i++) {
        const to = IN + ints[S + 2 + i]! * E;
        for (let k = 0; k < E; k++) floats[to + k]! += exact === 1 ? floats[D + k]! / n : floats[D + k]!;
      }
    }
  },
});
