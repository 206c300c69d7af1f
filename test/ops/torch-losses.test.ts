/** The losses against PyTorch: values, and the gradient of every input (test/fixtures/torch/make_losses.py). */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine.js';
import type { HostArray } from '../../src/engine.js';
import { Parameter } from '../../src/memory/parameter.js';
import type { View } from '../../src/memory/view.js';
import { crossEntropy } from '../../src/ops/cross-entropy.js';
import { gaussianDivergence } from '../../src/ops/gaussian-divergence.js';
import { binaryCrossEntropy, huberLoss, meanAbsoluteError, meanSquaredError } from '../../src/ops/pointwise-loss.js';
import { klDivergence, softCrossEntropy } from '../../src/ops/soft-targets.js';
import { everywhere } from '../engine/settings.js';

/** A loss with inputs, options and results. */
interface TorchLoss {
  readonly name: string;
  readonly op: string;
  readonly inputs: Record<string, HostArray>;
  readonly targets: HostArray | null;
  readonly options: object;
  readonly loss: number;
  readonly gradients: Record<string, HostArray>;
}

const file = new URL('../fixtures/torch/losses.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as TorchLoss[];

/** The losses by name, of their inputs in the order of the file. */
const losses: Record<string, (views: View[], targets: HostArray, options: object) => View> = {
  meanSquaredError: ([y], targets, options) => meanSquaredError(y!, targets, options),
  meanAbsoluteError: ([y], targets, options) => meanAbsoluteError(y!, targets, options),
  huberLoss: ([y], targets, options) => huberLoss(y!, targets, options),
  binaryCrossEntropy: ([y], targets, options) => binaryCrossEntropy(y!, targets, options),
  softCrossEntropy: ([y], targets, options) => softCrossEntropy(y!, targets, options),
  klDivergence: ([y], targets, options) => klDivergence(y!, targets, options),
  crossEntropy: ([y], { data, shape }, options) => crossEntropy(y!, { data: Int32Array.from(data), shape }, options),
  gaussianDivergence: ([mean, logVariance, priorMean, prior], _, options) =>
    gaussianDivergence(
      { mean: mean!, logVariance: logVariance! },
      priorMean === undefined ? options : { ...options, prior: { mean: priorMean, logVariance: prior! } },
    ),
};

test('the file holds every loss, with and without a mask', () => {
  expect(new Set(cases.map(({ op }) => op))).toEqual(new Set(Object.keys(losses)));
  expect(cases.filter(({ options }) => 'mask' in options)).toHaveLength(cases.length / 2);
  expect(cases).toHaveLength(24);
});

const everyCase = everywhere.flatMap((setting) => cases.map((torch) => ({ ...torch, setting, tier: setting.name })));

test.each(everyCase)("$name is PyTorch's: $tier", async ({ op, inputs, targets, options, setting, ...torch }) => {
  const engine = await createEngine(setting.options);
  const parameters = Object.entries(inputs).map(([name, { data, shape }]) => {
    const parameter = new Parameter(engine.memory, name, shape);
    parameter.set(data);
    return parameter;
  });
  const loss = engine.step(() => {
    const views = parameters.map((parameter) => parameter.view());
    return losses[op]!(views, targets ?? { data: [], shape: [] }, options);
  });
  // Sums of up to 30 elements, each with a few roundings.
  const tolerance = 64 * setting.unit;
  expect(Math.abs(loss - torch.loss)).toBeLessThan(tolerance * Math.max(1, Math.abs(torch.loss)));
  for (const parameter of parameters) {
    const wanted = torch.gradients[parameter.name]!;
    expect(wanted.shape).toEqual(parameter.shape);
    parameter.gradientToArray().forEach((value, i) => {
      expect(Math.abs(value - wanted.data[i]!)).toBeLessThan(tolerance * Math.max(1, Math.abs(wanted.data[i]!)));
    });
  }
});
