/** Trains in the package's worker, saves into IndexedDB, and goes on from there in a second worker. */

import { crc32 } from '../../../src/crc32.js';
import { listCheckpoints, readCheckpoint, startTraining } from '../../../src/worker/index.js';
import type { TextJob } from '../../../src/worker/jobs.js';
import { publish } from './outcome.js';

const NAME = 'run';

/** What is trained, up to which step by the first worker, and up to which by the second. */
export interface TrainingRequest {
  readonly job: TextJob;
  readonly first: number;
  readonly second: number;
}

/** What IndexedDB holds in between, and what both come to. */
export interface TrainingResult {
  readonly saved: readonly string[];
  readonly crc: number;
  readonly text: string;
}

publish(async (request) => {
  const { job, first, second } = request as TrainingRequest;
  const begun = await startTraining({ ...job, train: { ...job.train, steps: first }, save: NAME });
  await begun.finished;
  begun.close();
  const saved = (await listCheckpoints()).map(({ name }) => name);
  const { kind, text, engine } = job;
  const checkpoint = await readCheckpoint(NAME);
  const training = await startTraining({ kind, text, engine, checkpoint, train: { steps: second } });
  await training.finished;
  const written = await training.ask('generate', { prompt: 'the', length: 40, seed: 7 });
  const crc = crc32(await training.checkpoint());
  training.close();
  return { saved, crc, text: written } satisfies TrainingResult;
});
