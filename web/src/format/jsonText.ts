/** JSON as text: laid out or packed without touching a single value, so that 1.0 stays 1.0 and a
 *  broken line can still be shown. `JSON.parse` and back would change decimals. */

interface Piece {
  text: string;
  kind: 'string' | 'mark' | 'other';
}

/** Strings, the marks {}[]:, and everything else (numbers, words, rubbish); white space is dropped. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  const pattern = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/gs;
  for (const [piece] of text.matchAll(pattern)) {
    const kind = piece.startsWith('"') ? 'string' : /^[{}[\],:]$/.test(piece) ? 'mark' : 'other';
    found.push({ text: piece, kind });
  }
  return found;
}

/** One line without white space between the pieces. */
export function packJson(text: string): string {
  return pieces(text).map((piece) => piece.text).join('');
}

/** Two blanks per level, one member per line; empty {} and [] stay on their line. */
export function layOutJson(text: string): string {
  const all = pieces(text);
  let out = '';
  let depth = 0;
  const newLine = () => `\n${'  '.repeat(Math.max(0, depth))}`;
  all.forEach((piece, index) => {
    const next = all[index + 1];
    if (piece.kind !== 'mark') out += piece.text;
    else if (piece.text === '{' || piece.text === '[') {
      depth += 1;
      out += piece.text;
      if (next?.text !== '}' && next?.text !== ']') out += newLine();
    } else if (piece.text === '}' || piece.text === ']') {
      depth -= 1;
      const before = all[index - 1]?.text;
      out += before === '{' || before === '[' ? piece.text : newLine() + piece.text;
    } else if (piece.text === ',') out += `,${newLine()}`;
    else out += ': ';
  });
  return out;
}

/** The text of a member of the outermost object, “” when it has none of that name. */
export function memberText(text: string, name: string): string {
  const all = pieces(text);
  let depth = 0;
  for (let index = 0; index < all.length; index += 1) {
    const piece = all[index] as Piece;
    if (depth === 1 && piece.text === `"${name}"` && all[index + 1]?.text === ':') return valueText(all, index + 2);
    depth += depthStep(piece);
  }
  return '';
}

function depthStep({ kind, text }: Piece): number {
  if (kind !== 'mark') return 0;
  if (text === '{' || text === '[') return 1;
  return text === '}' || text === ']' ? -1 : 0;
}

/** The one value that begins at a piece. */
function valueText(all: readonly Piece[], start: number): string {
  let depth = 0;
  let out = '';
  for (let index = start; index < all.length; index += 1) {
    const piece = all[index] as Piece;
    depth += depthStep(piece);
    out += piece.text;
    if (depth <= 0) return out;
  }
  return out;
}

/** Line (from 0) of the field that a path such as “Patient.name[0].family” ends in, walking the
 *  names in order; -1 when a laid-out text does not hold it. */
export function lineOfPath(laidOut: string, path: string): number {
  const names = path
    .replace(/\[\d+\]/g, '')
    .split(/[./]/)
    .filter((name) => name !== '' && !/^\d+$/.test(name) && !/^[A-Z]/.test(name));
  const lines = laidOut.split('\n');
  let line = -1;
  for (const name of names) {
    const next = lines.findIndex((text, at) => at > line && text.trimStart().startsWith(`"${name}"`));
    if (next < 0) return line;
    line = next;
  }
  return line;
}

export interface ColouredPiece {
  text: string;
  kind: 'name' | 'string' | 'number' | 'word' | 'plain';
}

/** Pieces of a laid-out text for colouring; joined they are the text itself. */
export function colourJson(laidOut: string): ColouredPiece[] {
  const found: ColouredPiece[] = [];
  const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;
  let end = 0;
  for (const match of laidOut.matchAll(pattern)) {
    if (match.index > end) found.push({ text: laidOut.slice(end, match.index), kind: 'plain' });
    if (match[1] !== undefined) {
      found.push({ text: match[1], kind: match[2] ? 'name' : 'string' });
      if (match[2]) found.push({ text: match[2], kind: 'plain' });
    } else found.push({ text: match[0], kind: match[3] !== undefined ? 'number' : 'word' });
    end = match.index + match[0].length;
  }
  if (end < laidOut.length) found.push({ text: laidOut.slice(end), kind: 'plain' });
  return found;
}
