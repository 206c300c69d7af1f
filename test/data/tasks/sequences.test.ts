/** Each task against its own definition, written down another way, and what its judge accepts. */

import { describe, expect, test } from 'vitest';
import { REBER_SYMBOLS, reberString } from '../../../src/data/tasks/reber.js';
import { createTask } from '../../../src/data/tasks/list.js';
import { IGNORED } from '../../../src/data/sequences.js';
import type { SequenceBatch } from '../../../src/data/sequences.js';
import type { Task } from '../../../src/data/tasks/task.js';
import { OptionError } from '../../../src/errors.js';
import { Random } from '../../../src/random.js';

/** Number `k` of every step of column b. */
function series({ inputs: { data, shape } }: SequenceBatch, b: number, k: number = 0): number[] {
  const [T, B, I = 1] = shape as [number, number, number?];
  return Array.from({ length: T }, (_, t) => data[(t * B + b) * I + k]!);
}

/** The targets of column b. */
function asked({ targets: { data, shape } }: SequenceBatch, b: number): number[] {
  const B = shape.at(-1)!;
  return Array.from(data).filter((_, row) => row % B === b);
}

/** Logits that are sure of the targets; where nothing counts, of nothing. */
function perfect(task: Task, { targets }: SequenceBatch): Float32Array {
  const V = task.form.outputSize;
  const logits = new Float32Array(targets.data.length * V);
  for (const [row, target] of targets.data.entries()) if (target !== IGNORED) logits[row * V + target] = 4;
  return logits;
}

/** Expects a perfect answer to be right, and right no longer in column b alone where its answer to a row is spoilt. */
function expectJudged(task: Task, batch: SequenceBatch, answers: number): void {
  const B = batch.targets.shape.at(-1)!;
  const logits = perfect(task, batch);
  const judged = (): number[] => Array.from({ length: B }, (_, b) => task.judge(logits, batch, b).correct);
  for (let b = 0; b < B; b++) expect(task.judge(logits, batch, b)).toEqual({ correct: answers, asked: answers });
  const row = batch.targets.data.length - B + 1;
  const V = task.form.outputSize;
  logits[row * V + ((batch.targets.data[row]! + 1) % V)] = 5;
  expect(judged()).toEqual(Array.from({ length: B }, (_, b) => (b === 1 ? answers - 1 : answers)));
  logits.fill(NaN);
  expect(judged()).toEqual(Array.from({ length: B }, () => 0));
}

describe('adding', () => {
  test.each([2, 3, 11, 100])('%i numbers: one marked in each half, their sum at the end', (length) => {
    const batch = createTask('adding', { length }).batch(new Random(1), 200);
    const places = new Set<number>();
    for (let b = 0; b < 200; b++) {
      const [values, marks] = [series(batch, b, 0), series(batch, b, 1)];
      const marked = marks.flatMap((mark, t) => (mark === 1 ? [t] : []));
      expect(marks.filter((mark) => mark === 0)).toHaveLength(length - 2);
      expect(marked).toHaveLength(2);
      expect(marked[0]).toBeLessThan(Math.floor(length / 2));
      expect(marked[1]).toBeGreaterThanOrEqual(Math.floor(length / 2));
      expect(batch.targets.data[b]).toBeCloseTo(values[marked[0]!]! + values[marked[1]!]!, 6);
      expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
      marked.forEach((t) => places.add(t));
    }
    if (length <= 11) expect(places.size).toBe(length);
  });

  test('an answer is right within 0.08', () => {
    const task = createTask('adding');
    const batch = task.batch(new Random(1), 4);
    const outputs = batch.targets.data.map((sum, b) => sum + [0, 0.079, -0.081, NaN][b]!);
    const judged = [0, 1, 2, 3].map((b) => task.judge(outputs, batch, b));
    expect(judged).toEqual([1, 1, 0, 0].map((correct) => ({ correct, asked: 1 })));
  });
});

