const FORMATS = 'strong, em, u, a[href], ul, ol, blockquote, h3';

function parsed(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, 'text/html').body;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Plain paragraphs as HTML that looks the same. */
export function toRich(text: string): string {
  return text
    .trim()
    .split(/\n[ \t]*(?:\n[ \t]*)+/)
    .map((paragraph) => `<p>${paragraph.split('\n').map(escaped).join('<br>')}</p>`)
    .join('');
}

/** Whether something of a rich text is lost as plain text. */
export function hasFormatting(html: string): boolean {
  return parsed(html).querySelector(FORMATS) !== null;
}

function lineOf(node: Node): string {
  if (!(node instanceof Element)) return (node.textContent ?? '').replaceAll(/[\s\u00a0]+/g, ' ');
  if (node.tagName === 'BR') return '\n';
  const inside = [...node.childNodes].map(lineOf).join('');
  const address = node.tagName === 'A' ? (node.getAttribute('href') ?? '') : '';
  return address === '' || address === inside || address === `mailto:${inside}` ? inside : `${inside} (${address})`;
}

function listOf(list: Element): string {
  return [...list.children]
    .map((item, index) => {
      const mark = list.tagName === 'OL' ? `${String(index + 1)}. ` : '- ';
      return mark + blocksOf(item).join('\n').replaceAll('\n', '\n  ');
    })
    .join('\n');
}

function blocksOf(element: Element): string[] {
  const blocks: string[] = [];
  let line = '';
  const end = () => {
    if (line.trim() !== '') blocks.push(line.trim());
    line = '';
  };
  for (const node of element.childNodes) {
    const tag = node instanceof Element ? node.tagName : '';
    if (tag === 'UL' || tag === 'OL' || tag === 'BLOCKQUOTE' || tag === 'P' || tag === 'H3') {
      end();
      if (tag === 'UL' || tag === 'OL') blocks.push(listOf(node as Element));
      else blocks.push(...blocksOf(node as Element));
    } else line += lineOf(node);
  }
  end();
  return blocks;
}

/** A rich text as plain paragraphs: lists keep their marks, links their address. */
export function toPlain(html: string): string {
  return blocksOf(parsed(html))
    .map((block) => block.replaceAll(/ *\n/g, '\n'))
    .join('\n\n');
}
