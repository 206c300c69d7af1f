/** The public surface of recurra. */

export { createEngine } from './engine.js';
export type { Engine, EngineOptions, EngineReport, HostArray, Ids, Rehearsal } from './engine.js';
export type { Tier } from './kernels/select.js';
export type { WasmSource, WasmSources } from './kernels/wasm-source.js';
export type { FloatArray } from './memory/heap.js';
export { View } from './memory/view.js';
export { Parameter } from './memory/parameter.js';
export { Random } from './random.js';
export type { RandomState } from './random.js';

export { bundledCorpus } from './data/bundled.js';
export type { Bundled, BundledLanguage, BundledOptions } from './data/bundled.js';
export { Corpus, decodeUtf8 } from './data/corpus.js';
export type { CorpusOptions } from './data/corpus.js';
export { BEGINNING, PADDING, UNKNOWN, Vocabulary } from './data/vocabulary.js';
export type { VocabularyJSON, VocabularyOptions } from './data/vocabulary.js';
export type { Level } from './data/tokenizer.js';
export { Dialogues } from './data/dialogues.js';
export type { DialogueBatch, DialoguesOptions } from './data/dialogues.js';
export { Windows, windows } from './data/windows.js';
export type { Window, WindowOptions } from './data/windows.js';
export { Pairs } from './data/pairs.js';
export type { PairBatch, PairOptions, PairVocabularies, TextPair } from './data/pairs.js';
export { PAIR_TASKS, pairsToTsv, pairTask } from './data/pairs-tasks.js';
export type { PairTask, PairTaskOptions } from './data/pairs-tasks.js';
export { BagOfWords, oneHot, TfIdf, toDense } from './data/bag-of-words.js';
export type { CountOptions, Documents, SparseRows, TfIdfOptions } from './data/bag-of-words.js';
export { plantedAnalogies } from './data/planted-analogies.js';
export type { PlantedAnalogies, PlantedOptions } from './data/planted-analogies.js';
export { WordCorpus } from './data/word-corpus.js';
export type { WordTextOptions } from './data/word-corpus.js';
export { WordCounts } from './data/word-counts.js';
export type { WordCountsJSON, WordCountsOptions } from './data/word-counts.js';
export type { VectorFormat } from './data/vectors/format.js';
export { evaluateSimilarity, parsePairs } from './data/vectors/pairs.js';
export type { SimilarityOptions, SimilarityScore, WordPair } from './data/vectors/pairs.js';
export { evaluateAnalogies, parseQuestions } from './data/vectors/questions.js';
export type { AnalogyOptions, AnalogyScore, Question, QuestionSection } from './data/vectors/questions.js';
export { readWordVectors } from './data/vectors/read.js';
export type { ReadVectorsOptions } from './data/vectors/read.js';
export { WordVectors } from './data/vectors/word-vectors.js';
export type { Neighbor } from './data/vectors/word-vectors.js';
export { writeWordVectors } from './data/vectors/write.js';
export { createTask, TASK_NAMES } from './data/tasks/list.js';
export type { TaskName } from './data/tasks/list.js';
export type { Task } from './data/tasks/task.js';
export type { IdTensor, SequenceBatch, SequenceForm } from './data/sequences.js';
export { allBatches } from './data/examples.js';
export { decodeIdx, idxImages, isGzip } from './data/idx.js';
export type { IdxArray, IdxImages } from './data/idx.js';
export { Sequences } from './data/ragged.js';
export type { LineOptions, RaggedBatch } from './data/ragged.js';
export { Rows } from './data/rows.js';
export { Table } from './data/table.js';
export type { Missing, TableSource } from './data/table.js';
export { LabelledSequences } from './data/labelled-sequences.js';
export type { LabelledBatch, LabelledSequencesOptions, SequenceSplitOptions } from './data/labelled-sequences.js';
export { Scaler } from './data/scaler.js';
export type { ColumnScale, ColumnRows, ScalerJSON } from './data/scaler.js';
export { TimeSeries } from './data/series.js';
export { SeriesWindows, splitSeries } from './data/series-windows.js';
export type {
  SeriesBatch,
  SeriesParts,
  SeriesTensor,
  SeriesWindowOptions,
  SplitOptions,
} from './data/series-windows.js';
export { timesAfter } from './data/times.js';
export { fitScaler } from './data/reference.js';
export type { FitScalerOptions, Reference } from './data/reference.js';
export { findPeriod, seasonalErrors } from './data/baselines.js';
export type { ForecastErrors } from './data/baselines.js';
export { syntheticSeries } from './data/synthetic-series.js';
export type { Season, SyntheticSeriesOptions } from './data/synthetic-series.js';
export type { Examples } from './data/examples.js';
export { readConll, writeConll } from './data/conll.js';
export type { ConllOptions, TaggedSentence } from './data/conll.js';
export { areSpanLabels, SpanCounts, spansOf } from './data/spans.js';
export type { Span } from './data/spans.js';
export { TagSymbols } from './data/tag-symbols.js';
export type { EncodedSentences, TagSymbolsJSON, TagSymbolsOptions } from './data/tag-symbols.js';
export { TaggedExamples } from './data/tagged-examples.js';
export type { TagBatch } from './data/tagged-examples.js';
export { brokenLinks, TAGGED_TEXTS, taggedSentences } from './data/tagged-text.js';
export type { TaggedText, TaggedTextOptions } from './data/tagged-text.js';
export { Sentences } from './data/sentences.js';
export type { SentenceBatch, SentenceOptions } from './data/sentences.js';

