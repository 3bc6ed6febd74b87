import { TreeSelect } from 'antd';
import { MapPin } from 'lucide-react';
import { useMemo } from 'react';
import { useAreas } from '../api/hooks';
import type { Area } from '../api/types';
import { useTexts } from '../i18n';
import { useAddress } from '../state/useAddress';
import { areaTree } from '../state/areas';

/** City → district → street → community; empty means everything the reader may see. */
export function AreaPicker() {
  const { t, loc } = useTexts();
  const { area, change } = useAddress();
  const areas = useAreas();
  const tree = useMemo(() => areaTree(areas.data?.items ?? [], (item: Area) => loc(item.name)), [areas.data, loc]);

  return (
    <TreeSelect
      className="area-picker"
      prefix={<MapPin size={14} strokeWidth={1.8} aria-hidden />}
      aria-label={t('shell.area')}
      value={area || undefined}
      placeholder={t('shell.allAreas')}
      treeData={tree}
      treeDefaultExpandedKeys={tree.map((root) => root.value)}
      treeNodeFilterProp="title"
      showSearch
      allowClear
      popupMatchSelectWidth={260}
      listHeight={420}
      loading={areas.isLoading}
      notFoundContent={t('shell.noAreas')}
      onChange={(code: string | undefined) => change({ area: code, page: null }, true)}
    />
  );
}
