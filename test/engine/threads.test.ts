/**
 * An engine on several threads: the bits of one thread, whatever is trained; workers that sleep, die, end and meet a
 * growing memory; what is refused.
 */

import { once } from 'node:events';
import type * as osModule from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type * as threadsModule from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEngine, Engine } from '../../src/engine.js';
import { KernelUnavailableError, OptionError, RecurraError } from '../../src/errors.js';
import { selectKernels } from '../../src/kernels/select.js';
import type { Selection } from '../../src/kernels/select.js';
import { LanguageModel } from '../../src/models/language-model.js';
import type { Cell } from '../../src/models/language-model.js';
import { Corpus } from '../../src/data/corpus.js';
import { train } from '../../src/train/train.js';
import { english } from '../train/texts.js';

const host = vi.hoisted(() => ({ cores: 2, started: [] as Worker[], script: undefined as string | undefined }));

vi.mock('node:os', async (original) => ({
  ...(await original<typeof osModule>()),
  availableParallelism: () => host.cores,
}));
vi.mock('node:worker_threads', async (original) => {
  const actual = await original<typeof threadsModule>();
  class RecordedWorker extends actual.Worker {
    constructor(file: URL, options: threadsModule.WorkerOptions) {
      super(host.script ?? file, { ...options, eval: host.script !== undefined });
      host.started.push(this);
    }
  }
  return { ...actual, Worker: RecordedWorker };
});

const MEMORY = 2 ** 28;
const opened: Selection[] = [];

/** Kernels that divide everything that can be divided. */
async function select(threads: number): Promise<Selection> {
  const request = { tier: 'simd', precision: 'float32', memoryLimit: MEMORY, grain: 0 } as const;
  const selection = await selectKernels({ ...request, threads });
  opened.push(selection);
  return selection;
}

afterEach(() => {
  vi.restoreAllMocks();
  for (const { team } of opened.splice(0)) team?.close();
  Object.assign(host, { cores: 2, script: undefined });
  host.started.length = 0;
});

const corpus = Corpus.fromText(english(30), { level: 'word', locale: 'en' });

/** The bits of all weights after a few updates with everything there is: dropout, clipping, Adam, two layers. */
async function trained(cell: Cell, threads: number): Promise<{ weights: string; selection: Selection }> {
  const selection = await select(threads);
  const engine = new Engine(selection, 5, true);
  const sizes = { embeddingSize: 12, hiddenSize: 20, numLayers: 2, dropout: 0.3 };
  const model = new LanguageModel(engine, { vocabulary: corpus.vocabulary, cell, ...sizes });
  await train(model, corpus, { steps: 4, batch: 5, window: 7, clipNorm: 0.1, lr: 0.01, validFraction: 0.2 });
  const { arrays } = model.snapshot();
  // What leaves the engine is a copy in memory of its own: much of a runtime refuses shared memory.
  for (const { data } of arrays.values()) expect((data as Float32Array).buffer).toBeInstanceOf(ArrayBuffer);
  const bytes = [...arrays.values()].map(({ data }) => Buffer.from((data as Float32Array).buffer).toString('hex'));
  return { weights: bytes.join(), selection };
}

test.each(['lstm', 'gru', 'rnn'] as const)(
  '%s: training gives the same bits on 1, 2, 3 and 5 threads',
  async (cell) => {
    const alone = await trained(cell, 1);
    expect(alone.selection.team).toBeUndefined();
    for (const threads of [2, 3, 5]) {
      const { weights, selection } = await trained(cell, threads);
      expect(weights === alone.weights, `the weights on ${threads} threads are those on one`).toBe(true);
      const divided = ['gemm', 'gemmTN', `${cell}Forward`, `${cell}Backward`, 'dropoutForward', 'adamStep', 'scale'];
      for (const name of divided) expect(selection.team!.forksOf(name as 'gemm')).toBeGreaterThan(0);
    }
  },
);

/** y += 1 for n floats at an address; what they then are. */
function addOne({ heap, kernels }: Selection, address: number, n: number): number[] {
  const ones = 8192;
  heap.floats.fill(1, ones / 4, ones / 4 + n);
  kernels.axpy(address, ones, n, 1);
  return [...heap.floats.subarray(address / 4, address / 4 + n)];
}

const N = 96;
const values = (value: number): number[] => new Array<number>(N).fill(value);

