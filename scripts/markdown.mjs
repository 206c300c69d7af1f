/** Markdown as the checks read it: code blocks, links, and the anchors of headings as GitHub makes them. */

const fence = /^ {0,3}(```+|~~~+)[ \t]*(\S*)[^\n]*\n([^]*?)(?:^ {0,3}\1|(?![^]))/gm;
const blank = (text) => text.replace(/[^\n]/g, ' ');

/** The fenced code blocks: language, text, and the position of the text. */
export function codeBlocks(markdown) {
  return [...markdown.matchAll(fence)].map(({ 0: whole, 2: language, 3: text, index }) => {
    return { language, text, index: index + whole.indexOf('\n') + 1 };
  });
}

/** The targets of links and images, inline, by reference or in HTML, with their positions; code and comments apart. */
export function linksOf(markdown) {
  const forms = [
    /\]\(\s*<?([^\s)>]+)>?(?:\s+["'(][^)]*)?\s*\)/g,
    /^ {0,3}\[(?!\^)[^\]]+\]:\s*<?([^\s>]+)/gm,
    /<[^>]*\b(?:href|src)="([^"]+)"/g,
  ];
  const prose = markdown
    .replace(fence, blank)
    .replace(/<!--[^]*?-->/g, blank)
    .replace(/(`+)(?!`)[^]*?[^`]\1(?!`)/g, blank);
  return forms.flatMap((form) => [...prose.matchAll(form)].map(({ 1: target, index }) => ({ target, index })));
}

/** The anchors one can link to: headings as GitHub names them, and ids written in HTML. */
export function anchorsOf(markdown) {
  const text = markdown.replace(fence, blank);
  const counts = new Map();
  const headings = [...text.matchAll(/^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$/gm)].map(({ 1: heading }) => {
    const anchor = anchorOf(heading);
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
  const ids = [...text.matchAll(/<[^>]*\b(?:id|name)="([^"]+)"/g)].map(({ 1: id }) => id);
  return new Set([...headings, ...ids]);
}

/** Lower case, the text of links alone, hyphens for spaces, no punctuation but hyphens and underscores. */
function anchorOf(heading) {
  const text = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '').replaceAll(' ', '-');
}
