/** The page: its head, its tabs, and the views behind them. */

import { Alert } from './dom/alert.js';
import type { FormContext } from './dom/form.js';
import { make } from './dom/make.js';
import { LanguageView } from './language/view.js';
import { LstmView } from './lstm/view.js';
import { NetworkView } from './network/view.js';
import { SeriesView } from './series/view.js';
import { VIEWS } from './state/schema.js';
import type { View } from './state/schema.js';
import { Session } from './training/session.js';
import { pickLanguage, resolvedTheme, switches } from './switches.js';
import type { PageView } from './view.js';

let apps = 0;

/** All of it. A view is made when it is first shown and stays, so that trainings go on behind other tabs. */
export class App {
  readonly element: HTMLElement = make('div', { class: 'app' });
  readonly alert: Alert;
  readonly #context: FormContext;
  readonly #host: HTMLElement;
  readonly #id = `app${apps++}`;
  readonly #session = new Session();
  readonly #views = new Map<View, PageView>();
  readonly #tabs = new Map<View, HTMLButtonElement>();
  readonly #lead: HTMLElement = make('p', { class: 'lead' });
  readonly #panels: HTMLElement = make('main');

  /** @param host carries the theme, which styles depend on */
  constructor(context: FormContext, host: HTMLElement) {
    this.#context = context;
    this.#host = host;
    const { texts, store } = context;
    this.alert = new Alert(texts);
    const head = make('header', {}, make('h1', {}, texts.node('page.title')), switches(context));
    this.element.append(
      head,
      make('p', { class: 'hint' }, texts.node('page.lead')),
      this.alert.element,
      this.#tabList(),
      this.#panels,
    );
    this.#panels.append(this.#lead);
    store.subscribe((group) => {
      if (group === 'page') this.#render();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#render());
    texts.watch(() => this.#describe());
    this.#render();
  }

  /** Ends every training. */
  close(): void {
    this.#session.reset();
    for (const view of this.#views.values()) view.close();
  }

  #render(): void {
    const { store, texts } = this.#context;
    const { view, lang, theme } = store.get('page');
    texts.use(pickLanguage(lang));
    const before = this.#host.dataset['theme'];
    this.#host.dataset['theme'] = resolvedTheme(theme);
    if (before !== this.#host.dataset['theme']) for (const each of this.#views.values()) each.restyle();
    this.#show(view);
  }

  #describe(): void {
    this.element.lang = this.#context.texts.language;
    this.#lead.textContent = this.#context.texts.say(`lead.${this.#context.store.get('page').view}`);
  }

  #show(name: View): void {
    this.#describe();
    const view = this.#views.get(name) ?? this.#make(name);
    for (const [other, tab] of this.#tabs) {
      tab.setAttribute('aria-selected', String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
    }
    for (const other of this.#views.values()) other.element.hidden = other !== view;
    view.shown?.();
  }

  #make(name: View): PageView {
    const view = this.#construct(name);
    const { element } = view;
    element.id = `${this.#id}-${name}`;
    element.setAttribute('role', 'tabpanel');
    element.setAttribute('aria-labelledby', `${this.#id}-tab-${name}`);
    element.dataset['testid'] = `view-${name}`;
    this.#views.set(name, view);
    this.#panels.append(element);
    return view;
  }

  #construct(name: View): PageView {
    const context = this.#context;
    switch (name) {
      case 'language':
        return new LanguageView(context, this.#session);
      case 'network':
        return new NetworkView(context, {
          session: this.#session,
          learnt: () => this.#language()?.learnt?.text,
          train: () => void this.#trainNow(),
        });
      case 'lstm':
        return new LstmView(context);
      case 'series':
        return new SeriesView(context);
    }
  }

  #language(): LanguageView | undefined {
    const view = this.#views.get('language');
    return view instanceof LanguageView ? view : undefined;
  }

  /** From the view that has nothing to look into yet: trains, and comes back when there is. */
  async #trainNow(): Promise<void> {
    const { store } = this.#context;
    store.set('page', { view: 'language' });
    await this.#language()?.startNow();
    if (this.#session.training !== undefined) store.set('page', { view: 'network' });
  }

  #tabList(): HTMLElement {
    const { texts, store } = this.#context;
    const list = texts.label(make('div', { role: 'tablist', class: 'tabs' }), 'page.views');
    for (const name of VIEWS) {
      const tab = make('button', { type: 'button', role: 'tab', id: `${this.#id}-tab-${name}` });
      tab.setAttribute('aria-controls', `${this.#id}-${name}`);
      tab.dataset['testid'] = `tab-${name}`;
      tab.append(texts.node(`view.${name}`));
      tab.addEventListener('click', () => store.set('page', { view: name }));
      this.#tabs.set(name, tab);
      list.append(tab);
    }
    list.addEventListener('keydown', (event) => this.#arrow(event));
    return list;
  }

  /** Arrow keys go from tab to tab, as in every list of tabs. */
  #arrow(event: KeyboardEvent): void {
    const { store } = this.#context;
    const now = VIEWS.indexOf(store.get('page').view);
    const places: Readonly<Record<string, number>> = {
      ArrowLeft: now - 1,
      ArrowRight: now + 1,
      Home: 0,
      End: VIEWS.length - 1,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    const view = VIEWS[(place + VIEWS.length) % VIEWS.length]!;
    store.set('page', { view });
    this.#tabs.get(view)?.focus();
  }
}
