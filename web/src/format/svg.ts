const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** A text that may stand inside an SVG element whatever it holds. */
export function plainInSvg(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => marks[letter] ?? letter);
}
