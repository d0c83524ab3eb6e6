import { Button, Dropdown } from "antd";
import { useEffect } from "react";
import type { Inbox, ModuleMeta, Session } from "../api";
import { useResource } from "../client";
import { PeriodPicker } from "../parts/PeriodPicker";
import { Switches } from "../parts/Switches";
import { usePreferences, useTexts } from "../preferences";
import { useNamed } from "../records/kinds";
import { addressOf, parseAddress, useHash } from "../records/address";
import { whenSteps } from "../records/steps";
import { href, useRoute } from "../route";

interface Props {
  session: Session;
  modules: ModuleMeta[];
  seesEnergy: boolean;
  onSignOut: () => void;
}

export function Header({ session, modules, seesEnergy, onSignOut }: Props) {
  const t = useTexts();
  const named = useNamed();
  const { page, period } = useRoute();
  const { language } = usePreferences();
  const place = parseAddress(useHash());
  const here = place.kind.split("/")[0] || (seesEnergy ? "" : "inbox");
  const inbox = useResource<Inbox>(modules.length ? "inbox" : null, 60_000);
  useEffect(inbox.retry, [place.kind, place.record, inbox.retry]);
  useEffect(() => whenSteps(inbox.retry), [inbox.retry]);
  const link = (to: string, title: string, isHere: boolean) => (
    <a key={to} href={to} aria-current={isHere ? "page" : undefined}>
      {title}
    </a>
  );
  return (
    <header className="top">
      <a className="region" href={href({ period })}>
        <img src="./favicon.svg" alt="" width="20" height="20" />
        {session.region?.name ?? t("app")}
      </a>
      {seesEnergy && page === null && <PeriodPicker />}
      <nav className="modules" aria-label={t("modules")}>
        {seesEnergy && link(href({ period }), t("energy"), page === null)}
        {seesEnergy && link(href({ page: "gateways", period }), t("gateways"), page === "gateways")}
        {modules.map((module) => link(addressOf({ kind: module.key }), named(module), here === module.key))}
        {modules.length > 0 && link(addressOf({ kind: "indicators" }), t("indicators"), here === "indicators")}
      </nav>
      {session.demo && <span className="demo-banner">{t("demo_banner")}</span>}
      <span className="spring" />
      {modules.length > 0 && (
        <a className="inbox-link" href={addressOf({ kind: "inbox" })} aria-current={here === "inbox" ? "page" : undefined}>
          {inbox.data ? t("inbox_count", { n: inbox.data.total + inbox.data.owed_total }) : t("inbox")}
        </a>
      )}
      {modules.length > 0 && (
        <a className="inbox-link" href={addressOf({ kind: "notices" })} aria-current={here === "notices" ? "page" : undefined}>
          {inbox.data?.unread ? t("notices_count", { n: inbox.data.unread }) : t("notices")}
        </a>
      )}
      <Switches />
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            ...session.roles.map((role) => ({ key: role.key, label: role[language], disabled: true })),
            { key: "account", label: <a href={addressOf({ kind: "account" })}>{t("my_account")}</a> },
            { key: "out", label: t("sign_out"), onClick: onSignOut },
          ],
        }}
      >
        <Button type="text">{session.display_name || session.username} ▾</Button>
      </Dropdown>
    </header>
  );
}
