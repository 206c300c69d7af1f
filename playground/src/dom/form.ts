/** Settings as labelled native controls, kept in step with the store both ways. */

import { parseValue } from '../state/fields.js';
import type { Field, Value } from '../state/fields.js';
import { SCHEMA } from '../state/schema.js';
import type { Group, State } from '../state/schema.js';
import type { Store } from '../state/store.js';
import type { Key, Texts } from '../texts/texts.js';
import { make } from './make.js';

/** What forms need. */
export interface FormContext {
  readonly texts: Texts;
  readonly store: Store;
}

type Control = HTMLInputElement | HTMLSelectElement;

let forms = 0;

/**
 * A control with its label for each setting named.
 * @param labels other labels than `field.NAME`
 */
export function fieldsOf<G extends Group>(
  context: FormContext,
  group: G,
  names: readonly (keyof State[G] & string)[],
  labels: Readonly<Partial<Record<string, Key>>> = {},
): HTMLElement {
  const id = `form${forms++}`;
  const rows = names.map((name) =>
    row(context, group, name, `${id}-${name}`, labels[name] ?? (`field.${name}` as Key)),
  );
  return make('div', { class: 'fields' }, ...rows);
}

/** A group of settings under a heading that can be folded. */
export function section(texts: Texts, title: Key, open: boolean, ...children: Node[]): HTMLDetailsElement {
  return make('details', { class: 'section', open }, make('summary', {}, texts.node(title)), ...children);
}

function row(context: FormContext, group: Group, name: string, id: string, label: Key): HTMLElement {
  const { texts, store } = context;
  const fields: Readonly<Record<string, Field>> = SCHEMA[group];
  const field = fields[name]!;
  const problem = make('span', { class: 'problem', id: `${id}-problem`, role: 'status' });
  const control = controlOf(texts, field, { id, 'data-testid': `${group}-${name}`, 'aria-describedby': problem.id });
  const read = (): Value => (store.get(group) as Readonly<Record<string, Value>>)[name]!;
  const show = (): void => {
    if (parseValue(field, control.value) !== read()) control.value = String(read());
    accept(control, problem, '');
  };
  control.addEventListener('change', () => {
    const value = parseValue(field, control.value);
    accept(control, problem, value === undefined ? bounds(texts, field) : '');
    if (value !== undefined) store.set(group, { [name]: value } as Partial<State[Group]>);
  });
  store.subscribe((changed) => {
    if (changed === group) show();
  });
  show();
  return make(
    'div',
    { class: field.kind === 'text' ? 'field wide' : 'field' },
    make('label', { for: id }, texts.node(label)),
    control,
    problem,
  );
}

function controlOf(texts: Texts, field: Field, attributes: Readonly<Record<string, string>>): Control {
  if (field.kind === 'choice') {
    const options = field.choices.map((name) => make('option', { value: name }, texts.node(`choice.${name}` as Key)));
    return make('select', attributes, ...options);
  }
  if (field.kind === 'text')
    return make('input', { ...attributes, type: 'text', maxlength: field.most, spellcheck: 'false' });
  const { least, most, whole } = field;
  return make('input', {
    ...attributes,
    type: 'number',
    inputmode: whole ? 'numeric' : 'decimal',
    min: least,
    max: most,
    step: whole ? 1 : 'any',
  });
}

function accept(control: Control, problem: HTMLElement, message: string): void {
  problem.textContent = message;
  control.setAttribute('aria-invalid', String(message !== ''));
}

function bounds(texts: Texts, field: Field): string {
  if (field.kind === 'text') return texts.say('settings.tooLong', { most: field.most });
  if (field.kind === 'choice') return field.choices.join(', ');
  return texts.say(field.whole ? 'settings.boundsWhole' : 'settings.bounds', { least: field.least, most: field.most });
}
