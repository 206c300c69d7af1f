import { describe, expect, it } from 'vitest';
import { Random } from '../src/random.js';
import type { RandomState } from '../src/random.js';

const word = (x: bigint): bigint => BigInt.asUintN(32, x);
const rotate = (x: bigint, by: bigint): bigint => word((x << by) | (word(x) >> (32n - by)));

/** xoshiro128** in exact integers, as its authors define it; moves `s` on. */
function xoshiro128starstar(s: bigint[]): number {
  const result = word(rotate(word(s[1]! * 5n), 7n) * 9n);
  const t = word(s[1]! << 9n);
  s[2]! ^= s[0]!;
  s[3]! ^= s[1]!;
  s[1]! ^= s[2]!;
  s[0]! ^= s[3]!;
  s[2]! ^= t;
  s[3] = rotate(s[3]!, 11n);
  return Number(result);
}

/** Four words of splitmix32 in exact integers. */
function seeded(seed: bigint): bigint[] {
  return [1n, 2n, 3n, 4n].map((turn) => {
    let z = word(seed + turn * 0x9e3779b9n);
    z = word((z ^ (z >> 16n)) * 0x21f0aaadn);
    z = word((z ^ (z >> 15n)) * 0x735a2d97n);
    return z ^ (z >> 15n);
  });
}

const draw = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);

describe('random', () => {
  it('bits are xoshiro128** from the state', () => {
    const random = new Random(0);
    random.state = [1, 2, 3, 4];
    // The first outputs by hand: rotl(2 * 5, 7) * 9, then a word that is 0, then rotl(1029 * 5, 7) * 9.
    expect(draw(3, () => random.bits())).toEqual([11520, 0, 5927040]);
    const state = [0xffffffffn, 0x80000000n, 1n, 0xdeadbeefn];
    random.state = state.map(Number) as unknown as RandomState;
    const got = draw(2000, () => random.bits());
    expect(got).toEqual(draw(2000, () => xoshiro128starstar(state)));
    expect(random.state).toEqual(state.map(Number));
  });

  it.each([0, 1, 1024, 2500])('arrays of %d hold what single calls give one by one', (n) => {
    const [whole, single] = [new Random(5), new Random(5)];
    const bits = new Uint32Array(n);
    whole.fillBits(bits);
    expect([...bits]).toEqual(draw(n, () => single.bits()));
    const values = new Float64Array(n);
    whole.fillBetween(values, -0.3, 0.7);
    expect([...values]).toEqual(draw(n, () => single.between(-0.3, 0.7)));
    whole.fillNormal(values, 0.6);
    expect([...values]).toEqual(draw(n, () => 0.6 * single.normal()));
    expect(whole.state).toEqual(single.state);
  });

  it.each([0, 1, 42, 0xffffffff])('seed %d is spread by splitmix32', (seed) => {
    const state = seeded(word(BigInt(seed)));
    const random = new Random(seed);
    expect(random.state).toEqual(state.map(Number));
    expect(draw(50, () => random.bits())).toEqual(draw(50, () => xoshiro128starstar(state)));
  });

  it('a state taken and given back continues the stream, in another generator too', () => {
    const random = new Random(3);
    draw(17, () => random.bits());
    const { state } = random;
    const rest = draw(20, () => random.bits());
    const other = new Random(99);
    other.state = state;
    expect(draw(20, () => other.bits())).toEqual(rest);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  it('uniform is the bits over 2^32: in [0, 1), evenly', () => {
    const random = new Random(5);
    const twin = new Random(5);
    const got = draw(1e5, () => random.uniform());
    expect(got.slice(0, 100)).toEqual(draw(100, () => twin.bits() / 2 ** 32));
    expect(Math.min(...got.slice(0, 5e4))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...got.slice(0, 5e4))).toBeLessThan(1);
    const counts = new Array<number>(16).fill(0);
    for (const x of got) counts[Math.floor(x * 16)]!++;
    const expected = got.length / 16;
    // Chi-squared with 15 degrees of freedom: above 50 once in 100,000 seeds.
    expect(counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(50);
  });

  it('between stays between, integer below n and reaches every value', () => {
    const random = new Random(6);
    const between = draw(1000, () => random.between(-3, 2));
    expect(between.every((x) => x >= -3 && x < 2)).toBe(true);
    expect(Math.min(...between)).toBeLessThan(-2.9);
    expect(Math.max(...between)).toBeGreaterThan(1.9);
    expect(new Set(draw(1000, () => random.integer(7)))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    expect(random.integer(1)).toBe(0);
  });

  it('normal has mean 0, variance 1, and no value beyond 6', () => {
    const random = new Random(8);
    const got = draw(1e5, () => random.normal());
    const mean = got.reduce((sum, x) => sum + x, 0) / got.length;
    const variance = got.reduce((sum, x) => sum + (x - mean) ** 2, 0) / got.length;
    // Five standard errors: 1 / sqrt(n) and sqrt(2 / n).
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(got.length));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / got.length));
    expect(got.every((x) => Math.abs(x) <= 6)).toBe(true);
    // 68.3 % within one deviation, as a normal distribution has.
    expect(got.filter((x) => Math.abs(x) < 1).length / got.length).toBeCloseTo(0.683, 1.7);
  });

  it('other seeds give other numbers', () => {
    const firsts = Array.from({ length: 1000 }, (_, seed) => new Random(seed).bits());
    expect(new Set(firsts).size).toBe(1000);
  });
});
