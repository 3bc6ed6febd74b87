import { CircleCheck, CircleDashed, CircleDot, CircleSlash, Send } from 'lucide-react';
import type { FigureState } from '../../api/figures';
import { useTexts } from '../../i18n';

const marks = { draft: CircleDashed, submitted: Send, approved: CircleDot, published: CircleCheck, 'set-aside': CircleSlash } as const;

/** Where a figure stands: a sign and a word. */
export function SignMark({ state }: { state: FigureState }) {
  const { t } = useTexts();
  const Mark = marks[state];
  return (
    <span className={`sign-mark sign-${state}`}>
      <Mark size={14} aria-hidden /> {t(`sign.${state}`)}
    </span>
  );
}
