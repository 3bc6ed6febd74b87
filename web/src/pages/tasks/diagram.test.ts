import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { presentIn } from './diagram';

const drawing = (language: string) => readFileSync(new URL(`../../../../docs/flows/outbreak.${language}.svg`, import.meta.url), 'utf8');
const marks = (svg: string) => [...svg.matchAll(/stroke-width:3/g)].length;

describe('presentIn', () => {
  it('marks the boxes of the named states in both languages', () => {
    expect(marks(drawing('zh'))).toBe(0);
    expect(marks(presentIn(drawing('zh'), [], ['待核实']))).toBe(1);
    expect(marks(presentIn(drawing('en'), [], ['Initial report', 'Measures']))).toBe(2);
    expect(presentIn(drawing('en'), [], ['Nowhere'])).toBe(drawing('en'));
  });
  it('by id where the drawing carries ids', () => {
    const svg = '<svg><rect class="box" data-state="a" x="1"/><text class="name">A</text><rect class="box" data-state="b" x="2"/></svg>';
    const marked = presentIn(svg, ['b'], ['A']);
    expect(marks(marked)).toBe(1);
    expect(marked).toContain('data-state="b" x="2" style="fill:#fde7c8;stroke:#b45309;stroke-width:3;"/>');
  });
});
