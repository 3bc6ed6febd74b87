import { Button } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { post } from '../../api/client';
import { useTexts } from '../../i18n';

export function CancelDelivery({ id }: { id: number }) {
  const { t } = useTexts();
  const client = useQueryClient();
  return (
    <Button
      size="small"
      type="text"
      aria-label={t('upload.cancel')}
      icon={<X size={14} aria-hidden />}
      onClick={(event) => {
        event.stopPropagation();
        void post(`/api/deliveries/${id}/cancel`).finally(() => client.invalidateQueries());
      }}
    />
  );
}
