/** The one place where colours and sizes stand. CSS variables, Ant Design's theme and the charts
 *  are made from it. Values: design page, “Tokens”; contrast of text on surface is AA in both. */

export type ThemeName = 'light' | 'dark';

export interface Tokens {
  ground: string;
  surface: string;
  raised: string;
  line: string;
  text: string;
  secondary: string;
  faint: string;
  accent: string;
  accentSoft: string;
  accentText: string;
  /** the accent under the pointer and pressed: text on the surface and ground of texts alike */
  accentHover: string;
  accentPressed: string;
  onAccent: string;
  met: string;
  nearly: string;
  missed: string;
  undecidable: string;
  metSoft: string;
  nearlySoft: string;
  missedSoft: string;
  undecidableSoft: string;
  metText: string;
  nearlyText: string;
  missedText: string;
  missedHover: string;
  undecidableText: string;
  sequential: readonly string[];
  /** worse than the target, then better; the target is the border in the middle */
  diverging: readonly string[];
  series: readonly string[];
  noValue: string;
  /** lines across what cannot be decided */
  hatch: string;
  /** a street told apart from the whole district */
  betterDot: string;
  worseDot: string;
  mapLine: string;
}

const redsToBlues = ['#B2182B', '#EF8A62', '#FDDBC7', '#D1E5F0', '#67A9CF', '#2166AC'] as const; // ColorBrewer RdBu without its white: the target is a border
const blues = ['#EFF3FF', '#C6DBEF', '#9ECAE1', '#6BAED6', '#4292C6', '#2171B5', '#084594'] as const;

export const tokens: Record<ThemeName, Tokens> = {
  light: {
    ground: '#F5F7FA',
    surface: '#FFFFFF',
    raised: '#FFFFFF',
    line: '#E4E9F0',
    text: '#1B2A3D',
    secondary: '#5B6B7F',
    faint: '#5F6F84', // the design's #93A1B3 reaches 2.6:1 only; notes must be readable (4.5:1)
    accent: '#0F6FB8',
    accentSoft: '#E6F1FA',
    accentText: '#0B5C9A',
    accentHover: '#0C64A6',
    accentPressed: '#0A4F86',
    onAccent: '#FFFFFF',
    met: '#1F8A5B',
    nearly: '#B7791F',
    missed: '#C0392B',
    undecidable: '#7A8797',
    metSoft: '#E6F4ED',
    nearlySoft: '#FBF2E2',
    missedSoft: '#FBEAE8',
    undecidableSoft: '#EEF1F5',
    metText: '#17704A',
    nearlyText: '#8A5A12',
    missedText: '#B03224',
    missedHover: '#A32D20',
    undecidableText: '#5B6B7F',
    sequential: blues,
    diverging: redsToBlues,
    series: ['#0F6FB8', '#D9782D', '#2F9E7E', '#8B5FBF', '#C2476B', '#6B7F2A', '#3AA0B5', '#7A6A58'],
    noValue: '#E9EDF2',
    hatch: 'rgba(27,42,61,0.45)',
    betterDot: '#2166AC',
    worseDot: '#C9561E',
    mapLine: '#8DA5BD',
  },
  dark: {
    ground: '#0B1626',
    surface: '#101E33',
    raised: '#16273F',
    line: '#24364F',
    text: '#E8EEF6',
    secondary: '#9DB0C7',
    faint: '#8599B1',
    accent: '#4BA3E3',
    accentSoft: '#143352',
    accentText: '#6DB6EA',
    accentHover: '#6DB6EA',
    accentPressed: '#8CC6F0',
    onAccent: '#08192B',
    met: '#3FBF86',
    nearly: '#E0A63A',
    missed: '#F0705F',
    undecidable: '#8896A8',
    metSoft: '#12352F',
    nearlySoft: '#352C1F',
    missedSoft: '#3A2430',
    undecidableSoft: '#1D2D44',
    metText: '#4CCB92',
    nearlyText: '#E6B14D',
    missedText: '#F58779',
    missedHover: '#F79A8E',
    undecidableText: '#9DB0C7',
    sequential: [...blues].reverse(),
    diverging: redsToBlues,
    series: ['#3B8FCF', '#E39A5E', '#52B99C', '#A57FD1', '#D57090', '#8FA34C', '#63B7C8', '#9C8C79'],
    noValue: '#1B2C45',
    hatch: 'rgba(11,22,38,0.55)',
    betterDot: '#4BA3E3',
    worseDot: '#E8894F',
    mapLine: '#0B1626',
  },
};

/** Pixels. */
export const radius = 6;
export const fontFamily =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Microsoft YaHei", ' +
  '"Noto Sans CJK SC", "Noto Sans SC", "Helvetica Neue", Arial, sans-serif';

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** CSS custom properties of a theme: accentSoft becomes --accent-soft, sequential --sequential-0… */
export function cssVariables(theme: ThemeName): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(tokens[theme])) {
    if (typeof value === 'string') variables[`--${kebab(name)}`] = value;
    else value.forEach((colour: string, index: number) => (variables[`--${kebab(name)}-${index}`] = colour));
  }
  return variables;
}
