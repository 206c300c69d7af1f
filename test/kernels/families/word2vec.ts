/** Cases of word2vecRows, against its equations row by row. */

import { expect, it } from 'vitest';
import { sigmoid } from '../reference.js';
import { GAP, LENGTHS } from '../workspace.js';
import type { Workspace } from '../workspace.js';

const LR = 0.3;

/** Products of up to 1000 numbers below 1, and what they lead to. */
const TOLERANCE = 2e-5;

/** Inputs, and outputs with their labels. */
interface Row {
  readonly inputs: readonly number[];
  readonly outputs: readonly (readonly [id: number, label: number])[];
}

/** Every number of outputs around groups of three and a pair of them, one input and several, one of them twice. */
const ROWS: readonly Row[] = [
  { inputs: [0], outputs: [[3, 1]] },
  { inputs: [1], outputs: [[2, 1], [0, 0]] },
  { inputs: [2, 1], outputs: [[1, 1], [3, 0], [4, 0]] },
  { inputs: [0], outputs: [[4, 0], [3, 1], [2, 1], [1, 0]] },
  { inputs: [3, 0, 3], outputs: [[0, 1], [1, 0], [2, 0], [3, 0], [4, 0]] },
  { inputs: [4, 2], outputs: [[5, 0], [4, 1], [3, 0], [2, 0], [1, 0], [0, 1]] },
  { inputs: [1], outputs: [[5, 0], [4, 0], [3, 1], [2, 0], [6, 0], [0, 1], [1, 1]] },
  { inputs: [2], outputs: [[1, 0], [6, 1], [3, 0], [5, 0], [0, 1]] },
  { inputs: [4], outputs: [[0, 0], [2, 0], [4, 1], [6, 0], [1, 1], [3, 0]] },
  { inputs: [0, 1], outputs: [[3, 0], [1, 0], [0, 1], [6, 1], [5, 0], [2, 0], [4, 0]] },
  { inputs: [3], outputs: [[12, 1], [11, 0], [10, 0], [9, 1], [8, 0], [7, 0], [6, 1], [5, 0], [4, 0], [3, 1], [2, 0], [1, 0]] },
  { inputs: [1, 4], outputs: [[0, 1], [1, 0], [2, 0], [3, 1], [4, 0], [5, 0], [6, 1], [7, 0], [8, 0], [9, 1], [10, 0], [11, 0], [12, 1]] },
]; // prettier-ignore

const WORDS = 5;
const OUTPUTS = 13;

/** The same rows, each with words of its own: in any order they give the same. */
const APART: readonly Row[] = ROWS.map(({ inputs, outputs }, row) => ({
  inputs: inputs.map((id) => id + row * WORDS),
  outputs: outputs.map(([id, label]) => [id + row * OUTPUTS, label]),
}));

/** Registers the cases. */
export function testWord2Vec(open: () => Workspace): void {
  for (const exact of [1, 0]) {
    it(`word2vecRows: every size, each row on what the one before has left, exact ${exact}`, () => {
      for (const E of LENGTHS) {
        for (let rows = 0; rows <= ROWS.length; rows++) run(open(), ROWS.slice(0, rows), E, exact, 0);
      }
    });

    it(`word2vecRows: rows that share nothing are the same in any order, exact ${exact}`, () => {
      for (const E of LENGTHS) run(open(), APART, E, exact, 1);
    });
  }

  it('word2vecRows: scores of any size, and a NaN stays in its row', () => {
    const workspace = open();
    workspace.case('large and missing', () => {
      const [input, output] = [workspace.inOut([300, -300, NaN]), workspace.inOut([1, 1])];
      const stream = workspace.ints([1, 1, 0, 1, 1, 1, 1, 3, 1, 1, 0, 0]);
      const scores = workspace.inOut(new Array<number>(12).fill(GAP));
      workspace.kernels.word2vecRows(input, output, scores, stream, workspace.ints([0, 4]), workspace.output(3), 2, 1, 1, 1, 0); // prettier-ignore
      // Label 1 at 300 is right already; label 1 at -300 has an error of 1.
      workspace.expect('input', input, [300, -299], 0);
      workspace.expect('output', output, [1, -299], 0);
      workspace.kernels.word2vecRows(
        input,
        output,
        scores,
        stream,
        workspace.ints([8]),
        workspace.output(3),
        1,
        1,
        1,
        1,
        0,
      );
      expect(workspace.read(scores, 12)[11]).toBe(300);
      const missing = workspace.ints([1, 1, 2, 0]);
      workspace.kernels.word2vecRows(input, output, scores, missing, workspace.ints([0]), workspace.output(3), 1, 1, 1, 1, 0); // prettier-ignore
      expect(workspace.read(output, 2)).toEqual([NaN, -299]);
    });
  });
}

