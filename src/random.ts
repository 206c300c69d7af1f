/**
 * The random numbers of the engine: initial weights, dropout keys, sampling, generated corpora.
 *
 * xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018), seeded through
 * splitmix32. Every method uses integer or exactly rounded IEEE arithmetic only, never Math.log or Math.cos, so a
 * seed gives the same numbers in every runtime. The state is four 32-bit words, which a checkpoint stores.
 */

import { DataError } from './errors.js';
import { checkSeed } from './options.js';

/** The four words of a generator, as a checkpoint stores them. */
export type RandomState = readonly [number, number, number, number];

/** Normal numbers made from bits drawn at once. */
const NORMALS = 1024;

/** A seeded generator. One stream of numbers. */
export class Random {
  readonly #s: Uint32Array = new Uint32Array(4);

  /**
   * @param seed a whole number from 0 to 2^32 - 1
   * @throws OptionError
   */
  constructor(seed: number) {
    let x = checkSeed('random', seed);
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#s[i] = z ^ (z >>> 15);
    }
  }

  /** The next 32 random bits, as an unsigned integer. */
  bits(): number {
    const s = this.#s;
    const s1 = s[1]!;
    const product = Math.imul(s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = s1 << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** Uniform in [0, 1), 32 bits of it. */
  uniform(): number {
    return this.bits() / 4294967296;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A whole number in [0, n), without modulo bias worth speaking of for n below 2^24. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Puts an array into a random order, in place: each order is as likely as any other (Fisher and Yates). */
  shuffle<T>(values: { readonly length: number; [i: number]: T }): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [values[i], values[j]] = [values[j]!, values[i]!];
    }
  }

  /**
   * Mean 0, variance 1, bounded by ±6: the sum of twelve uniform numbers less 6 (Irwin-Hall). Exact arithmetic, so
   * unlike Box-Muller it is the same in every runtime.
   */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.uniform();
    return sum;
  }

  /**
   * Fills an array with what `bits` gives one by one. One loop over local variables: initial weights are the first thing a
   * program computes, when nothing is compiled yet.
   */
  fillBits(values: Uint32Array): void {
    const s = this.#s;
    let [s0, s1, s2, s3] = s as unknown as [number, number, number, number];
    for (let i = 0; i < values.length; i++) {
      const product = Math.imul(s1, 5);
      values[i] = Math.imul((product << 7) | (product >>> 25), 9);
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = (s3 << 11) | (s3 >>> 21);
    }
    s.set([s0, s1, s2, s3]);
  }

  /** Fills an array with what `between` gives one by one. */
  fillBetween(values: Float64Array, low: number, high: number): void {
    const bits = new Uint32Array(values.length);
    this.fillBits(bits);
    for (let i = 0; i < values.length; i++) values[i] = low + (high - low) * (bits[i]! / 4294967296);
  }

  /** Fills an array with what `normal` gives one by one, times a standard deviation. */
  fillNormal(values: Float64Array, deviation: number): void {
    const bits = new Uint32Array(12 * Math.min(values.length, NORMALS));
    for (let i = 0; i < values.length; i++) {
      const first = 12 * (i % NORMALS);
      if (first === 0) this.fillBits(bits.subarray(0, 12 * Math.min(values.length - i, NORMALS)));
      let sum = -6;
      for (let k = first; k < first + 12; k++) sum += bits[k]! / 4294967296;
      values[i] = deviation * sum;
    }
  }

  /** The state, for a checkpoint. */
  get state(): RandomState {
    const [a, b, c, d] = this.#s;
    return [a!, b!, c!, d!];
  }

  /** @throws DataError for four zeroes, which would give nothing but zeroes */
  set state(state: RandomState) {
    if (state.every((word) => word >>> 0 === 0))
      throw new DataError('random: a state of four zeroes gives only zeroes.');
    this.#s.set(state);
  }
}