export type { Scale } from './plot/axis.js';
export type { FrameOptions } from './plot/frame.js';
export { svgHeatMap } from './plot/heat-map.js';
export type { HeatMapOptions } from './plot/heat-map.js';
export { svgHistogram } from './plot/histogram.js';
export type { HistogramOptions } from './plot/histogram.js';
export { imageGrid } from './plot/image-grid.js';
export type { GreyImage, ImageGridOptions } from './plot/image-grid.js';
export { encodePng, svgImage } from './plot/png.js';
export { svgLines } from './plot/lines.js';
export type { LinesOptions } from './plot/lines.js';
export type { Series } from './plot/series.js';

export { Embedding } from './layers/embedding.js';
export type { EmbeddingOptions } from './layers/embedding.js';
export { Attention, ATTENTIONS } from './layers/attention.js';
export type { AttentionKind, AttentionMemory, AttentionOptions, AttentionResult } from './layers/attention.js';
export { Linear } from './layers/linear.js';
export type { LinearOptions } from './layers/linear.js';
export { Latent } from './layers/latent.js';
export type { LatentForwardOptions, LatentOptions, LatentResult } from './layers/latent.js';
export { LayerNorm } from './layers/layer-norm.js';
export type { LayerNormOptions } from './layers/layer-norm.js';
export { CRF } from './layers/crf.js';
export type { CrfLayerOptions } from './layers/crf.js';
export { Dropout } from './layers/dropout.js';
export type { DropoutOptions } from './layers/dropout.js';
export { RNN } from './layers/rnn.js';
export type { RnnOptions } from './layers/rnn.js';
export { LSTM } from './layers/lstm.js';
export type { LstmOptions } from './layers/lstm.js';
export { GRU } from './layers/gru.js';
export { RTRL } from './layers/rtrl.js';
export type { RtrlOptions } from './layers/rtrl.js';
export type { GruOptions } from './layers/gru.js';
export type { ForwardOptions, RecurrentOptions, RecurrentResult } from './layers/recurrent.js';
export { Stepper } from './layers/stepper.js';
export { RecurrentLayer } from './layers/recurrent.js';
export { Trace } from './ops/trace.js';
export type { LayerTrace } from './ops/trace.js';
export { Jordan } from './layers/jordan.js';
export type { JordanForwardOptions, JordanOptions, JordanResult } from './layers/jordan.js';
export { RecurrentState } from './layers/state.js';
export { Layer } from './layers/layer.js';
export type { StateDict } from './layers/layer.js';
export { constant, he, identity, normal, orthogonal, uniform, xavier } from './layers/initializers.js';
export type { Initializer } from './layers/initializers.js';

