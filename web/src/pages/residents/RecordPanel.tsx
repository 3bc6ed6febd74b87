import { Button } from 'antd';
import { Copy, Download } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useResource } from '../../api/hooks';
import type { ResourceView } from '../../api/types';
import { Facts } from '../../components/Card';
import { JsonView } from '../../components/JsonView';
import { SidePanel } from '../../components/SidePanel';
import { Answer } from '../../components/States';
import { saveText } from '../../components/save';
import { formatInstant, noValue } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { useTypeName } from '../../state/useTypeName';

/** The record behind an entry, as it was delivered. */
export function RecordPanel({ resident, seq, onClose }: { resident: string; seq: string; onClose: () => void }) {
  const record = useResource(resident, seq);
  const typeName = useTypeName();
  const { t } = useTexts();
  return (
    <SidePanel
      open={seq !== ''}
      onClose={onClose}
      width={680}
      title={record.data && seq ? typeName(record.data.type) : t('state.loading')}
      extra={record.data && <RecordActs record={record.data} />}
    >
      {seq !== '' && <Answer of={record}>{(data) => <Body record={data} />}</Answer>}
    </SidePanel>
  );
}

function RecordActs({ record }: { record: ResourceView }) {
  const { t } = useTexts();
  const [copied, setCopied] = useState(false);
  const text = record.resourceText;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    window.setTimeout(() => setCopied(false), 2000);
  };
  const save = () => saveText(`${record.type}-${record.id}-v${record.version}.json`, text, 'application/fhir+json');
  return (
    <>
      <Button size="small" type="text" icon={<Copy size={14} aria-hidden />} onClick={() => void copy()}>
        {copied ? t('copy.done') : t('copy.text')}
      </Button>
      <Button size="small" type="text" icon={<Download size={14} aria-hidden />} onClick={save}>
        {t('copy.save')}
      </Button>
    </>
  );
}

function Body({ record }: { record: ResourceView }) {
  const { t } = useTexts();
  const { link } = useAddress();
  return (
    <>
      <Facts
        items={[
          [t('record.id'), <code>{`${record.type}/${record.id}`}</code>],
          [t('record.version'), <span className="num">{record.version}</span>],
          [t('record.recorded'), <span className="num">{formatInstant(record.recorded, true)}</span>],
          [
            t('record.delivery'),
            record.delivery ? (
              <Link to={link(`/deliveries/${record.delivery.id}`)}>
                <Data>{record.delivery.name}</Data>
              </Link>
            ) : (
              noValue
            ),
          ],
        ]}
      />
      <h3>{t('record.body')}</h3>
      <JsonView text={record.resourceText} />
    </>
  );
}
