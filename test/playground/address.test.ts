import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../playground/src/state/fields.js';
import type { Field, Value } from '../../playground/src/state/fields.js';
import { SCHEMA } from '../../playground/src/state/schema.js';
import type { Group } from '../../playground/src/state/schema.js';
import { defaultState, Store } from '../../playground/src/state/store.js';
import { decodeState, encodeState } from '../../playground/src/url/address.js';

/** Any value that a field allows. */
function valueOf(field: Field): fc.Arbitrary<Value> {
  if (field.kind === 'choice') return fc.constantFrom(...field.choices);
  if (field.kind === 'text') return fc.string({ unit: 'binary', maxLength: field.most / 2 });
  const bounds = { min: field.least, max: field.most };
  return field.whole ? fc.integer(bounds) : fc.double({ ...bounds, noNaN: true }).map((value) => value + 0);
}

const anyState = fc.record(
  Object.fromEntries(
    Object.entries(SCHEMA).map(([group, fields]) => [
      group,
      fc.record(Object.fromEntries(Object.entries<Field>(fields).map(([name, field]) => [name, valueOf(field)]))),
    ]),
  ),
);

describe('the state in the address', () => {
  it('is empty for the defaults', () => {
    expect(encodeState(defaultState())).toBe('');
    expect(decodeState('')).toEqual({ changes: {}, rejected: [] });
    expect(decodeState('#')).toEqual({ changes: {}, rejected: [] });
  });

  it('names changed settings only, those of a view behind its name', () => {
    const store = new Store();
    store.set('page', { view: 'lstm', lang: 'ja' });
    store.set('lstm', { length: 80 });
    store.set('language', { prompt: 'ROMEO: & more' });
    expect(encodeState(store.state)).toBe('view=lstm&lang=ja&language.prompt=ROMEO%3A+%26+more&lstm.length=80');
  });

  it('comes back as it went, whatever the settings are', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const store = new Store();
        for (const group of Object.keys(state) as Group[]) store.set(group, state[group]!);
        const { changes, rejected } = decodeState(`#${encodeState(store.state)}`);
        expect(rejected).toEqual([]);
        const other = new Store();
        other.replace(changes);
        expect(other.state).toEqual(store.state);
      }),
    );
  });

  it('names what it does not understand and leaves it out', () => {
    const { changes, rejected } = decodeState(
      '#view=nothing&lstm.length=3&lstm.steps=1.5&lstm.lr=&language.cell=gru&language.toString=1&other=x',
    );
    expect(changes).toEqual({ language: { cell: 'gru' } });
    expect(rejected).toEqual([
      'view=nothing',
      'lstm.length=3',
      'lstm.steps=1.5',
      'lstm.lr=',
      'language.toString=1',
      'other=x',
    ]);
  });
});

describe('the store', () => {
  it('tells once about a change, and not about none', () => {
    const store = new Store();
    const told: Group[] = [];
    store.subscribe((group) => told.push(group));
    store.set('series', { window: 10, epochs: 3 });
    store.set('series', { window: 10 });
    expect(told).toEqual(['series']);
    expect(store.get('series')).toEqual({ ...defaultsOf(SCHEMA.series), window: 10, epochs: 3 });
  });

  it('goes back to the defaults where another address says nothing', () => {
    const store = new Store();
    store.set('network', { unit: 7 });
    store.replace({ lstm: { steps: 20 } });
    expect(store.get('network').unit).toBe(1);
    expect(store.get('lstm').steps).toBe(20);
  });

  it('has defaults that its fields allow', () => {
    for (const fields of Object.values(SCHEMA)) {
      for (const field of Object.values<Field>(fields)) {
        if (field.kind === 'number') expect(field.value).toBeGreaterThanOrEqual(field.least);
        if (field.kind === 'number') expect(field.value).toBeLessThanOrEqual(field.most);
        if (field.kind === 'choice') expect(field.choices).toContain(field.value);
      }
    }
  });
});
