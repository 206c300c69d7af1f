/**
 * RNN, LSTM and GRU against nodes run by onnxruntime: gate orders, peepholes, coupled gates, clip, both forms of the
 * GRU, directions and lengths, each alone and together; among them the cases that onnxruntime's own tests publish.
 */

import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { everywhere } from '../engine/settings.js';
import { fromOnnx, onnxCases } from './onnx-case.js';
import { differing, evaluateCase } from './recurrent-case.js';

// onnxruntime runs in float32.
const TOLERANCE = 1e-5;

const nodes = onnxCases();
const cases = nodes.map(fromOnnx);

test('the file holds the cases these tests expect', () => {
  const counts = (op: string): number => nodes.filter((node) => node.op === op).length;
  expect(['LSTM', 'GRU', 'RNN'].map(counts)).toEqual([39, 39, 7]);
  expect(nodes.filter(({ name }) => name.includes('published')).length).toBe(45);
});

for (const { name, options } of everywhere) {
  test.each(cases)(`$name: ${name}`, async (node) => {
    const results = evaluateCase(await createEngine(options), node);
    expect(differing(results, TOLERANCE)).toEqual([]);
  });
}

test('a row of length 0 ends with zeros there, and with the state it began with here', () => {
  const at = nodes.findIndex(({ name }) => name === 'LSTM bidirectional, lengths all 0');
  const { inputs, outputs } = nodes[at]!;
  const { hn, cn } = cases[at]!;
  expect(inputs.sequence_lens!.data).toEqual([0, 0, 0, 0]);
  expect(inputs.initial_h!.data).not.toContain(0);
  expect([outputs.Y_h, outputs.Y_c!].map(({ data }) => data.every((value) => value === 0))).toEqual([true, true]);
  expect([hn!.data, cn!.data]).toEqual([inputs.initial_h!.data, inputs.initial_c!.data]);
});
