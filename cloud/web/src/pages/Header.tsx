import { Button, Dropdown } from "antd";
import type { Session } from "../api";
import { PeriodPicker } from "../parts/PeriodPicker";
import { Switches } from "../parts/Switches";
import { usePreferences, useTexts } from "../preferences";
import { href, useRoute } from "../route";

export function Header({ session, onSignOut }: { session: Session; onSignOut: () => void }) {
  const t = useTexts();
  const { page, period } = useRoute();
  const { language } = usePreferences();
  return (
    <header className="top">
      <a className="region" href={href({ period })}>
        <img src="./favicon.svg" alt="" width="20" height="20" />
        {session.region?.name ?? t("app")}
      </a>
      {page === null && <PeriodPicker />}
      <nav>
        <a href={href({ page: "gateways", period })} aria-current={page === "gateways" ? "page" : undefined}>
          {t("gateways")}
        </a>
      </nav>
      {session.demo && <span className="demo-banner">{t("demo_banner")}</span>}
      <span className="spring" />
      <Switches />
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            ...session.roles.map((role) => ({ key: role.key, label: role[language], disabled: true })),
            { key: "out", label: t("sign_out"), onClick: onSignOut },
          ],
        }}
      >
        <Button type="text">{session.display_name || session.username} ▾</Button>
      </Dropdown>
    </header>
  );
}
