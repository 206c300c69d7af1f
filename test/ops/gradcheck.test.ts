/** The gradient check finds wrong gradients, and the weighted sum it rests on has the right ones. */

import { expect, test } from 'vitest';
import { engineOf } from '../../src/engine.js';
import type { View } from '../../src/memory/view.js';
import { doubleEngine } from '../engine/settings.js';
import { drawn, gradcheck, numbers } from './gradcheck.js';
import { weightedSum } from './weighted-sum.js';

/** y = x^3 with a backward that is wrong in a way a test can choose. */
function cube(x: View, { factor = 1, onlyElement = -1, assigns = false } = {}): View {
  const engine = engineOf(x);
  const { memory } = engine;
  const y = engine.output('cube', x.shape, true);
  memory.view(y.ptr, y.size).set(x.toArray().map((value) => value ** 3));
  engine.tape.record('cube', () => {
    const dy = memory.view(y.gradient(), y.size).slice();
    const dx = memory.view(x.gradient(), x.size);
    const values = x.toArray();
    dx.forEach((before, i) => {
      const right = 3 * values[i]! ** 2 * dy[i]!;
      const scale = onlyElement === -1 || onlyElement === i ? factor : 1;
      dx[i] = (assigns ? 0 : before) + right * scale;
    });
  });
  return y;
}

test('a right gradient passes', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [3, 2]);
  expect(gradcheck(engine, [x], () => [cube(x.view()), cube(x.view())])).toEqual([]);
});

test('an error of one in a million in one element is found and named', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [3, 2]);
  const complaints = gradcheck(engine, [x], () => [cube(x.view(), { factor: 1 + 1e-6, onlyElement: 4 })]);
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toMatch(/^x\[4\]: gradient .*, finite difference /);
});

test('a random direction finds an error in one element too', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [30, 20]);
  const directional = true;
  expect(gradcheck(engine, [x], () => [cube(x.view())], { directional })).toEqual([]);
  const wrong = () => [cube(x.view(), { factor: 1.01, onlyElement: 471 })];
  const complaints = gradcheck(engine, [x], wrong, { directional });
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toMatch(/^x in a random direction: gradient .*, finite difference /);
});

test('a gradient that overwrites instead of accumulating is found', async () => {
  const engine = await doubleEngine();
  const x = drawn(engine, 'x', [5]);
  const outputs = () => [cube(x.view(), { assigns: true }), cube(x.view(), { assigns: true })];
  expect(gradcheck(engine, [x], outputs)).toHaveLength(5);
});

test('a gradient that is missing altogether is found, and so is one that should be', async () => {
  const engine = await doubleEngine();
  const [x, other] = [drawn(engine, 'x', [2]), drawn(engine, 'other', [2])];
  expect(gradcheck(engine, [x, other], () => [cube(x.view())])).toEqual(['other: gradient is zero throughout']);
  const unused = { unused: [x, other] };
  expect(gradcheck(engine, [x, other], () => [cube(x.view())], unused)).toEqual(['x: gradient is not zero throughout']);
});

test('the gradient of a weighted sum is its weights, times what comes from above', async () => {
  const engine = await doubleEngine();
  const [x, y] = [drawn(engine, 'x', [2, 3]), drawn(engine, 'y', [4])];
  const [a, b] = [numbers(engine.random, 6), numbers(engine.random, 4)];
  const loss = engine.step(() => {
    const inner = weightedSum([
      { view: x.view(), weights: a },
      { view: y.view(), weights: b },
    ]);
    return weightedSum([{ view: inner, weights: [-2] }]);
  });
  const sum =
    [...x.toArray()].reduce((s, v, i) => s + v * a[i]!, 0) + [...y.toArray()].reduce((s, v, i) => s + v * b[i]!, 0);
  expect(loss).toBeCloseTo(-2 * sum, 12);
  expect(x.gradientToArray()).toEqual(a.map((value) => -2 * value));
  expect(y.gradientToArray()).toEqual(b.map((value) => -2 * value));
});
