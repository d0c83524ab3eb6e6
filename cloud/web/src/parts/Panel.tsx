import { Drawer } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTexts } from "../preferences";

interface Props {
  title: string;
  /** above the title: the way back, or what the thing is */
  above?: ReactNode;
  /** how deep it leads; when that changes the keyboard goes on at the title */
  level?: number;
  onClose: () => void;
  children: ReactNode;
}

/** The right-hand sheet. Closed, the keyboard is where it was before. */
export function Panel({ title, above, level = 0, onClose, children }: Props) {
  const t = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(level);
  const [opener] = useState(() => document.activeElement);

  // One level down or up, what had the keyboard is gone.
  useEffect(() => {
    if (shown.current !== level) heading.current?.focus();
    shown.current = level;
  }, [level]);
  useEffect(() => () => (opener?.isConnected ? (opener as HTMLElement) : document.querySelector("main"))?.focus(), []);

  return (
    <Drawer
      open
      size="min(760px, 100vw)"
      rootClassName="sheet"
      closable={{ placement: "end", "aria-label": t("close") }}
      onClose={onClose}
      title={
        <>
          {above}
          <h2 ref={heading} tabIndex={-1}>
            {title}
          </h2>
        </>
      }
    >
      {children}
    </Drawer>
  );
}
