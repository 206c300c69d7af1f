/** recurra as a contestant, as built: `node recurra-step.mjs '{"kernels":"simd"}'` takes the options of createEngine. */

import { alternate, finish, median } from '../../dist/bench/alternation.js';
import { PEAK_FLOPS, peakMeasure } from '../../dist/bench/peak.js';
import { buildTrainStep } from '../../dist/bench/train-step.js';
import { createEngine } from '../../dist/index.js';
import { answer, timeSteps } from './answers.mjs';

const options = JSON.parse(process.argv[2] ?? '{}');

await answer(async () => {
  let engine = await createEngine(options); // says at once what this build or this runtime does not have
  const { kernels } = engine.report();
  let step;
  return {
    versions: `recurra ${kernels}, Node ${process.versions.node}`,
    async build({ shape }) {
      engine.dispose();
      engine = await createEngine(options);
      step = buildTrainStep(engine, shape);
      return { done: true };
    },
    steps: ({ count }) => timeSteps(step, count),
    peak() {
      const [ms] = finish(alternate([peakMeasure(engine)], { sliceMs: 2, warmUpMs: 40, budgetMs: 0 }));
      return { gflops: PEAK_FLOPS / median(ms) / 1e6 };
    },
  };
});
