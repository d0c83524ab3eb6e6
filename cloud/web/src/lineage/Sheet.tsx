import { Drawer } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTexts } from "../preferences";
import { go, href, type Route } from "../route";

export interface Crumb {
  title: string;
  route: Partial<Route>;
}

interface Props {
  /** from the figure down to what is shown now; the last one is the sheet's title */
  crumbs: Crumb[];
  closed: Partial<Route>;
  children: ReactNode;
}

/** The right-hand sheet in which a figure defends itself; the crumbs lead back up. */
export function Sheet({ crumbs, closed, children }: Props) {
  const t = useTexts();
  const title = crumbs.at(-1)?.title;
  const heading = useRef<HTMLHeadingElement>(null);
  const level = useRef(crumbs.length);
  const [opener] = useState(() => document.activeElement);

  // One level down or up, what had the keyboard is gone: it goes on at the title. Closed, it is where it was before.
  useEffect(() => {
    if (level.current !== crumbs.length) heading.current?.focus();
    level.current = crumbs.length;
  }, [crumbs.length]);
  useEffect(() => () => (opener?.isConnected ? (opener as HTMLElement) : document.querySelector("main"))?.focus(), []);

  const above = crumbs.slice(0, -1);
  return (
    <Drawer
      open
      size="min(760px, 100vw)"
      rootClassName="sheet"
      closable={{ placement: "end", "aria-label": t("close") }}
      onClose={() => go(closed)}
      title={
        <>
          {above.length > 0 && (
            <nav className="crumbs" aria-label={t("way_back")}>
              {above.map((crumb) => (
                <a key={crumb.title} href={href(crumb.route)}>
                  {crumb.title}
                </a>
              ))}
            </nav>
          )}
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
