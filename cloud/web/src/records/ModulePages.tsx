import { lazy } from "react";
import { MAP } from "../map/mapAddress";
import { NoticesPage } from "../notices/NoticesPage";
import { INDICATORS, IndicatorsPage } from "../indicators/IndicatorsPage";
import { LabelPage, LABELS } from "../labels/LabelPage";
import { PLANS } from "../plans/Book";
import { PlansPage } from "../plans/PlansPage";
import { useTexts } from "../preferences";
import { addressOf, parseAddress, useHash } from "./address";
import { InboxPage } from "./InboxPage";
import { useKinds, useNamed } from "./kinds";
import { OrgTree } from "./OrgTree";
import { RecordsPage } from "./RecordsPage";

const TREE = "org/tree";
const MapPage = lazy(() => import("../map/MapPage"));

/** What the address names among the modules: a registry, the tree, or what waits. */
export default function ModulePages() {
  const t = useTexts();
  const named = useNamed();
  const { modules, kinds } = useKinds();
  const address = parseAddress(useHash());
  const [page, part = ""] = address.kind.split("/");
  if (page === LABELS) return <LabelPage key={part} short={part} />;
  if (page === INDICATORS) return <IndicatorsPage address={address} />;
  if (address.kind === "inbox") return <InboxPage />;
  if (address.kind === "notices") return <NoticesPage />;
  const module = modules.find((one) => one.key === address.kind.split("/")[0]) ?? (address.kind === "" ? modules[0] : undefined);
  if (!module) return <p className="empty">{t("no_such_page")}</p>;
  const links = [
    ...(kinds.has("housing/floors") && module.key === "housing" ? [{ kind: PLANS, title: t("plan_book") }] : []),
    ...(kinds.has("fleet/fences") && module.key === "fleet" ? [{ kind: MAP, title: t("map") }] : []),
    ...module.entities.map((entity) => ({ kind: `${module.key}/${entity.path}`, title: named(entity) })),
    ...(module.key === "org" ? [{ kind: TREE, title: t("org_tree") }] : []),
  ];
  const here = links.find((link) => link.kind === address.kind)?.kind ?? links[0]?.kind ?? "";
  const kind = kinds.get(here);
  return (
    <div className="module">
      <nav className="kinds" aria-label={named(module)}>
        {links.map((link) => (
          <a key={link.kind} href={addressOf({ kind: link.kind })} aria-current={link.kind === here ? "page" : undefined}>
            {link.title}
          </a>
        ))}
      </nav>
      {here === TREE && <OrgTree />}
      {here === MAP && <MapPage address={address} />}
      {here === PLANS && <PlansPage address={address} />}
      {kind && <RecordsPage key={here} kind={kind} address={{ ...address, kind: here }} />}
    </div>
  );
}
