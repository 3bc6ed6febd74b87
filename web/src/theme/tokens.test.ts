import { describe, expect, it } from 'vitest';
import { contrast } from './contrast';
import { cssVariables, tokens, type ThemeName } from './tokens';

describe('contrast', () => {
  it('black on white is 21, white on white 1', () => {
    expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 6);
    expect(contrast('#FFFFFF', '#FFFFFF')).toBe(1);
  });
  it('#777777 on white is 4.478 (published example just below AA)', () => {
    expect(contrast('#777777', '#FFFFFF')).toBeCloseTo(4.478, 2);
  });
});

describe('tokens', () => {
  for (const theme of ['light', 'dark'] as ThemeName[]) {
    const t = tokens[theme];
    it(`${theme}: every text colour reaches AA (4.5) on the grounds it is used on`, () => {
      for (const text of [t.text, t.secondary, t.faint, t.accentText]) {
        expect(contrast(text, t.surface)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(text, t.ground)).toBeGreaterThanOrEqual(4.5);
      }
      expect(contrast(t.accentText, t.accentSoft)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(t.secondary, t.accentSoft)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(t.onAccent, t.accent)).toBeGreaterThanOrEqual(4.5);
      for (const state of [t.accentHover, t.accentPressed]) {
        expect(contrast(state, t.surface)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(state, t.accentSoft)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(t.onAccent, state)).toBeGreaterThanOrEqual(4.5);
      }
      expect(contrast(t.missedHover, t.surface)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(t.onAccent, t.missedHover)).toBeGreaterThanOrEqual(4.5);
    });
    it(`${theme}: status words reach AA on their soft ground and on the surface`, () => {
      const pairs = [
        [t.metText, t.metSoft],
        [t.nearlyText, t.nearlySoft],
        [t.missedText, t.missedSoft],
        [t.undecidableText, t.undecidableSoft],
      ] as const;
      for (const [text, soft] of pairs) {
        expect(contrast(text, soft)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(text, t.surface)).toBeGreaterThanOrEqual(4.5);
      }
    });
    it(`${theme}: status marks reach 3:1 on the surface`, () => {
      for (const mark of [t.met, t.nearly, t.missed, t.undecidable]) {
        expect(contrast(mark, t.surface)).toBeGreaterThanOrEqual(3);
      }
    });
  }
  it('cssVariables: names in kebab case, scales numbered', () => {
    const variables = cssVariables('light');
    expect(variables['--accent-soft']).toBe('#E6F1FA');
    expect(variables['--sequential-6']).toBe('#084594');
  });
});
