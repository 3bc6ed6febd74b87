import { useTexts, type Key } from '../../i18n';

const grades = ['I', 'II', 'III', 'IV', 'none'];

/** Grade of an event in words; the colour only goes with it. */
export function GradeMark({ grade }: { grade: unknown }) {
  const { t } = useTexts();
  const known = grades.find((one) => one === grade);
  return <span className={`grade grade-${known ?? 'open'}`}>{t(known ? (`grade.${known}` as Key) : 'grade.open')}</span>;
}
