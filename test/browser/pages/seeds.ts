/** Makes one of the seeded runs in a page. */

import { publish } from './outcome.js';
import { traceOf } from './seeded-runs.js';

publish(async (request) => traceOf(request as string));