export { activation, gelu, leakyRelu, relu, sigmoid, silu, tanh } from './ops/activation.js';
export type { Activation } from './kernels/codes.js';
export { add, multiply, subtract } from './ops/broadcast.js';
export type { Operand } from './ops/broadcast.js';
export { concat, slice } from './ops/concat.js';
export { crfLogLikelihood } from './ops/crf.js';
export type { CrfOptions, CrfParameters } from './ops/crf.js';
export { crossEntropy } from './ops/cross-entropy.js';
export type { CrossEntropyOptions } from './ops/cross-entropy.js';
export { sampledCrossEntropy } from './ops/sampled-softmax.js';
export type { Negatives, OutputWeights } from './ops/sampled-softmax.js';
export { dropout } from './ops/dropout.js';
export type { StateSource } from './ops/sequence.js';
export type { DropoutMask } from './ops/dropout.js';
export { gaussianDivergence } from './ops/gaussian-divergence.js';
export type { Gaussian, GaussianDivergenceOptions } from './ops/gaussian-divergence.js';
export { gaussianSample } from './ops/gaussian-sample.js';
export type { GaussianSampleOptions } from './ops/gaussian-sample.js';
export type { LossOptions } from './ops/loss.js';
export { binaryCrossEntropy, huberLoss, meanAbsoluteError, meanSquaredError } from './ops/pointwise-loss.js';
export type { HuberLossOptions } from './ops/pointwise-loss.js';
export { klDivergence, softCrossEntropy } from './ops/soft-targets.js';
export type { SoftTargetsOptions } from './ops/soft-targets.js';
export { layerNorm } from './ops/layer-norm.js';
export type { LayerNormParameters } from './ops/layer-norm.js';
export { gather } from './ops/gather.js';
export { matmul } from './ops/matmul.js';
export type { MatmulOptions } from './ops/matmul.js';
export { outerSum } from './ops/outer-sum.js';
export { mean, sum } from './ops/reduce.js';
export { logSoftmax, softmax } from './ops/softmax.js';
export type { SoftmaxOptions } from './ops/softmax.js';
export { reshape, transpose } from './ops/transpose.js';
export { viterbi } from './ops/viterbi.js';
export type { Decoded } from './ops/viterbi.js';
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
export type { SampleOptions } from './models/sample.js';
export type { ProposalOption } from './models/proposals.js';
export type { WordTable } from './models/vectors.js';
export { MaskedLanguageModel } from './models/masked-language-model.js';
export type { MaskedLanguageModelOptions } from './models/masked-language-model.js';
export type { Filled, Guess } from './models/blanks.js';
export { Autoencoder } from './models/autoencoder.js';
export type { AutoencoderOptions } from './models/autoencoder.js';
export { SequenceAutoencoder } from './models/sequence-autoencoder.js';
export type { DecodeOptions, SequenceAutoencoderOptions } from './models/sequence-autoencoder.js';
export type { VariationalOptions } from './models/variational.js';
export { Seq2Seq } from './models/seq2seq.js';
export type { Bridge, FullSeq2SeqOptions, Seq2SeqOptions, Thought } from './models/seq2seq-options.js';
export type { ScheduledSampling, ScheduledSamplingOptions } from './models/scheduled-sampling.js';
export type { AttentionMatrix, TranslateOptions, Translation } from './models/translation.js';
export { svgAttention } from './models/attention-map.js';
export { beamSearch } from './models/beam.js';
export type { BeamOptions } from './models/beam.js';
export { decode, lengthNorm, scoreOf } from './models/decode.js';
export type { Hypothesis, NextTokens, SearchOptions, TokenModel } from './models/decode.js';
export { Hopfield } from './models/hopfield.js';
export type { HopfieldOptions, RecallOptions } from './models/hopfield.js';
export { ModernHopfield } from './models/modern-hopfield.js';
export type { ModernHopfieldOptions, ModernRecallOptions } from './models/modern-hopfield.js';
export type { Recall, RecallEnd } from './models/patterns.js';

export { eigenvalues, spectralRadius } from './inspect/eigenvalues.js';
export type { Eigenvalues } from './inspect/eigenvalues.js';
export { singularValues } from './inspect/singular-values.js';
export { recurrentSpectra, spectraOf } from './inspect/spectra.js';
export type { RecurrentKind, RecurrentSpectrum } from './inspect/spectra.js';
export { gateSaturation, normsBack } from './inspect/trace.js';
export type { GateSaturation } from './inspect/trace.js';

export type { Network, NetworkRow } from './models/network.js';
export type { Learner, Score } from './models/learner.js';
export { fit } from './train/fit.js';
export type { FitData, FitOptions } from './train/fit.js';
export { fitSettingsOf } from './train/fit-settings.js';
export type { FitSettings } from './train/fit-settings.js';
export { HRED } from './models/hred.js';
export type { ReplyOptions } from './models/reply.js';
export type { HredOptions } from './models/hred-options.js';
export { Classifier } from './models/classifier.js';
export type { Classification, ClassifierOptions } from './models/classifier.js';
export { Forecaster } from './models/forecaster.js';
export type { ForecasterOptions, ForecastMode } from './models/forecaster-options.js';
export { SequenceModel } from './models/sequence-model.js';
export type { SequenceForwardOptions, SequenceModelOptions, SequenceOutput } from './models/sequence-model.js';
export { Tagger } from './models/tagger.js';
export type { TaggerOptions, TaggerOutput } from './models/tagger.js';
export { Word2Vec } from './models/word2vec.js';
export type { Word2VecOptions } from './models/word2vec.js';
export { trainWord2Vec, Word2VecRun } from './train/word2vec.js';
export type { Word2VecProgress, Word2VecReport, Word2VecTrainOptions } from './train/word2vec.js';
export type { Word2VecSettings } from './train/word2vec-settings.js';
export { evaluateTask } from './train/evaluate-task.js';
export type { TaskEvaluationOptions, TaskScore } from './train/evaluate-task.js';
export { trainTask } from './train/train-task.js';
export type { TaskTrainOptions } from './train/train-task.js';
export { taskSettingsOf } from './train/task-settings.js';
export type { TaskSettings } from './train/task-settings.js';
export { evaluate } from './train/evaluate.js';
export type { Evaluation } from './train/evaluate.js';
export { settingsOf } from './train/settings.js';
export { traceWindow } from './train/trace-window.js';
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
