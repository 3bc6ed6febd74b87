import { theme as antd, type ThemeConfig } from 'antd';
import { fontFamily, radius, tokens, type ThemeName } from './tokens';

/** Ant Design dressed in our tokens. */
export function antdTheme(name: ThemeName): ThemeConfig {
  const t = tokens[name];
  return {
    algorithm: name === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      colorPrimary: t.accent,
      // What the algorithm makes of the accent for these is paler than text may be.
      colorPrimaryHover: t.accentHover,
      colorPrimaryActive: t.accentPressed,
      colorLinkHover: t.accentHover,
      colorLinkActive: t.accentPressed,
      colorErrorHover: t.missedHover,
      colorErrorActive: t.missedHover,
      opacityLoading: 1, // a busy button turns its mark; its words stay readable
      colorInfo: t.accent,
      colorLink: t.accentText,
      colorSuccess: t.met,
      colorWarning: t.nearly,
      colorError: t.missed,
      colorText: t.text,
      colorTextSecondary: t.secondary,
      colorTextDescription: t.secondary,
      colorTextPlaceholder: t.faint,
      colorTextHeading: t.text,
      colorBgLayout: t.ground,
      colorBgContainer: t.surface,
      colorBgElevated: t.raised,
      colorBorder: name === 'dark' ? '#35496A' : '#D3DBE5',
      colorBorderSecondary: t.line,
      controlItemBgActive: t.accentSoft,
      controlItemBgHover: name === 'dark' ? '#1B2F4C' : '#F0F4F9',
      colorTextLightSolid: t.onAccent,
      fontFamily,
      fontSize: 14,
      borderRadius: radius,
      borderRadiusSM: 4,
      borderRadiusLG: radius,
      motionDurationFast: '0.1s',
      motionDurationMid: '0.15s',
      motionDurationSlow: '0.15s',
      wireframe: false,
    },
    components: {
      Table: {
        headerBg: name === 'dark' ? '#14243C' : '#F7F9FC',
        headerColor: t.secondary,
        headerSplitColor: 'transparent',
        rowHoverBg: name === 'dark' ? '#16273F' : '#F5F9FD',
        cellPaddingBlockSM: 7,
        cellPaddingInlineSM: 12,
        headerBorderRadius: 0,
      },
      Segmented: { itemSelectedColor: t.accentText, trackBg: name === 'dark' ? '#0B1626' : '#EDF1F6' },
      Tooltip: { colorBgSpotlight: name === 'dark' ? '#2A4163' : '#1B2A3D', colorTextLightSolid: '#FFFFFF' },
      Button: { primaryShadow: 'none', defaultShadow: 'none' },
      Drawer: { paddingLG: 20 },
    },
  };
}
