/** The switches of language and colours. */

import type { FormContext } from './dom/form.js';
import { make } from './dom/make.js';
import type { State } from './state/schema.js';
import { preferredLanguage } from './texts/texts.js';
import type { Language } from './texts/texts.js';

/** Every language by its own name. */
const NAMES: Readonly<Record<Language, string>> = { en: 'English', ja: '日本語' };
const THEMES = ['system', 'light', 'dark'] as const;

/** The language that is asked for, or the browser's. */
export function pickLanguage(lang: State['page']['lang']): Language {
  return lang === 'auto' ? preferredLanguage(navigator.languages) : lang;
}

/** The colours that are asked for, the system's by the media query. */
export function resolvedTheme(theme: State['page']['theme']): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Both switches. */
export function switches({ texts, store }: FormContext): HTMLElement {
  const language = make('select', { 'data-testid': 'lang' });
  for (const [code, name] of Object.entries(NAMES)) language.append(make('option', { value: code, lang: code }, name));
  language.addEventListener('change', () => store.set('page', { lang: language.value as Language }));
  const theme = make('select', { 'data-testid': 'theme' });
  for (const name of THEMES) theme.append(make('option', { value: name }, texts.node(`theme.${name}`)));
  theme.addEventListener('change', () => store.set('page', { theme: theme.value as (typeof THEMES)[number] }));
  const show = (): void => {
    language.value = texts.language;
    theme.value = store.get('page').theme;
  };
  store.subscribe(show);
  texts.watch(show);
  return make('div', { class: 'switches' }, texts.label(language, 'page.language'), texts.label(theme, 'page.theme'));
}
