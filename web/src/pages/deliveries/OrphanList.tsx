import { Table } from 'antd';
import { useOrphans } from '../../api/hooks';
import type { Delivery, Orphan } from '../../api/types';
import { Answer, Nothing } from '../../components/States';
import { pagination } from '../../components/tableParts';
import { formatNumber } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { useTypeName } from '../../state/useTypeName';

/** References to nobody known: a warning, not a rejection. */
export function OrphanList({ delivery }: { delivery: Delivery }) {
  const { t } = useTexts();
  const typeName = useTypeName();
  const { value, change } = useAddress();
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const orphans = useOrphans(String(delivery.id), { page, size }, true);
  return (
    <Answer of={orphans}>
      {(data) => (
        <>
          <p className="faint list-note">{t('orphans.explain')}</p>
          <Table<Orphan>
            className="list-table"
            size="small"
            rowKey={(one) => `${one.line}>${one.reference}`}
            dataSource={data.items}
            locale={{ emptyText: <Nothing title={t('orphans.none')} /> }}
            pagination={pagination(data, page, size, t, change)}
            columns={[
              { title: t('problem.line'), width: 96, align: 'right', className: 'num', render: (_, one) => formatNumber(one.line) },
              { title: t('orphans.from'), width: 160, render: (_, one) => typeName(one.type) },
              {
                title: t('orphans.reference'),
                render: (_, one) => (
                  <code>
                    <Data>{one.reference}</Data>
                  </code>
                ),
              },
            ]}
          />
        </>
      )}
    </Answer>
  );
}