describe('copy', () => {
  const [length, items, symbols] = [7, 3, 5];
  const task = createTask('copy', { length, items, symbols });
  const batch = task.batch(new Random(1), 50);

  test('symbols, T - 1 blanks, the delimiter, blanks; the symbols come behind the delimiter', () => {
    for (let b = 0; b < 50; b++) {
      const inputs = series(batch, b);
      const kept = inputs.slice(0, items);
      const blanks = (n: number): number[] => Array.from({ length: n }, () => 0);
      expect(kept.every((symbol) => symbol >= 1 && symbol <= symbols)).toBe(true);
      expect(inputs.slice(items)).toEqual([...blanks(length - 1), symbols + 1, ...blanks(items)]);
      expect(asked(batch, b)).toEqual([...blanks(length + items), ...kept]);
    }
    expect(new Set(batch.inputs.data)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
  });

  test('symbols alone are judged', () => {
    expectJudged(task, batch, items);
    const logits = perfect(task, batch);
    logits.fill(9, 0, 3); // an answer to the first step
    expect(task.judge(logits, batch, 0)).toEqual({ correct: items, asked: items });
  });
});

/** The number whose bits these are, least significant first. */
function numberOf(bits: readonly number[]): bigint {
  return bits.reduceRight((value, bit) => 2n * value + BigInt(bit), 0n);
}

function expectSums(batch: SequenceBatch): bigint[][] {
  const B = batch.inputs.shape[1]!;
  return Array.from({ length: B }, (_, b) => {
    const [x, y] = [numberOf(series(batch, b, 0)), numberOf(series(batch, b, 1))];
    expect(numberOf(asked(batch, b))).toBe(x + y);
    return [x, y];
  });
}

describe('addition', () => {
  test.each([1, 8, 32, 100])('%i bits: random pairs and their sums', (length) => {
    const pairs = expectSums(createTask('addition', { length }).batch(new Random(3), 300));
    const largest = pairs.flat().reduce((a, b) => (a > b ? a : b));
    expect(largest < 2n ** BigInt(length)).toBe(true);
    expect(largest >= 2n ** BigInt(length - 1)).toBe(true);
  });

  test('all pairs of 4 bits, each once, in parts', () => {
    const { all } = createTask('addition', { length: 4 });
    expect(all!.count).toBe(256);
    const pairs = [0, 100, 200].flatMap((from) => expectSums(all!.batch(from, Math.min(100, 256 - from))));
    expect(new Set(pairs.map((pair) => pair.join('+'))).size).toBe(256);
    expect(createTask('addition').all!.count).toBe(65_536);
  });

  test('every bit is judged', () => {
    const task = createTask('addition', { length: 5 });
    expectJudged(task, task.batch(new Random(1), 20), 6);
  });
});

describe('parity and echo', () => {
  test('parity: ones so far', () => {
    const task = createTask('parity', { length: 9 });
    const batch = task.batch(new Random(1), 100);
    for (let b = 0; b < 100; b++) {
      const bits = series(batch, b);
      expect(asked(batch, b)).toEqual(bits.map((_, t) => bits.slice(0, t + 1).filter((bit) => bit === 1).length % 2));
    }
    expectJudged(task, batch, 9);
  });

  test('echo: the bit of so many steps before', () => {
    const task = createTask('echo', { length: 9, delay: 4 });
    const batch = task.batch(new Random(1), 100);
    for (let b = 0; b < 100; b++) {
      expect(asked(batch, b)).toEqual([...Array.from({ length: 4 }, () => IGNORED), ...series(batch, b).slice(0, 5)]);
    }
    expectJudged(task, batch, 5);
  });

  test('a delay that leaves nothing to tell is refused', () => {
    expect(() => createTask('echo', { length: 5, delay: 5 })).toThrow(
      new OptionError('echo: delay must be below length, 5, got 5. No bit would be told again.'),
    );
    expect(createTask('echo', { length: 5, delay: 4 }).options).toEqual({ length: 5, delay: 4 });
  });
});

describe('reber', () => {
  const loop = 'T*V(?:PXT*V)*(?:V|PS)';
  const language = new RegExp(`^B([TP])B(?:TS*X(?:S|X${loop})|P${loop})E\\1E$`);
  const random = new Random(1);
  const strings = Array.from({ length: 30_000 }, () => reberString(random));
  const task = createTask('reber');

  test('strings are those of the grammar as a regular expression, both outer symbols, all lengths', () => {
    expect(strings.filter((text) => !language.test(text))).toEqual([]);
    expect(new Set(strings.map((text) => text[1]))).toEqual(new Set(['T', 'P']));
    const lengths = strings.map((text) => text.length);
    expect(Math.min(...lengths)).toBe(9);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(task.steps);
  });

  /** By prefix, the symbols that came next: all that may, for prefixes that are not rare. */
  const followers = new Map<string, Set<string>>();
  for (const text of strings) {
    for (let t = 1; t < text.length; t++) {
      const prefix = text.slice(0, t);
      followers.set(prefix, (followers.get(prefix) ?? new Set()).add(text[t]!));
    }
  }

  /** Logits that rank the followers of each prefix above all else. */
  function knowing(batch: SequenceBatch, texts: readonly string[]): Float32Array {
    const B = texts.length;
    const logits = new Float32Array(batch.targets.data.length * 7);
    for (const [b, text] of texts.entries()) {
      for (let t = 0; t < text.length - 1; t++) {
        for (const symbol of followers.get(text.slice(0, t + 1))!) {
          logits[(t * B + b) * 7 + REBER_SYMBOLS.indexOf(symbol)] = 1 + random.uniform();
        }
      }
    }
    return logits;
  }

  function texts(batch: SequenceBatch): string[] {
    return Array.from({ length: batch.inputs.shape[1]! }, (_, b) => {
      const targets = asked(batch, b).filter((id) => id !== IGNORED);
      const inputs = series(batch, b).slice(0, targets.length);
      expect(inputs.slice(1)).toEqual(targets.slice(0, -1));
      return [inputs[0]!, ...targets].map((id) => REBER_SYMBOLS[id]).join('');
    });
  }

  test('a batch holds the strings of its generator, padded', () => {
    const batch = task.batch(new Random(1), 40);
    expect(texts(batch)).toEqual(strings.slice(0, 40));
  });

  test('right where the legal symbols are ahead at every position, the last but one included', () => {
    const batch = task.batch(new Random(1), 60);
    const own = texts(batch);
    const short = own.flatMap((text, b) => (text.length < 13 ? [b] : []));
    expect(short.length).toBeGreaterThan(20);
    const logits = knowing(batch, own);
    for (const b of short) {
      const { length } = own[b]!;
      expect(task.judge(logits, batch, b)).toEqual({ correct: length - 1, asked: length - 1 });
      const row = (length - 3) * 60 + b; // where the last but one is asked
      const other = own[b]![1] === 'T' ? 'P' : 'T';
      logits[row * 7 + REBER_SYMBOLS.indexOf(other)] = 3;
      expect(task.judge(logits, batch, b)).toEqual({ correct: length - 2, asked: length - 1 });
    }
  });
});
