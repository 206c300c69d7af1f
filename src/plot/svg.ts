/**
 * Scalable vector graphics as text: elements, escaped, and the page they stand on. No document object model is needed.
 * Colours follow the reader's scheme, light or dark, both where the picture is part of a page and where it is a file.
 */

/** Values of attributes by name. */
export type Attributes = Readonly<Record<string, string | number>>;

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as XML may hold it; characters that XML has no place for become U+FFFD. */
export function escapeText(text: string): string {
  // Control characters, halves of surrogate pairs, and two that are no characters.
  return text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, (character) => (/\s/.test(character) ? ' ' : '\uFFFD'))
    .replace(/[&<>"']/g, (character) => SPECIAL[character]!);
}

/** One element; numbers are written with two decimals at most. Its content is markup already. */
export function element(name: string, attributes: Attributes, content?: string): string {
  const text = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeText(value)}"`)
    .join('');
  return content === undefined ? `<${name}${text}/>` : `<${name}${text}>${content}</${name}>`;
}

/** A number with two decimals at most. */
export function round(value: number): string {
  return `${Number(value.toFixed(2)) + 0}`;
}

/** The colours of series, after the palette of Okabe and Ito (2008), which the colour-blind can tell apart. */
const LIGHT = ['#0072b2', '#d55e00', '#009e73', '#a6428c', '#8a6d00', '#56b4e9'];
const DARK = ['#4db3f0', '#ff9a4d', '#3fd6a6', '#f0a6d0', '#e0c14a', '#a9d9f7'];

/** How many series have a colour of their own; then they begin anew. */
export const COLOURS: number = LIGHT.length;

const rules = (colours: readonly string[]): string =>
  colours.map((colour, i) => `.rp-c${i}{stroke:${colour};fill:${colour}}`).join('');

const STYLE =
  `.rp{color:#222}${rules(LIGHT)}.rp-line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}` +
  '.rp-area,.rp-cell,.rp-dot{stroke:none}.rp-cell{shape-rendering:crispEdges}.rp-axis{stroke:currentColor;fill:none}.rp-grid{stroke:currentColor;stroke-opacity:.14}' +
  `@media (prefers-color-scheme:dark){.rp{color:#ddd}${rules(DARK)}.rp-line{fill:none}.rp-area,.rp-cell,.rp-dot{stroke:none}}`;

/**
 * The whole picture.
 * @param title also what is read aloud in its place
 * @param content markup, within (0, 0) and (width, height)
 */
export function picture(width: number, height: number, title: string, content: string): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    class: 'rp',
    role: 'img',
    'font-family': 'system-ui, sans-serif',
    'font-size': 12,
    fill: 'currentColor',
  };
  const name = title === '' ? '' : element('title', {}, escapeText(title));
  return `${element('svg', attributes, `${name}<style>${STYLE}</style>${content}`)}\n`;
}
