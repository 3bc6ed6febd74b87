import { describe, expect, it } from 'vitest';
import { changedFigures, partsOf, type ChapterFigure } from './chapters';

const figure = (number: number, generated: string) => ({ number, generated }) as ChapterFigure;

describe('texts with figures', () => {
  it('are taken apart at their marks', () => {
    expect(partsOf('控制率«1|69.75%»。')).toEqual([
      { text: '控制率', figure: 0 },
      { text: '69.75%', figure: 1 },
      { text: '。', figure: 0 },
    ]);
    expect(partsOf('«1|69')).toEqual([{ text: '«1|69', figure: 0 }]);
  });
  it('say which figures are other than generated', () => {
    const figures = [figure(1, '69.75%'), figure(2, '上升1.2个百分点')];
    expect(changedFigures('«1|69.75%»，«2|上升1.2个百分点»', figures)).toEqual([]);
    expect(changedFigures('«1|70%»', figures).map(({ printed }) => printed)).toEqual(['70%', '']);
  });
});
