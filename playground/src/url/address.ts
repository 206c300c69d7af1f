/** The state as the part of the address behind '#', changed settings only: `view=lstm&lstm.length=80`. */

import { parseValue } from '../state/fields.js';
import type { Fields, Value } from '../state/fields.js';
import { SCHEMA } from '../state/schema.js';
import type { Group, State } from '../state/schema.js';
import type { Changes } from '../state/store.js';

/** What an address says, and the parts of it that say nothing here. */
export interface Address {
  readonly changes: Changes;
  readonly rejected: readonly string[];
}

const groups = Object.entries(SCHEMA) as [Group, Fields][];

/** The address of a state, without '#'. */
export function encodeState(state: State): string {
  const parameters = new URLSearchParams();
  for (const [group, fields] of groups) {
    const values: Readonly<Record<string, Value>> = state[group];
    for (const [name, field] of Object.entries(fields)) {
      if (values[name] !== field.value) parameters.set(nameOf(group, name), String(values[name]));
    }
  }
  return parameters.toString();
}

/** The state of an address, with or without '#'. What is unknown or out of range is named and left out. */
export function decodeState(hash: string): Address {
  const known = new Map(
    groups.flatMap(([group, fields]) =>
      Object.entries(fields).map(([name, field]) => [nameOf(group, name), { group, name, field }] as const),
    ),
  );
  const changes: Partial<Record<Group, Record<string, Value>>> = {};
  const rejected: string[] = [];
  for (const [key, written] of new URLSearchParams(hash.replace(/^#/, ''))) {
    const found = known.get(key);
    const value = found === undefined ? undefined : parseValue(found.field, written);
    if (found === undefined || value === undefined) rejected.push(`${key}=${written}`);
    else (changes[found.group] ??= {})[found.name] = value;
  }
  return { changes: changes as Changes, rejected };
}

function nameOf(group: Group, name: string): string {
  return group === 'page' ? name : `${group}.${name}`;
}
