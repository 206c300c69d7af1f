/**
 * One start of the built package: `node start-up-child.mjs TIER SHAPE` prints the ms of each part, or nothing where the
 * tier is not available.
 */

const launched = performance.now(); // since the process began
const { createEngine, KernelUnavailableError } = await import('../dist/index.js');
const { buildTrainStep } = await import('../dist/bench/train-step.js');
const { SHAPES } = await import('../dist/bench/shapes.js');
const [kernels, name] = process.argv.slice(2);
const shape = SHAPES.find((candidate) => candidate.name === name);
if (shape === undefined) throw new Error(`no shape ${name}`);

const imported = performance.now();
try {
  const engine = await createEngine({ kernels });
  const created = performance.now();
  const step = buildTrainStep(engine, shape);
  const built = performance.now();
  step();
  const ended = performance.now();
  const parts = {
    node: launched,
    import: imported - launched,
    createEngine: created - imported,
    model: built - created,
    'first step': ended - built,
    'createEngine to step': ended - imported,
  };
  process.stdout.write(JSON.stringify(parts));
} catch (error) {
  if (!(error instanceof KernelUnavailableError)) throw error;
}
