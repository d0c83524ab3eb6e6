import type { ReactNode } from "react";
import { Panel } from "../parts/Panel";
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
  const above = crumbs.slice(0, -1);
  const trail = above.length > 0 && (
    <nav className="crumbs" aria-label={t("way_back")}>
      {above.map((crumb) => (
        <a key={crumb.title} href={href(crumb.route)}>
          {crumb.title}
        </a>
      ))}
    </nav>
  );
  return (
    <Panel title={crumbs.at(-1)?.title ?? ""} above={trail} level={crumbs.length} onClose={() => go(closed)}>
      {children}
    </Panel>
  );
}
