/** Settings as data: what each may be. Forms, the address and checks are made from these. */

/** A number within bounds. */
export interface NumberField {
  readonly kind: 'number';
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** Whether it must be whole. */
  readonly whole: boolean;
}

/** One of several words. */
export interface ChoiceField<C extends string = string> {
  readonly kind: 'choice';
  readonly value: C;
  readonly choices: readonly C[];
}

/** Free text of a bounded length. */
export interface TextField {
  readonly kind: 'text';
  readonly value: string;
  readonly most: number;
}

/** One setting; `value` is its default. */
export type Field = NumberField | ChoiceField | TextField;

/** Settings by name. */
export type Fields = Readonly<Record<string, Field>>;

/** What a setting may hold. */
export type Value = number | string;

/** The values of settings. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends NumberField ? number : F[K] extends ChoiceField<infer C> ? C : string;
};

/** A whole number from `least` to `most`. */
export function size(value: number, least: number, most: number): NumberField {
  return { kind: 'number', value, least, most, whole: true };
}

/** Any number from `least` to `most`. */
export function number(value: number, least: number, most: number): NumberField {
  return { kind: 'number', value, least, most, whole: false };
}

/** One of `choices`. */
export function choice<const C extends string>(value: NoInfer<C>, choices: readonly C[]): ChoiceField<C> {
  return { kind: 'choice', value, choices };
}

/** Up to `most` characters. */
export function text(value: string, most: number): TextField {
  return { kind: 'text', value, most };
}

/** The value that a text stands for; undefined where the field does not allow it. */
export function parseValue(field: Field, written: string): Value | undefined {
  if (field.kind === 'choice') return field.choices.find((known) => known === written);
  if (field.kind === 'text') return written.length <= field.most ? written : undefined;
  const parsed = written.trim() === '' ? NaN : Number(written);
  const fits = parsed >= field.least && parsed <= field.most && (!field.whole || Number.isInteger(parsed));
  return fits ? parsed : undefined;
}

/** The defaults. */
export function defaultsOf<F extends Fields>(fields: F): Values<F> {
  return Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value])) as Values<F>;
}
