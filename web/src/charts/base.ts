/** What all charts of one theme share: type, tooltip, widths of labels. */
import type { ChartOption } from '../components/chartKit';
import { fontFamily, type Tokens } from '../theme/tokens';

export const small = 12;

/** What every chart begins with. */
export function base(tokens: Tokens): ChartOption {
  return {
    animation: false,
    textStyle: { fontFamily, color: tokens.secondary, fontSize: small },
    aria: { enabled: false },
  };
}

export function tooltip(tokens: Tokens) {
  return {
    backgroundColor: tokens.raised,
    borderColor: tokens.line,
    padding: [8, 12],
    textStyle: { color: tokens.text, fontSize: small, fontFamily },
    extraCssText: 'box-shadow:0 4px 16px rgba(20,40,70,.14);border-radius:6px',
  };
}

/** Pixels of a label, roughly: Chinese is as wide as high, Latin half of it. */
export function textWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? small : small * 0.55), 4);
}

/** A label may break between words. */
export function longestWord(text: string): string {
  return text.split(' ').reduce((longest, word) => (textWidth(word) > textWidth(longest) ? word : longest), '');
}

export const escape = (text: string) => text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
