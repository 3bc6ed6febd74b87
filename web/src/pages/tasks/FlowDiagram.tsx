import { useEffect, useMemo, useRef } from 'react';
import { useDiagram } from '../../api/flows';
import type { Localized } from '../../api/types';
import { Card } from '../../components/Card';
import { Answer } from '../../components/States';
import { Loc, useTexts } from '../../i18n';
import { presentIn } from './diagram';

interface Props {
  flow: string;
  title: Localized;
  /** states that are to be marked */
  present: { id: string; name: Localized }[];
  ended?: Localized;
}

/** The flow as drawn by the hub, with the states marked in which this instance stands. */
export function FlowDiagram({ flow, title, present, ended }: Props) {
  const { t, loc, language } = useTexts();
  const drawing = useDiagram(flow, language);
  const names = [...present.map(({ name }) => loc(name)), ...(ended ? [loc(ended)] : [])];
  return (
    <Card title={t('task.diagram')} note={names.length > 0 ? <>{t('task.standsAt')} <Loc of={names.join(' · ')} /></> : undefined} className="diagram-card">
      <Answer of={drawing} rows={6}>
        {(svg) => <Drawing svg={svg} ids={present.map(({ id }) => id)} names={names} label={loc(title)} />}
      </Answer>
    </Card>
  );
}

export function Drawing({ svg, ids, names, label }: { svg: string; ids: readonly string[]; names: readonly string[]; label: string }) {
  const { t } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const key = [...ids, ...names].join('|');
  const address = useMemo(() => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(presentIn(svg, ids, names))}`, [svg, key]); // ids and names by their texts
  useEffect(() => {
    box.current?.scrollTo({ top: 0 });
  }, [svg]);
  const said = names.length > 0 ? `${t('task.standsAt')} ${names.join(', ')}` : '';
  return (
    <div className="diagram" ref={box} tabIndex={0} role="group" aria-label={label}>
      <img src={address} alt={`${label} ${said}`} />
    </div>
  );
}
