/** What optimizers may be given: learning rates that change, options that cannot be, lists of parameters. */

import { expect, test } from 'vitest';
import { OptionError } from '../../src/errors.js';
import type { Parameter } from '../../src/memory/parameter.js';
import { Adam, AdamW } from '../../src/optim/adam.js';
import { RMSprop } from '../../src/optim/rmsprop.js';
import { SGD } from '../../src/optim/sgd.js';
import { doubleEngine } from '../engine/settings.js';
import { fourParameters, setGradients, valuesOf } from './weights.js';

test('a learning rate set between updates counts from the next one', async () => {
  const [a] = fourParameters(await doubleEngine());
  const optimizer = new SGD([a], { lr: 1 });
  const before = valuesOf([a])[0]!;
  optimizer.lr = 0.25;
  setGradients([a], [new Float64Array(15).fill(2)]);
  optimizer.step();
  expect(valuesOf([a])[0]).toEqual(before.map((value) => value - 0.5));
  optimizer.lr = 0;
  optimizer.step();
  expect(valuesOf([a])[0]).toEqual(before.map((value) => value - 0.5));
  expect(() => (optimizer.lr = -1)).toThrow(OptionError);
});

const refused: [string, (parameters: Parameter[]) => unknown, string][] = [
  ['no learning rate', (p) => new Adam(p, {} as never), 'Adam: lr must be a number at least 0, got undefined.'],
  ['lr', (p) => new SGD(p, { lr: -0.1 }), 'SGD: lr must be a number at least 0, got -0.1.'],
  ['lr', (p) => new RMSprop(p, { lr: Infinity }), 'RMSprop: lr must be a finite number at least 0, got Infinity.'],
  [
    'momentum',
    (p) => new SGD(p, { lr: 1, momentum: 1 }),
    'SGD: momentum must be a number at least 0 and below 1, got 1.',
  ],
  ['nesterov', (p) => new SGD(p, { lr: 1, nesterov: true }), 'SGD: nesterov needs a momentum above 0.'],
  [
    'alpha',
    (p) => new RMSprop(p, { lr: 1, alpha: 1 }),
    'RMSprop: alpha must be a number at least 0 and below 1, got 1.',
  ],
  ['epsilon', (p) => new RMSprop(p, { lr: 1, epsilon: 0 }), 'RMSprop: epsilon must be a number at least 1e-30, got 0.'],
  ['beta1', (p) => new Adam(p, { lr: 1, beta1: 1 }), 'Adam: beta1 must be a number at least 0 and below 1, got 1.'],
  ['beta2', (p) => new AdamW(p, { lr: 1, beta2: -1 }), 'AdamW: beta2 must be a number at least 0 and below 1, got -1.'],
  [
    'weightDecay',
    (p) => new AdamW(p, { lr: 1, weightDecay: -1 }),
    'AdamW: weightDecay must be a number at least 0, got -1.',
  ],
  [
    'unknown',
    (p) => new SGD(p, { lr: 1, decay: 1 } as never),
    "SGD: unknown option 'decay'. Known options: lr, momentum, nesterov, weightDecay.",
  ],
  [
    'unknown',
    (p) => new RMSprop(p, { lr: 1, rho: 1 } as never),
    "RMSprop: unknown option 'rho'. Known options: lr, alpha, epsilon, weightDecay.",
  ],
  [
    'unknown',
    (p) => new Adam(p, { lr: 1, betas: 1 } as never),
    "Adam: unknown option 'betas'. Known options: lr, beta1, beta2, epsilon, weightDecay.",
  ],
  ['no parameters', () => new Adam([], { lr: 1 }), 'Adam: the list of parameters is empty.'],
  ['twice', ([a, b]) => new Adam([a!, b!, a!], { lr: 1 }), 'Adam: a is in the list twice.'],
];

test.each(refused)('refused: %s (%#)', async (_, make, message) => {
  const parameters = fourParameters(await doubleEngine());
  expect(() => make(parameters)).toThrow(new OptionError(message));
});

test('parameters of two engines are refused', async () => {
  const [[a], [b]] = [fourParameters(await doubleEngine()), fourParameters(await doubleEngine())];
  expect(() => new SGD([a, b], { lr: 1 })).toThrow(new OptionError('SGD: a belongs to another engine than a.'));
});
