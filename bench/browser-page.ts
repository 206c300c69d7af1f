/** The page of `browser`: the runs, for the benchmark to call. */

import { makeRuns } from './browser-runs.js';

Object.assign(globalThis, { makeRuns });
