import { useEffect, useRef } from 'react';
import type { ChartKit, ChartOption } from './chartKit';

type Instance = ReturnType<ChartKit['start']>;

interface Props {
  option: ChartOption;
  height: number | string;
  label: string;
  /** name or dataIndex of what was clicked */
  onPick?: (picked: { name: string; index: number }) => void;
}

/** A chart drawn as SVG; the library comes with the first chart of a visit. */
export function Chart({ option, height, label, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const instance = useRef<Instance | null>(null);
  const latest = useRef({ option, onPick });
  latest.current = { option, onPick };

  useEffect(() => {
    let ended = false;
    let observer: ResizeObserver | undefined;
    void import('./chartKit').then(({ chartKit }) => {
      if (ended || !box.current) return;
      const chart = chartKit.start(box.current);
      instance.current = chart;
      chart.setOption(latest.current.option, { notMerge: true });
      chart.on('click', (event) => latest.current.onPick?.({ name: String(event.name), index: event.dataIndex ?? -1 }));
      observer = new ResizeObserver(() => chart.resize());
      observer.observe(box.current);
    });
    return () => {
      ended = true;
      observer?.disconnect();
      instance.current?.dispose();
      instance.current = null;
    };
  }, []);

  useEffect(() => {
    instance.current?.setOption(option, { notMerge: true });
  }, [option]);

  return <div ref={box} className="chart" style={{ height }} role="img" aria-label={label} />;
}
