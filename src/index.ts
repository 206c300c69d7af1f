/** The public surface of recurra. */

export { createEngine } from './engine.js';
export type { Engine, EngineOptions, EngineReport, HostArray, Ids } from './engine.js';
export type { Tier } from './kernels/select.js';
export type { FloatArray } from './memory/heap.js';
export { View } from './memory/view.js';
export { Parameter } from './memory/parameter.js';
export { Random } from './random.js';
export type { RandomState } from './random.js';

export { Corpus, decodeUtf8 } from './data/corpus.js';
export type { CorpusOptions } from './data/corpus.js';
export { BEGINNING, PADDING, UNKNOWN, Vocabulary } from './data/vocabulary.js';
export type { VocabularyJSON, VocabularyOptions } from './data/vocabulary.js';
export type { Level } from './data/tokenizer.js';
export { Windows, windows } from './data/windows.js';
export type { Window, WindowOptions } from './data/windows.js';
export { createTask, TASK_NAMES } from './data/tasks/list.js';
export type { TaskName } from './data/tasks/list.js';
export type { Task } from './data/tasks/task.js';
export type { SequenceBatch, SequenceForm } from './data/sequences.js';

export { Embedding } from './layers/embedding.js';
export type { EmbeddingOptions } from './layers/embedding.js';
export { Linear } from './layers/linear.js';
export type { LinearOptions } from './layers/linear.js';
export { Dropout } from './layers/dropout.js';
export type { DropoutOptions } from './layers/dropout.js';
export { RNN } from './layers/rnn.js';
export type { RnnOptions } from './layers/rnn.js';
export { LSTM } from './layers/lstm.js';
export type { LstmOptions } from './layers/lstm.js';
export { GRU } from './layers/gru.js';
export type { RecurrentOptions, RecurrentResult } from './layers/recurrent.js';
export { RecurrentState } from './layers/state.js';
export { Layer } from './layers/layer.js';
export type { StateDict } from './layers/layer.js';
export { constant, he, normal, orthogonal, uniform, xavier } from './layers/initializers.js';
export type { Initializer } from './layers/initializers.js';

export { crossEntropy } from './ops/cross-entropy.js';
export type { CrossEntropyOptions } from './ops/cross-entropy.js';
export { dropout } from './ops/dropout.js';
export { meanSquaredError } from './ops/mean-squared-error.js';
export type { StateSource } from './ops/recurrent.js';
export type { Nonlinearity } from './ops/rnn.js';

export { Optimizer } from './optim/optimizer.js';
export type { OptimizerState } from './optim/optimizer.js';
export { SGD } from './optim/sgd.js';
export type { SgdOptions } from './optim/sgd.js';
export { RMSprop } from './optim/rmsprop.js';
export type { RmspropOptions } from './optim/rmsprop.js';
export { Adam, AdamW } from './optim/adam.js';
export type { AdamOptions } from './optim/adam.js';
export { clipGradNorm, clipGradValue, gradNorm } from './optim/clip.js';
export { createSchedule } from './optim/schedule.js';
export type { Progress, Schedule, ScheduleOptions } from './optim/schedule.js';

export { LanguageModel } from './models/language-model.js';
export type { GenerateOptions, LanguageModelOptions } from './models/language-model.js';
export type { Network } from './models/network.js';
export { SequenceModel } from './models/sequence-model.js';
export type { SequenceModelOptions, SequenceOutput } from './models/sequence-model.js';
export { evaluateTask } from './train/evaluate-task.js';
export type { TaskEvaluationOptions, TaskScore } from './train/evaluate-task.js';
export { trainTask } from './train/train-task.js';
export type { TaskTrainOptions } from './train/train-task.js';
export { taskSettingsOf } from './train/task-settings.js';
export type { TaskSettings } from './train/task-settings.js';
export { evaluate } from './train/evaluate.js';
export type { Evaluation } from './train/evaluate.js';
export { settingsOf } from './train/settings.js';
export type { TrainSettings } from './train/settings.js';
export { train, TrainingRun } from './train/train.js';
export type { ProgressEvent, StopReason, TrainOptions, TrainReport } from './train/train.js';

export { decodeCheckpoint, encodeCheckpoint, loadCheckpoint, saveCheckpoint } from './checkpoint/checkpoint.js';
export type { Checkpoint, CheckpointOptions, ModelClass } from './checkpoint/checkpoint.js';

export {
  CheckpointError,
  DataError,
  DivergenceError,
  KernelUnavailableError,
  MemoryError,
  OptionError,
  RecurraError,
  ShapeError,
  StaleViewError,
} from './errors.js';
