/** `recurra/worker`: training off the main thread. */

export { startTraining, Training } from './client.js';
export type { TrainingLine, TrainingListeners } from './client.js';
export { serve } from './host.js';
export type { CommonJob, Job, LayerActivations, Queries, SeriesJob, TaskJob, TextJob } from './jobs.js';
export type { Line, RunState, TrainingInfo, WorkerReport } from './protocol.js';
export { deleteCheckpoint, listCheckpoints, readCheckpoint } from './saved.js';
export type { SavedCheckpoint } from './saved.js';
