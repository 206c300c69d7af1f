/** What traces say: shares of saturated gates, and norms by steps back. */

import { expect, test } from 'vitest';
import { ShapeError } from '../../src/errors.js';
import { gateSaturation, normsBack } from '../../src/inspect/trace.js';
import { Trace } from '../../src/ops/trace.js';
import { thrown } from '../thrown.js';

test('a sigmoid is shut below 0.1, a tanh below -0.9; both are open above 0.9', () => {
  const gates = new Map([
    ['f', Float32Array.of(0.05, 0.5, 0.95, 0.96)],
    ['g', Float32Array.of(-0.95, 0.05, -0.5, 0.95)],
    ['h', Float32Array.of(0.05, 0.5)],
  ]);
  const traces = [
    { name: 'l0', reverse: false, gradientNorms: new Float64Array(1), gates },
    {
      name: 'l1_reverse',
      reverse: true,
      gradientNorms: new Float64Array(1),
      gates: new Map([['z', Float32Array.of(0.01)]]),
    },
  ];
  expect(gateSaturation(traces)).toEqual([
    { name: 'l0 f', low: 0.25, high: 0.5 },
    { name: 'l0 g', low: 0.25, high: 0.25 },
    { name: 'l0 h', low: 0, high: 0 },
    { name: 'l1_reverse z', low: 1, high: 0 },
  ]);
});

test('a gate without activations is neither shut nor open', () => {
  const part = { name: 'l0', reverse: false, gradientNorms: new Float64Array(1), gates: new Map([['f', new Float32Array(0)]]) }; // prettier-ignore
  expect(gateSaturation([part])).toEqual([{ name: 'l0 f', low: 0, high: 0 }]);
});

test('the trace itself, in the place of its parts, is refused', () => {
  const trace = new Trace();
  expect(thrown(() => gateSaturation(trace as never))).toEqual(
    new ShapeError('gateSaturation: takes a list of parts of a trace, got object. Give trace.layers.'),
  );
  for (const [wrong, got] of [
    [trace, 'object'],
    [undefined, 'undefined'],
  ] as const) {
    // prettier-ignore
    expect(thrown(() => normsBack(wrong as never))).toEqual(
      new ShapeError(`normsBack: takes one part of a trace, got ${got}. Give one of trace.layers.`),
    );
  }
});

test('gates come in the order of the blocks of weights', () => {
  const order = (gates: string): string[] => {
    const map = new Map([...gates].map((gate) => [gate, Float32Array.of(0)]));
    const traces = [{ name: 'l0', reverse: false, gradientNorms: new Float64Array(1), gates: map }];
    return gateSaturation(traces).map(({ name }) => name.slice(3));
  };
  expect(order('nrz')).toEqual(['r', 'z', 'n']);
  expect(order('ogif')).toEqual(['i', 'f', 'g', 'o']);
});

test('steps back count from the last time, of a reverse layer from the first; the trace stays', () => {
  const trace = { name: 'l0', reverse: false, gradientNorms: Float64Array.of(1, 2, 3), gates: new Map() };
  expect([...normsBack(trace)]).toEqual([3, 2, 1]);
  expect([...normsBack({ ...trace, reverse: true })]).toEqual([1, 2, 3]);
  expect([...trace.gradientNorms]).toEqual([1, 2, 3]);
});
