/** Runs one file of the kernels' suite in a page. */

import { startTests } from '@vitest/runner';
import type { Task, VitestRunner, VitestRunnerConfig } from '@vitest/runner';
import { publish } from './outcome.js';

/** The files that run in a page as they are. */
const FILES: Readonly<Record<string, () => Promise<unknown>>> = {
  float64: () => import('../../kernels/float64.test.js'),
  js: () => import('../../kernels/js.test.js'),
  math: () => import('../../kernels/math.test.js'),
  reference: () => import('../../kernels/reference.test.js'),
  relaxed: () => import('../../kernels/relaxed.test.js'),
  reproducible: () => import('../../kernels/reproducible.test.js'),
  select: () => import('../../kernels/select.test.js'),
  simd: () => import('../../kernels/simd.test.js'),
  threads: () => import('../../kernels/threads.test.js'),
  tune: () => import('../../kernels/tune.test.js'),
};

/** One test of a file: its suites and its name, how it ended, and what it said. */
export interface TestResult {
  readonly name: string;
  readonly state: string;
  readonly errors: readonly string[];
}

const CONFIG: VitestRunnerConfig = {
  root: '/',
  setupFiles: [],
  name: undefined,
  passWithNoTests: false,
  testNamePattern: undefined,
  allowOnly: false,
  sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
  chaiConfig: undefined,
  maxConcurrency: 1,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  tagsFilter: undefined,
  strictTags: false,
};

const runner: VitestRunner = {
  config: CONFIG,
  importFile: async (path, source) => (source === 'collect' ? FILES[path]!() : undefined),
};

/** The tests of a suite and of those in it. A suite that failed outside of its tests is a failure too. */
function resultsOf(task: Task, names: readonly string[]): TestResult[] {
  const errors = (task.result?.errors ?? []).map(({ stack, message }) => stack ?? message);
  const result = { name: names.join(' > '), state: task.result?.state ?? task.mode, errors };
  if (task.type === 'test') return [result];
  const inner = task.tasks.flatMap((child) => resultsOf(child, [...names, child.name]));
  return errors.length === 0 ? inner : [...inner, result];
}

publish(async (request) => {
  const files = await startTests([request as string], runner);
  return files.flatMap((file) => resultsOf(file, []));
});
