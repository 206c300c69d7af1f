/** A language model on a text, in a worker. */

import { decodeCheckpoint } from '../checkpoint/checkpoint.js';
import { Corpus } from '../data/corpus.js';
import { createEngine } from '../engine.js';
import type { HostArray } from '../engine.js';
import { OptionError } from '../errors.js';
import { normsBack } from '../inspect/trace.js';
import type { RecurrentState } from '../layers/state.js';
import { LanguageModel } from '../models/language-model.js';
import { Trace } from '../ops/trace.js';
import { evaluate } from '../train/evaluate.js';
import { traceWindow } from '../train/trace-window.js';
import { settingsOf } from '../train/settings.js';
import { train } from '../train/train.js';
import { checkJob } from './check.js';
import type { Queries, TextJob } from './jobs.js';
import type { Prepared } from './prepared.js';

const OWN = ['text', 'level', 'locale', 'vocabSize'] as const;

/** @throws OptionError, DataError, CheckpointError, MemoryError */
export async function prepareText(job: TextJob): Promise<Prepared> {
  checkJob(job, OWN);
  const { text, locale, vocabSize, checkpoint } = job;
  if (checkpoint !== undefined && (job.model ?? job.level ?? locale ?? vocabSize) !== undefined) {
    throw new OptionError('startTraining: the checkpoint has a model and its symbols. Leave model and level out.');
  }
  const engine = await createEngine(job.engine);
  const saved = checkpoint === undefined ? undefined : decodeCheckpoint(engine, checkpoint, 'the checkpoint');
  const level = job.level ?? 'char';
  const own = saved === undefined ? { level, locale, vocabSize } : { vocabulary: saved.model.vocabulary };
  const corpus = Corpus.fromText(text, own);
  const model = saved?.model ?? new LanguageModel(engine, { ...job.model, vocabulary: corpus.vocabulary });
  const { batch = 32, window = 64 } = saved?.training === undefined ? (job.train ?? {}) : settingsOf(saved.training);
  const sizes = { batch, window };
  const { cell, numLayers, hiddenSize, parameterCount, vocabulary } = model;
  return {
    model,
    summary: `${numLayers} ${cell} of ${hiddenSize}, ${vocabulary.size} symbols, ${parameterCount.toLocaleString('en-US')} parameters`,
    start: (options) => train(model, corpus, { ...job.train, ...options, resume: saved?.training }),
    queries: {
      generate: ({ prompt = '', ...options }) => model.generate(prompt, options),
      activations: ({ text: read }) => activations(model, read),
      evaluate: ({ text: read }) => {
        const { loss, perplexity } = evaluate(model, Corpus.fromText(read, { vocabulary }).tokens, sizes);
        return { loss, perplexity };
      },
      normsBack: () => {
        const length = Math.min(window, corpus.tokens.length - 1);
        return traceWindow(model, corpus.tokens, { batch: 1, window: length }).map((trace) => ({
          name: trace.name,
          norms: normsBack(trace),
        }));
      },
    },
  };
}

/** Reads a text a token at a time, and writes down what every unit does. */
function activations(model: LanguageModel, text: string): Queries['activations']['answer'] {
  const { vocabulary, hiddenSize: H, numLayers } = model;
  const ids = vocabulary.encode(text);
  const layers = Array.from({ length: numLayers }, (_, k) => ({
    name: `l${k}`,
    hidden: new Float32Array(ids.length * H),
    gates: {} as Record<string, Float32Array>,
  }));
  let state: RecurrentState<HostArray> | undefined;
  for (const [t, id] of ids.entries()) {
    const trace = new Trace();
    state = model.engine.evaluate(() =>
      model.forward({ data: Int32Array.of(id), shape: [1, 1] }, state, { trace }).state.detach(),
    );
    for (const [k, { hidden, gates }] of layers.entries()) {
      hidden.set(state.h[k]!.data, t * H);
      for (const [name, values] of trace.layers[k]!.gates) {
        (gates[name] ??= new Float32Array(ids.length * H)).set(values, t * H);
      }
    }
  }
  return { symbols: Array.from(ids, (id) => vocabulary.symbols[id]!), size: H, layers };
}
