/** The words of the page in the language that is chosen, and elements that keep to it. */

import { en } from './en.js';
import type { Key } from './en.js';
import { ja } from './ja.js';

export type { Key };

/** The tables by language. */
export const TABLES: Readonly<Record<'en' | 'ja', Readonly<Record<Key, string>>>> = { en, ja };

/** A language of the page. */
export type Language = keyof typeof TABLES;

/** What stands for `{name}` in a text. */
export type Parameters = Readonly<Record<string, string | number>>;

/** The language to begin with: the first that the browser's user reads and the page speaks. */
export function preferredLanguage(languages: readonly string[]): Language {
  const known = languages.map((tag) => tag.split('-')[0]).find((tag) => tag === 'en' || tag === 'ja');
  return known ?? 'en';
}

/** Speaks one language at a time. */
export class Texts {
  #language: Language = 'en';
  readonly #watchers = new Set<() => void>();

  get language(): Language {
    return this.#language;
  }

  /** Changes the language of everything that was made with these texts. */
  use(language: Language): void {
    if (language === this.#language) return;
    this.#language = language;
    for (const update of this.#watchers) update();
  }

  /** The text of a key, with `{name}` filled in. */
  say(key: Key, parameters: Parameters = {}): string {
    return TABLES[this.#language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name] ?? ''));
  }

  /** Runs `update` now and whenever the language changes. */
  watch(update: () => void): void {
    this.#watchers.add(update);
    update();
  }

  /** A text in the document. */
  node(key: Key): Text {
    const node = document.createTextNode('');
    this.watch(() => (node.data = this.say(key)));
    return node;
  }

  /** Names an element for those who do not see it. @returns the element */
  label<E extends Element>(element: E, key: Key, attribute: string = 'aria-label'): E {
    this.watch(() => element.setAttribute(attribute, this.say(key)));
    return element;
  }

  /** A number by its first three digits. */
  digits(value: number): string {
    return value.toLocaleString(this.#language, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
  }

  /** A number as the language writes it. */
  number(value: number, digits: number = 0): string {
    return value.toLocaleString(this.#language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }
}
