/** Elements, written as a tree. */

type Listener = (event: never) => void;

/** Attributes by name; `true` is an empty one, `false` and undefined none; a function listens to the event `on...`. */
export type Attributes = Readonly<Record<string, string | number | boolean | Listener | undefined>>;

/** Makes an element. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}
