/** A strict reader of the markup that pictures are made of: it throws where XML would. */

/** One element as written. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function decoded(text: string): string {
  return text.replace(/&[^;]*;|[<>&]/g, (entity) => {
    const character = ENTITIES[entity];
    if (character === undefined) throw new Error(`${entity} is not markup, in ${text}`);
    return character;
  });
}

/** The root of a picture. */
export function parse(markup: string): Element {
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  for (const { 0: token } of markup.matchAll(/<[^>]*>|[^<]+/g)) {
    const inside = open.at(-1)!;
    const tag = /^<(\/?)(\w+)((?: [\w-:]+="[^"<]*")*)(\/?)>$/.exec(token);
    if (tag === null) {
      inside.text += decoded(token);
      continue;
    }
    const [, closing, name, list, empty] = tag;
    if (closing === '/') {
      if (open.pop()!.name !== name) throw new Error(`${name} ends where ${inside.name} is open`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...list!.matchAll(/([\w-:]+)="([^"]*)"/g)].map(([, key, value]) => [key!, decoded(value!)]),
    );
    const element: Element = { name: name!, attributes, children: [], text: '' };
    inside.children.push(element);
    if (empty === '') open.push(element);
  }
  if (open.length !== 1) throw new Error(`${open.at(-1)!.name} has no end`);
  return top.children[0]!;
}

/** All elements of a name, in their order. */
export function all(root: Element, name: string): Element[] {
  return root.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
}

/** The elements of a class. */
export function ofClass(root: Element, name: string, className: string): Element[] {
  return all(root, name).filter(({ attributes }) => attributes['class']?.split(' ').includes(className));
}

/** The numbers of an attribute. */
export function numbers(element: Element, ...names: string[]): number[] {
  return names.map((name) => Number(element.attributes[name]));
}
