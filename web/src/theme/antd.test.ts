import { theme as antd } from 'antd';
import { describe, expect, it } from 'vitest';
import { antdTheme } from './antd';
import { contrast } from './contrast';
import { tokens, type ThemeName } from './tokens';

describe('what Ant Design makes of the tokens', () => {
  for (const name of ['light', 'dark'] as ThemeName[]) {
    const made = antd.getDesignToken(antdTheme(name));
    const surface = tokens[name].surface;
    it(`${name}: words of buttons and links are readable at rest, under the pointer, pressed and busy`, () => {
      for (const words of [made.colorPrimaryHover, made.colorPrimaryActive, made.colorLink, made.colorLinkHover, made.colorLinkActive]) {
        expect(contrast(words, surface)).toBeGreaterThanOrEqual(4.5);
      }
      for (const ground of [made.colorPrimary, made.colorPrimaryHover, made.colorPrimaryActive]) {
        expect(contrast(made.colorTextLightSolid, ground)).toBeGreaterThanOrEqual(4.5);
      }
      expect(contrast(made.colorErrorHover, surface)).toBeGreaterThanOrEqual(4.5);
      expect(made.opacityLoading).toBe(1);
    });
  }
});
