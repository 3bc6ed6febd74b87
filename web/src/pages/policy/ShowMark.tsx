import { Eye, EyeOff, ScanEye } from 'lucide-react';
import type { Shown } from '../../api/types';
import { useTexts } from '../../i18n';

const icons = { full: Eye, masked: ScanEye, none: EyeOff } as const;

/** Full, masked or hidden: an icon and a word; the word for screen readers alone where it is narrow. */
export function ShowMark({ show, narrow = false }: { show: Shown; narrow?: boolean }) {
  const { t } = useTexts();
  const Icon = icons[show];
  return (
    <span className={`show show-${show}`} title={narrow ? t(`show.${show}`) : undefined}>
      <Icon size={14} strokeWidth={1.8} aria-hidden />
      <span className={narrow ? 'visually-hidden' : ''}>{t(`show.${show}`)}</span>
    </span>
  );
}
