/** What every job is checked for before anything is made. */

import { checkFlag, checkKnown } from '../options.js';
import { OptionError } from '../errors.js';
import { RUN_OPTIONS } from '../train/run.js';
import type { Job } from './jobs.js';

const COMMON = ['kind', 'engine', 'checkpoint', 'save', 'saveSeconds', 'paused', 'model', 'train'] as const;

/** @throws OptionError for what is unknown or of another type; models, engines and runs check what is theirs */
export function checkJob(job: Job, own: readonly string[]): void {
  checkKnown('startTraining', job, [...COMMON, ...own]);
  checkFlag('startTraining', 'paused', job.paused ?? false);
  for (const name of ['model', 'train', 'engine'] as const) {
    const given: unknown = job[name];
    if (given === undefined || Object.prototype.toString.call(given) === '[object Object]') continue;
    throw new OptionError(
      `startTraining: ${name} must be an object of options, got ${given === null ? 'null' : typeof given}.`,
    );
  }
  for (const name of RUN_OPTIONS) {
    if (Object.hasOwn(job.train ?? {}, name)) {
      throw new OptionError(`startTraining: train takes settings, and ${name} is none. The worker sees to it.`);
    }
  }
  if (job.saveSeconds !== undefined && job.save === undefined) {
    throw new OptionError('startTraining: saveSeconds is for save, which is not given. Give both, or neither.');
  }
  if (job.save !== undefined && (typeof job.save !== 'string' || job.save === '')) {
    throw new OptionError('startTraining: save must be a name that is not empty.');
  }
  if (job.checkpoint !== undefined && !(job.checkpoint instanceof Uint8Array)) {
    throw new OptionError('startTraining: checkpoint must be a Uint8Array, the bytes of the file.');
  }
}
