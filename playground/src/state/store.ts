/** The settings as they are now, and whoever wants to know when one changes. */

import { defaultsOf } from './fields.js';
import type { Value } from './fields.js';
import { SCHEMA } from './schema.js';
import type { Group, State } from './schema.js';

/** Settings that differ from their defaults, by group. */
export type Changes = { readonly [G in Group]?: Partial<State[G]> };

/** The state with every default. */
export function defaultState(): State {
  const groups = Object.entries(SCHEMA).map(([group, fields]) => [group, defaultsOf(fields)]);
  return Object.fromEntries(groups) as State;
}

/** Holds the state. */
export class Store {
  #state: State = defaultState();
  readonly #listeners = new Set<(group: Group) => void>();

  /** The settings of a group. */
  get<G extends Group>(group: G): State[G] {
    return this.#state[group];
  }

  /** Everything. */
  get state(): State {
    return this.#state;
  }

  /** Takes over values that were checked; tells about groups in which something is another than before. */
  set<G extends Group>(group: G, values: Partial<State[G]>): void {
    const before: Readonly<Record<string, Value>> = this.#state[group];
    const isNew = Object.entries(values).some(([name, value]) => before[name] !== value);
    if (!isNew) return;
    this.#state = { ...this.#state, [group]: { ...before, ...values } };
    for (const listener of this.#listeners) listener(group);
  }

  /** Defaults, and what differs from them: the state of another address. */
  replace(changes: Changes): void {
    const defaults = defaultState();
    for (const group of Object.keys(SCHEMA) as Group[]) this.set(group, { ...defaults[group], ...changes[group] });
  }

  /** @param listener told the group after each change */
  subscribe(listener: (group: Group) => void): void {
    this.#listeners.add(listener);
  }
}