/** The rows as the kernel reads them, behind something else, and where each begins. */
function encode(rows: readonly Row[]): { stream: number[]; starts: number[] } {
  const stream = [-7];
  const starts = rows.map(({ inputs, outputs }) => {
    const start = stream.length;
    const codes = outputs.map(([id, label]) => 2 * id + label);
    stream.push(inputs.length, outputs.length, ...inputs, ...codes);
    return start;
  });
  return { stream, starts };
}

function run(workspace: Workspace, rows: readonly Row[], E: number, exact: number, hogwild: number): void {
  workspace.case(`word2vecRows rows=${rows.length} E=${E} exact=${exact} hogwild=${hogwild}`, () => {
    const { stream, starts } = encode(rows);
    const [words, nodes] = hogwild === 1 ? [WORDS * rows.length, OUTPUTS * rows.length] : [WORDS, OUTPUTS];
    const limit = 1 / Math.sqrt(E);
    const [before, outputs] = [workspace.values(words * E, -limit, limit), workspace.values(nodes * E, -limit, limit)];
    const wanted = reference(before, outputs, rows, E, exact === 1);
    const scores = new Array<number>(stream.length).fill(GAP);
    for (const [row, start] of starts.entries()) {
      wanted.scores[row]!.forEach((f, j) => (scores[start + 2 + rows[row]!.inputs.length + j] = f));
    }
    const [IN, OUT] = [workspace.inOut(before), workspace.inOut(outputs)];
    const SCORES = workspace.inOut(new Array<number>(stream.length).fill(GAP));
    const [STREAM, STARTS] = [workspace.ints(stream), workspace.ints(starts)];
    const tmp = workspace.output(3 * E);
    workspace.kernels.word2vecRows(IN, OUT, SCORES, STREAM, STARTS, tmp, rows.length, E, LR, exact, hogwild);
    workspace.expect('input', IN, wanted.input, TOLERANCE);
    workspace.expect('output', OUT, wanted.output, TOLERANCE);
    workspace.expect('scores', SCORES, scores, TOLERANCE);
  });
}

function reference(before: number[], outputs: number[], rows: readonly Row[], E: number, exact: boolean) {
  const [input, output] = [[...before], [...outputs]];
  const vector = (table: number[], id: number): number[] => table.slice(id * E, (id + 1) * E);
  const addTo = (table: number[], id: number, v: number[], factor: number): void =>
    v.forEach((value, k) => (table[id * E + k]! += factor * value));
  const scores = rows.map((row) => {
    const n = row.inputs.length;
    const h = new Array<number>(E).fill(0);
    for (const id of row.inputs) addTo(h, 0, vector(input, id), 1 / n);
    const f = row.outputs.map(([id]) => vector(output, id).reduce((sum, value, k) => sum + value * h[k]!, 0));
    const errors = row.outputs.map(([, label], j) => label - sigmoid(f[j]!));
    const d = new Array<number>(E).fill(0);
    row.outputs.forEach(([id], j) => addTo(d, 0, vector(output, id), errors[j]!));
    row.outputs.forEach(([id], j) => addTo(output, id, h, LR * errors[j]!));
    for (const id of row.inputs) addTo(input, id, d, exact ? LR / n : LR);
    return f;
  });
  return { input, output, scores };
}
