import { useLayoutEffect, useRef } from 'react';

interface Props {
  value: string;
  label: string;
  /** lines (from 0) to point out */
  marks: readonly number[];
  readOnly?: boolean;
  onChange?: (text: string) => void;
}

const lineHeight = 20; // pixels, as in .editor
const mostLines = 24;

/** Plain text with line numbers and pointed-out lines; scrolls both ways, never wraps. */
export function CodeEditor({ value, label, marks, readOnly = false, onChange }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const behind = useRef<HTMLDivElement>(null);
  const lines = value.split('\n');
  const height = Math.min(mostLines, Math.max(6, lines.length + 1)) * lineHeight;
  const follow = () => {
    if (behind.current && area.current) behind.current.style.transform = `translateY(${-area.current.scrollTop}px)`;
  };
  const first = marks[0];
  useLayoutEffect(() => {
    if (first !== undefined && area.current) {
      area.current.scrollTop = Math.max(0, (first - mostLines / 2) * lineHeight);
      follow();
    }
  }, [first]);

  return (
    <div className="editor" style={{ height }}>
      <div className="editor-behind" ref={behind} aria-hidden="true">
        {lines.map((_, index) => (
          <div key={index} className={marks.includes(index) ? 'marked' : ''}>
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={area}
        lang="zh"
        value={value}
        wrap="off"
        spellCheck={false}
        aria-label={label}
        readOnly={readOnly}
        onScroll={follow}
        onChange={(event) => onChange?.(event.target.value)}
      />
    </div>
  );
}
