/** Makes `<recurra-playground>` known to the page, and has the playground's own page kept for a visit without a network. */

import { ELEMENT, RecurraPlayground } from './element.js';

if (customElements.get(ELEMENT) === undefined) customElements.define(ELEMENT, RecurraPlayground);

/** Whether this is the page of the build, and not one that embeds the element. */
const isOwnPage = import.meta.env.PROD && document.querySelector(`${ELEMENT}[hash]`) !== null;

// Where there is no secure connection, or it is not allowed, the page needs its network.
if (isOwnPage && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('./offline.js').catch(() => undefined);
}
