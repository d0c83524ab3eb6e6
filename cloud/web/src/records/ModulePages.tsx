import { lazy } from "react";
import type { ModuleMeta } from "../api";
import { MAP } from "../map/mapAddress";
import { NoticesPage } from "../notices/NoticesPage";
import { INDICATORS, IndicatorsPage } from "../indicators/IndicatorsPage";
import { LabelPage, LABELS } from "../labels/LabelPage";
import { PLANS } from "../plans/Book";
import { PlansPage } from "../plans/PlansPage";
import { CASCADE, CascadePage } from "../targets/CascadePage";
import { CALENDAR, EnergyCalendar } from "../targets/EnergyCalendar";
import { useTexts } from "../preferences";
import { FillPage } from "../returns/FillPage";
import { FILL } from "../returns/sheet";
import { addressOf, parseAddress, useHash } from "./address";
import { InboxPage } from "./InboxPage";
import { useKinds, useNamed } from "./kinds";
import { OrgTree } from "./OrgTree";
import { RecordsPage } from "./RecordsPage";
import { ReportsPage, reportsOf } from "./ReportsPage";

const TREE = "org/tree";
const MapPage = lazy(() => import("../map/MapPage"));

interface Link {
  kind: string;
  title: string;
}

/** The pages of a module in one row; where the manifest groups them, the groups in a row above those of the one that is open. */
function ModuleMenu({ module, links, here }: { module: ModuleMeta; links: Link[]; here: string }) {
  const named = useNamed();
  const sections: { title: string; links: Link[] }[] = [];
  for (const link of links) {
    const group = module.sections.find((section) => section.paths.some((path) => link.kind === `${module.key}/${path}`));
    const title = group ? named(group) : link.title; // what no group holds stands by itself
    const there = sections.find((section) => section.title === title);
    if (there) there.links.push(link);
    else sections.push({ title, links: [link] });
  }
  const open = sections.find((section) => section.links.some((link) => link.kind === here));
  const isGrouped = module.sections.length > 0 && sections.length > 1;
  const pages = isGrouped ? (open?.links ?? []) : links;
  return (
    <nav className="kinds" aria-label={named(module)}>
      {isGrouped && (
        <div className="sections">
          {sections.map((section) => (
            <a key={section.title} href={addressOf({ kind: section.links[0]?.kind })} aria-current={section === open ? (section.links.length > 1 ? "true" : "page") : undefined}>
              {section.title}
            </a>
          ))}
        </div>
      )}
      {(pages.length > 1 || !isGrouped) && (
        <div className="pages">
          {pages.map((link) => (
            <a key={link.kind} href={addressOf({ kind: link.kind })} aria-current={link.kind === here ? "page" : undefined}>
              {link.title}
            </a>
          ))}
        </div>
      )}
    </nav>
  );
}

/** What the address names among the modules: a registry, the tree, or what waits. */
export default function ModulePages() {
  const t = useTexts();
  const named = useNamed();
  const { modules, kinds } = useKinds();
  const address = parseAddress(useHash());
  const [page, part = ""] = address.kind.split("/");
  if (page === LABELS) return <LabelPage key={part} short={part} />;
  if (page === INDICATORS) return <IndicatorsPage address={address} />;
  if (address.kind === "" || address.kind === "inbox") return <InboxPage />;
  if (address.kind === "notices") return <NoticesPage />;
  const module = modules.find((one) => one.key === address.kind.split("/")[0]);
  if (!module) return <p className="empty">{t("no_such_page")}</p>;
  const links: Link[] = [
    ...(kinds.has("housing/floors") && module.key === "housing" ? [{ kind: PLANS, title: t("plan_book") }] : []),
    ...(kinds.has("fleet/fences") && module.key === "fleet" ? [{ kind: MAP, title: t("map") }] : []),
    ...(kinds.has("returns/returns") && module.key === "returns" ? [{ kind: FILL, title: t("fill_return") }] : []),
    ...(module.key === "targets" ? [{ kind: CASCADE, title: t("cascade") }, { kind: CALENDAR, title: t("energy_calendar") }] : []),
    ...module.entities.map((entity) => ({ kind: `${module.key}/${entity.path}`, title: named(entity) })),
    ...(module.key === "org" ? [{ kind: TREE, title: t("org_tree") }] : []),
    ...(module.reports.length ? [{ kind: reportsOf(module), title: t("reports") }] : []),
  ];
  const here = links.find((link) => link.kind === address.kind)?.kind ?? links[0]?.kind ?? "";
  const kind = kinds.get(here);
  return (
    <div className="module">
      <ModuleMenu module={module} links={links} here={here} />
      {here === TREE && <OrgTree />}
      {here === CASCADE && <CascadePage address={address} />}
      {here === CALENDAR && <EnergyCalendar address={address} />}
      {here === MAP && <MapPage address={address} />}
      {here === FILL && <FillPage address={address} />}
      {here === PLANS && <PlansPage address={address} />}
      {here === reportsOf(module) && <ReportsPage module={module} />}
      {kind && <RecordsPage key={here} kind={kind} address={{ ...address, kind: here }} />}
    </div>
  );
}
