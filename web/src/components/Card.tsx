import type { ReactNode } from 'react';

interface Props {
  title?: ReactNode;
  note?: ReactNode;
  extra?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Card({ title, note, extra, className = '', children }: Props) {
  return (
    <section className={`card ${className}`}>
      {(title || extra) && (
        <header className="card-head">
          <div className="card-titles">
            {title && <h2>{title}</h2>}
            {note && <span className="card-note">{note}</span>}
          </div>
          {extra && <div className="card-extra">{extra}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** Name and value pairs in one column of labels. */
export function Facts({ items }: { items: [label: ReactNode, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {items.map(([label, value], index) => (
        <div key={index}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
