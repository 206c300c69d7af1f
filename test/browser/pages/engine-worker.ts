/** A worker that makes the engine of its first message. */

import type { EngineOptions } from '../../../src/engine.js';
import { runEngine } from './engine-run.js';

addEventListener('message', ({ data }: MessageEvent<EngineOptions>) => {
  void runEngine(data).then((result) => postMessage(result));
});
