import { Drawer } from 'antd';
import type { ReactNode } from 'react';
import { useWide } from '../state/useWide';

interface Props {
  open: boolean;
  /** pixels; a phone gives all it has */
  width: number;
  title: ReactNode;
  extra?: ReactNode;
  children: ReactNode;
  onClose: () => void;
}

/** A panel beside the list it belongs to: the list stays in sight and can be worked on. */
export function SidePanel({ open, width, title, extra, children, onClose }: Props) {
  const wide = useWide();
  return (
    <Drawer
      className="panel"
      open={open}
      onClose={onClose}
      mask={!wide}
      size={wide ? width : '100%'}
      title={title}
      extra={extra}
      destroyOnHidden
      styles={{ body: { padding: 0, overflow: 'hidden' } }}
    >
      <div className="panel-body" tabIndex={0} role="group">
        {children}
      </div>
    </Drawer>
  );
}
