/** Colours of the mark: the drawing has its own white ground in both themes. */
const mark = 'fill="#fde7c8" stroke="#b45309" stroke-width="3"';

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/**
 * The drawing of a flow with the boxes of some states marked: those that carry the state's id (data-state), else those
 * whose name stands in them. What is not found is not marked.
 */
export function presentIn(svg: string, ids: readonly string[], names: readonly string[]): string {
  const boxes = [...svg.matchAll(/<rect class="box[^"]*"[^>]*\/>/g)];
  const wanted = boxes.filter(({ 0: box, index }) => {
    const id = /data-state="([^"]*)"/.exec(box)?.[1];
    if (id !== undefined) return ids.includes(id);
    const after = svg.slice(index + box.length);
    const name = /^\s*<text class="name"[^>]*>([^<]*)<\/text>/.exec(after)?.[1];
    return name !== undefined && names.some((one) => escape(one) === name);
  });
  let marked = svg;
  for (const { 0: box, index } of [...wanted].reverse()) {
    const bold = box.replace('/>', ` style="${mark.replace(/="/g, ':').replace(/" ?/g, ';')}"/>`);
    marked = marked.slice(0, index) + bold + marked.slice(index + box.length);
  }
  return marked;
}
