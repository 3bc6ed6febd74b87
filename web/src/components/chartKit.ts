import { BarChart, CustomChart, GraphChart, LineChart, MapChart, ScatterChart } from 'echarts/charts';
import {
  AriaComponent,
  GeoComponent,
  GridComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { init, registerMap, use, type EChartsCoreOption } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import type { AreaMap } from '../api/types';

use([
  BarChart,
  CustomChart,
  GraphChart,
  LineChart,
  MapChart,
  ScatterChart,
  AriaComponent,
  GeoComponent,
  GridComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
  SVGRenderer,
]);

export type ChartOption = EChartsCoreOption;

/** A picture of a chart as a data URL, drawn anew at the given size on its own ground. */
function picture(option: ChartOption, as: 'png' | 'svg', width: number, height: number, ground: string): string {
  const box = document.createElement('div');
  box.style.cssText = `width:${width}px;height:${height}px`;
  const chart = init(box, null, { renderer: as === 'svg' ? 'svg' : 'canvas', width, height });
  chart.setOption({ ...option, animation: false, backgroundColor: ground });
  const url = chart.getDataURL({ type: as, pixelRatio: 2, backgroundColor: ground });
  chart.dispose();
  return url;
}

export const chartKit = {
  start: (box: HTMLElement) => init(box, null, { renderer: 'svg' }),
  registerMap: (name: string, map: AreaMap) => registerMap(name, map as unknown as Parameters<typeof registerMap>[1]),
  picture,
};

export type ChartKit = typeof chartKit;
