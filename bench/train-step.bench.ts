/**
 * Times the training steps of `shapes.ts` in every tier this runtime has, the tiers in turn within one process.
 *
 *     npm run bench -- [--shape NAME] [--json]
 */

import { parseArgs } from 'node:util';
import { Bench } from 'tinybench';
import { KernelUnavailableError } from '../src/index.js';
import type { Tier } from '../src/index.js';
import { flops, SHAPES } from './shapes.js';
import type { LanguageModelShape } from './shapes.js';
import { trainStep } from './train-step.js';

const { values: options } = parseArgs({ options: { shape: { type: 'string' }, json: { type: 'boolean' } } });

async function measure(shape: LanguageModelShape): Promise<void> {
  const bench = new Bench({ time: 1000, iterations: 5, warmupTime: 300, warmupIterations: 2 });
  for (const tier of ['relaxed', 'simd', 'js'] satisfies Tier[]) {
    try {
      const { run } = await trainStep(shape, tier);
      bench.add(tier, () => void run());
    } catch (error) {
      if (!(error instanceof KernelUnavailableError)) throw error;
    }
  }
  await bench.run();
  for (const task of bench.tasks) report(shape, task.name, task.result);
}

function report(shape: LanguageModelShape, kernels: string, result: Bench['tasks'][number]['result']): void {
  if (!('latency' in result)) throw new Error(`${shape.name} on ${kernels} did not complete`);
  const msPerStep = result.latency.p50;
  const line = {
    bench: 'train-step',
    shape: shape.name,
    kernels,
    threads: 1,
    msPerStep,
    tokensPerSecond: (1000 * shape.B * shape.T) / msPerStep,
    gflops: flops(shape) / msPerStep / 1e6,
  };
  if (options.json === true) console.log(JSON.stringify(line));
  else
    console.log(
      `${shape.name.padEnd(28)} ${kernels.padEnd(8)} ${msPerStep.toFixed(1).padStart(8)} ms/step ` +
        `${Math.round(line.tokensPerSecond).toString().padStart(8)} tokens/s ${line.gflops.toFixed(1).padStart(6)} GFLOP/s`,
    );
}

for (const shape of SHAPES) if (shape.name === (options.shape ?? shape.name)) await measure(shape);
