/** What is hidden: how much, from which tokens, by what, and that it follows from the seed alone. */

import { expect, test } from 'vitest';
import { sentenceBatch } from '../../src/data/sentences.js';
import { countHidden, hideEvery, hideTokens, maskSeed } from '../../src/models/masking.js';

const MASK = 50;
const options = { hide: 0.15, mask: 0.8, random: 0.1 };

/** Sentences of 1 to 40 tokens; every seventh token is unknown. */
const batch = sentenceBatch(
  Array.from({ length: 40 }, (_, n) =>
    Int32Array.from({ length: n + 1 }, (_unused, t) => (t % 7 === 3 ? 2 : 3 + ((n + 5 * t) % 47))),
  ),
);
const known = Array.from(
  batch.lengths,
  (length) => Array.from({ length }, (_, t) => t).filter((t) => t % 7 !== 3).length,
);

test('of each sentence a share is hidden, at least one token, and none that is unknown', () => {
  const wanted = known.map((n) => Math.max(1, Math.round(0.15 * n)));
  expect(countHidden(batch, options)).toBe(wanted.reduce((a, b) => a + b, 0));
  const { places, targets, ids } = hideTokens(batch, options, MASK, 3);
  const hidden = batch.lengths.map((_, b) => places.filter((place) => place % 40 === b).length);
  expect([...hidden]).toEqual(wanted);
  expect(new Set(places).size).toBe(places.length);
  places.forEach((place, i) => expect(targets[i]).toBe(batch.ids.data[place]));
  expect(Math.min(...targets)).toBeGreaterThan(2);
  const others = ids.filter((id, place) => !places.includes(place) && id !== batch.ids.data[place]);
  expect(others).toHaveLength(0);
});

test('MASK, another token or the same stand there in the shares asked for', () => {
  for (const shares of [options, { ...options, mask: 0.5, random: 0.5 }, { ...options, mask: 0, random: 0 }]) {
    let [masked, same, count] = [0, 0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const { ids, places, targets } = hideTokens(batch, shares, MASK, seed);
      places.forEach((place, i) => {
        const id = ids[place]!;
        expect(id).toBeGreaterThan(2);
        expect(id).toBeLessThanOrEqual(MASK);
        masked += id === MASK ? 1 : 0;
        same += id === targets[i] ? 1 : 0;
        count++;
      });
    }
    expect(masked / count).toBeCloseTo(shares.mask, 1.5);
    expect(same / count).toBeCloseTo(1 - shares.mask - shares.random + shares.random / 47, 1.5);
  }
});

test('everything may be hidden', () => {
  const { places } = hideTokens(batch, { ...options, hide: 1 }, MASK, 1);
  expect(places).toHaveLength(known.reduce((a, b) => a + b, 0));
});

test('every token is hidden once in the passes of an evaluation, as far apart as asked', () => {
  const seen = new Set<number>();
  for (let k = 0; k < 7; k++) {
    const { ids, places } = hideEvery(batch, 7, k, MASK);
    for (const place of places) {
      expect(seen.has(place)).toBe(false);
      expect(ids[place]).toBe(MASK);
      seen.add(place);
    }
  }
  expect(seen.size).toBe(known.reduce((a, b) => a + b, 0));
});

test('a step, a model or a batch of its own hides other tokens, the same ones the same', () => {
  const seeds = [maskSeed(1, 0, batch), maskSeed(1, 1, batch), maskSeed(2, 0, batch), maskSeed(1, undefined, batch)];
  expect(new Set(seeds).size).toBe(4);
  expect(maskSeed(1, 1, batch)).toBe(seeds[1]);
  const other = sentenceBatch([Int32Array.of(3, 4)]);
  expect(maskSeed(1, undefined, other)).not.toBe(seeds[3]);
  expect(hideTokens(batch, options, MASK, seeds[0]!)).toEqual(hideTokens(batch, options, MASK, seeds[0]!));
  expect(hideTokens(batch, options, MASK, seeds[0]!).places).not.toEqual(
    hideTokens(batch, options, MASK, seeds[1]!).places,
  );
});
