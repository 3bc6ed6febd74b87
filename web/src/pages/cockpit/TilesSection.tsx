import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Dropdown, Input, Select } from 'antd';
import { ArrowLeft, ArrowRight, Download, History, LayoutGrid, Minus, Plus, Trash2, UnfoldVertical, FoldVertical } from 'lucide-react';
import { useState, type CSSProperties } from 'react';
import { boardYaml, charts, moved, newTile, resized, saveTiles, useBoardTiles, type BoardTile, type BoardTiles } from '../../api/boards';
import { useAreas } from '../../api/hooks';
import { useMeasures } from '../../api/measureHooks';
import { Card } from '../../components/Card';
import { Nothing } from '../../components/States';
import { formatInstant } from '../../format/format';
import { useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { Tile, place, rowHeight } from './Tile';

/** Indicators that were chosen for this board; who may arranges them, and each saving is a version. */
export function TilesSection({ board }: { board: string }) {
  const { t } = useTexts();
  const saved = useBoardTiles(board);
  const [draft, setDraft] = useState<BoardTile[]>();
  if (!saved.data) return null;
  const { tiles, may_edit } = saved.data;
  const shown = draft ?? tiles;
  if (shown.length === 0 && !may_edit) return null;
  return (
    <section className="tiles" aria-label={t('tiles.title')}>
      <div className="tiles-head">
        <h2>{t('tiles.title')}</h2>
        {draft && <span className="tag">{t('tiles.preview')}</span>}
        {may_edit && !draft && (
          <Button size="small" icon={<LayoutGrid size={13} aria-hidden />} onClick={() => setDraft([...tiles])}>
            {t('tiles.edit')}
          </Button>
        )}
      </div>
      {draft && <Editor key={saved.data.newest} saved={saved.data} draft={draft} setDraft={setDraft} />}
      {shown.length === 0 ? (
        <Card>
          <Nothing title={t('tiles.none')}>{t('tiles.noneText')}</Nothing>
        </Card>
      ) : (
        <Grid tiles={shown} edit={draft ? setDraft : undefined} />
      )}
    </section>
  );
}

function Grid({ tiles, edit }: { tiles: readonly BoardTile[]; edit?: (tiles: BoardTile[]) => void }) {
  return (
    <div className="tile-grid" style={{ '--row': `${rowHeight}px` } as CSSProperties}>
      {tiles.map((tile) => (
        <div key={tile.id} className={edit ? 'tile tile-edited' : 'tile'} style={place(tile)}>
          {edit && <TileTools tile={tile} tiles={tiles} onChange={edit} />}
          <Tile tile={tile} />
        </div>
      ))}
    </div>
  );
}

function TileTools({ tile, tiles, onChange }: { tile: BoardTile; tiles: readonly BoardTile[]; onChange: (tiles: BoardTile[]) => void }) {
  const { t, loc } = useTexts();
  const { area, period } = useAddress();
  const measure = useMeasures({ area, period }).data?.items.find(({ id }) => id === tile.measure);
  const name = measure ? loc(measure.title) : tile.measure;
  const put = (next: BoardTile) => onChange(tiles.map((one) => (one.id === tile.id ? next : one)));
  const tools = [
    { key: 'tiles.earlier', icon: ArrowLeft, act: () => onChange(moved(tiles, tile.id, -1)) },
    { key: 'tiles.later', icon: ArrowRight, act: () => onChange(moved(tiles, tile.id, 1)) },
    { key: 'tiles.narrower', icon: Minus, act: () => put(resized(tile, -1, 0)) },
    { key: 'tiles.wider', icon: Plus, act: () => put(resized(tile, 1, 0)) },
    { key: 'tiles.lower', icon: FoldVertical, act: () => put(resized(tile, 0, -1)) },
    { key: 'tiles.higher', icon: UnfoldVertical, act: () => put(resized(tile, 0, 1)) },
    { key: 'tiles.remove', icon: Trash2, act: () => onChange(tiles.filter(({ id }) => id !== tile.id)) },
  ] as const;
  return (
    <div className="tile-tools">
      {tools.map(({ key, icon: Icon, act }) => (
        <Button key={key} size="small" type="text" icon={<Icon size={14} aria-hidden />} aria-label={t(key, { name })} title={t(key, { name })} onClick={act} />
      ))}
    </div>
  );
}

function Editor({ saved, draft, setDraft }: { saved: BoardTiles; draft: BoardTile[]; setDraft: (draft: BoardTile[] | undefined) => void }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { busy, fault, run } = useAct();
  const [note, setNote] = useState('');
  const send = async (act: 'save' | 'restore' | 'reset', version?: number) => {
    const made = await run(() => saveTiles(saved.board, { seen: saved.newest, act, ...(act === 'save' ? { tiles: draft } : {}), ...(version ? { version } : {}), ...(note.trim() ? { note: note.trim() } : {}) }));
    if (!made) return;
    await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/boards') });
    setDraft(undefined);
    void message.success(t('tiles.saved', { n: made.newest }));
  };
  return (
    <Card className="tile-editor">
      <AddTile onAdd={(make) => setDraft([...draft, make(draft)])} />
      <div className="filters">
        <Input className="tile-note" value={note} maxLength={200} placeholder={t('tiles.note')} aria-label={t('tiles.note')} onChange={(event) => setNote(event.target.value)} />
        <Button type="primary" loading={busy} onClick={() => void send('save')}>
          {t('tiles.save')}
        </Button>
        <Button onClick={() => setDraft(undefined)}>{t('tiles.cancel')}</Button>
        <Dropdown
          trigger={['click']}
          disabled={saved.versions.length === 0}
          menu={{
            items: [...saved.versions].reverse().map((one) => ({
              key: String(one.number),
              label: t(one.of_scene ? 'tiles.versionScene' : 'tiles.versionN', { n: one.number, tiles: one.tiles, by: one.by, at: formatInstant(one.at) }),
            })),
            onClick: ({ key }) => void send('restore', Number(key)),
          }}
        >
          <Button icon={<History size={14} aria-hidden />}>{t('tiles.versions')}</Button>
        </Dropdown>
        <Button disabled={saved.of_scene} onClick={() => void send('reset')}>
          {t('tiles.reset')}
        </Button>
        <Button icon={<Download size={14} aria-hidden />} href={boardYaml(saved.board, saved.newest)} download>
          {t('tiles.export')}
        </Button>
      </div>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
    </Card>
  );
}

function AddTile({ onAdd }: { onAdd: (make: (tiles: readonly BoardTile[]) => BoardTile) => void }) {
  const { t, loc } = useTexts();
  const { area: pageArea, period: pagePeriod } = useAddress();
  const measures = useMeasures({ area: pageArea, period: pagePeriod });
  const areas = useAreas();
  const [measure, setMeasure] = useState<string>();
  const [chart, setChart] = useState<BoardTile['chart']>('card');
  const [area, setArea] = useState('');
  const [period, setPeriod] = useState('');
  return (
    <div className="filters">
      <Select
        className="tile-measure"
        showSearch
        optionFilterProp="label"
        value={measure}
        placeholder={t('tiles.measure')}
        aria-label={t('tiles.measure')}
        options={measures.data?.items.map(({ id, title }) => ({ value: id, label: loc(title) }))}
        onChange={setMeasure}
      />
      <Select className="tile-chart" value={chart} aria-label={t('tiles.chart')} options={charts.map((one) => ({ value: one, label: t(`tiles.chart.${one}`) }))} onChange={setChart} />
      <Select
        className="tile-area"
        value={area}
        aria-label={t('tiles.area')}
        options={[{ value: '', label: t('tiles.pageArea') }, ...(areas.data?.items ?? []).filter(({ level }) => level !== 'community').map(({ code, name }) => ({ value: code, label: loc(name) }))]}
        onChange={setArea}
      />
      <Input className="tile-period" value={period} placeholder={t('tiles.pagePeriod')} aria-label={t('tiles.period')} onChange={(event) => setPeriod(event.target.value)} />
      <Button icon={<Plus size={14} aria-hidden />} disabled={!measure} onClick={() => measure && onAdd((tiles) => newTile(tiles, measure, chart, area, period.trim()))}>
        {t('tiles.add')}
      </Button>
    </div>
  );
}