describe('workers', () => {
  test('sleep when there is nothing to do, and wake for the next call', async () => {
    const selection = await select(3);
    for (let turn = 1; turn <= 20; turn++) {
      expect(addOne(selection, 16384, N)).toEqual(values(turn));
      if (turn % 2 === 0) await sleep(2);
    }
    expect(selection.team!.forksOf('axpy')).toBe(20);
  });

  test('see a memory that has grown', async () => {
    const selection = await select(3);
    for (const megabytes of [2, 5, 40]) {
      const end = megabytes * 2 ** 20;
      selection.heap.grow(end);
      expect(addOne(selection, end - 4 * N, N)).toEqual(values(1));
      selection.kernels.scale(end - 4 * N, N, 0);
    }
  });

  test('end with the engine, which then does nothing more', async () => {
    const selection = await select(3);
    const engine = new Engine(selection, 1, false);
    const { kernels } = engine;
    const exits = host.started.map((worker) => once(worker, 'exit'));
    engine.dispose();
    expect(await Promise.all(exits)).toHaveLength(2);
    expect(() => kernels.scale(16384, N, 1)).toThrow(
      new RecurraError('threads: the engine was disposed of. Make a new engine with createEngine.'),
    );
  });

  test('a trap in a worker is an error of the call, and the next call is fine', async () => {
    const selection = await select(2);
    const { heap, kernels } = selection;
    const end = heap.byteLength;
    const trap = 'scale: a worker failed: memory access out of bounds.';
    expect(() => kernels.scale(end - 2 * N, N, 1)).toThrow(new RecurraError(trap));
    expect(addOne(selection, 16384, N)).toEqual(values(1));
    expect(() => kernels.scale(end + 4 * N, N, 1)).toThrow(WebAssembly.RuntimeError);
    expect(addOne(selection, 16384, N)).toEqual(values(2));
  });

  test('that died are an error of every later call', async () => {
    const selection = await select(3);
    await host.started[1]!.terminate();
    for (const _ of [1, 2]) {
      expect(() => addOne(selection, 16384, N)).toThrow(
        new RecurraError('threads: worker 2 has ended: it ended with code 1. Make a new engine with createEngine.'),
      );
    }
  });

  test('that do not answer are an error, not a hang', async () => {
    host.script = "require('node:worker_threads').parentPort.postMessage('ready'); setInterval(() => {}, 1000);";
    const selection = await select(2);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 4000));
    expect(() => addOne(selection, 16384, N)).toThrow(
      /^threads: worker 1 has not answered for \d+ s\. Make a new engine/,
    );
    vi.restoreAllMocks();
    expect(() => addOne(selection, 16384, N)).toThrow(/^threads: worker 1 has not answered/);
  });
});

describe('createEngine', () => {
  test('takes a number or auto, and reports it', async () => {
    for (const [threads, wanted] of [
      [undefined, 1],
      [1, 1],
      [2, 2],
      ['auto', 2],
    ] as const) {
      const engine = await createEngine({ kernels: 'simd', ...(threads === undefined ? {} : { threads }) });
      expect(engine.report()).toMatchObject({ kernels: 'simd', threads: wanted, notes: [], memoryBytes: 2 ** 20 });
      engine.dispose();
    }
    expect(host.started).toHaveLength(2);
  });

  test('auto takes the cores there are, at most 16; one core is no reason for a note', async () => {
    host.cores = 40;
    const many = await createEngine({ kernels: 'simd', threads: 'auto' });
    expect(many.report().threads).toBe(16);
    many.dispose();
    host.cores = 1;
    const one = await createEngine({ kernels: 'simd', threads: 'auto' });
    expect(one.report()).toMatchObject({ threads: 1, notes: [] });
  });

  test.each([0, -1, 1.5, 65, NaN, '2', null])('refuses threads %j', async (threads) => {
    const shown = typeof threads === 'string' ? `'${threads}'` : String(threads);
    await expect(createEngine({ threads: threads as number })).rejects.toThrow(
      new OptionError(`createEngine: threads must be a whole number from 1 to 64, or 'auto', got ${shown}.`),
    );
  });

  test.each([
    [{ kernels: 'js' } as const, 'kernels js'],
    [{ precision: 'float64' } as const, 'precision float64'],
  ])('%j: one thread, auto says so, more are refused', async (options, name) => {
    const { threads, notes } = (await createEngine({ ...options, threads: 'auto' })).report();
    expect({ threads, note: notes.at(-1) }).toEqual({ threads: 1, note: 'threads: 1, the js kernels run on one' });
    await expect(createEngine({ ...options, threads: 2 })).rejects.toThrow(
      new OptionError(`createEngine: ${name} runs on one thread, got threads 2. Leave threads out.`),
    );
  });

  test('workers that do not start: auto runs on one thread and says why, a number is refused', async () => {
    host.script = "throw new Error('no room');";
    const { threads, notes } = (await createEngine({ kernels: 'simd', threads: 'auto' })).report();
    const why = 'loading failed: a worker did not start: no room';
    expect({ threads, notes }).toEqual({ threads: 1, notes: [`threads: 1, ${why}`] });
    await expect(createEngine({ kernels: 'simd', threads: 3 })).rejects.toThrow(
      new KernelUnavailableError(
        `createEngine: kernels 'simd' with threads 3 cannot run here: ${why}. Leave threads out, or say 'auto', for the best there is.`,
      ),
    );
  });

  test('without shared memory: auto runs on one thread and says why, a number is refused', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    try {
      const { threads, notes } = (await createEngine({ kernels: 'simd', threads: 'auto' })).report();
      const why = 'this runtime has no SharedArrayBuffer';
      expect({ threads, notes }).toEqual({ threads: 1, notes: [`threads: 1, ${why}`] });
      await expect(createEngine({ threads: 2 })).rejects.toThrow(
        /^createEngine: threads 2 cannot run here: .*SharedArray/,
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
