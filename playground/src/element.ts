/**
 * `<recurra-playground view="language" lang="en">`: the playground as an element of any page. With the attribute
 * `hash` it keeps its state in the page's address.
 */

import uplotStyles from 'uplot/dist/uPlot.min.css?inline';
import { App } from './app.js';
import { Store } from './state/store.js';
import { parseValue } from './state/fields.js';
import { PAGE } from './state/schema.js';
import { Problem } from './texts/problem.js';
import { Texts } from './texts/texts.js';
import { decodeState, encodeState } from './url/address.js';
import styles from './styles/playground.css?inline';

/** The name of the element. */
export const ELEMENT = 'recurra-playground';

/** The element; its styles do not leave it, and the page's do not enter. */
export class RecurraPlayground extends HTMLElement {
  static readonly observedAttributes = ['view', 'lang'];
  readonly #store = new Store();
  readonly #texts = new Texts();
  #app: App | undefined;

  connectedCallback(): void {
    if (this.#app !== undefined) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheetOf(uplotStyles), sheetOf(styles)];
    for (const name of RecurraPlayground.observedAttributes) this.#take(name);
    const rejected = this.hasAttribute('hash') ? this.#keepInAddress() : [];
    this.#app = new App({ store: this.#store, texts: this.#texts }, this);
    if (rejected.length > 0) {
      this.#app.alert.show(new Problem('problem.address', { parts: rejected.join(', ').slice(0, 200) }));
    }
    root.replaceChildren(this.#app.element);
  }

  disconnectedCallback(): void {
    // An element that is moved is taken out and put in again at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#app?.close();
      this.#app = undefined;
    });
  }

  attributeChangedCallback(name: string): void {
    this.#take(name);
  }

  /** Takes an attribute as a setting; what is no view or language of the page says nothing. */
  #take(name: string): void {
    const written = this.getAttribute(name);
    if (written === null || (name !== 'view' && name !== 'lang')) return;
    const value = parseValue(PAGE[name], written);
    if (value !== undefined) this.#store.set('page', { [name]: value });
  }

  /** @returns what the address says that is not understood */
  #keepInAddress(): readonly string[] {
    const store = this.#store;
    const take = (): readonly string[] => {
      const { changes, rejected } = decodeState(location.hash);
      store.replace(changes);
      return rejected;
    };
    const rejected = take();
    let { view } = store.get('page');
    store.subscribe(() => {
      const hash = encodeState(store.state);
      if (hash === location.hash.slice(1)) return;
      const address = hash === '' ? location.pathname + location.search : `#${hash}`;
      // A view is a step that the back button returns from; a setting is not.
      const isStep = store.get('page').view !== view;
      ({ view } = store.get('page'));
      history[isStep ? 'pushState' : 'replaceState'](null, '', address);
    });
    addEventListener('popstate', take);
    const title = (): void => {
      document.title = this.#texts.say('page.title');
      document.documentElement.lang = this.#texts.language;
    };
    this.#texts.watch(title);
    return rejected;
  }
}

function sheetOf(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}
