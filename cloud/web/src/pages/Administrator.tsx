import { Button } from "antd";
import type { Session } from "../api";
import { AccountPage } from "../account/AccountPage";
import { ACCOUNTS, AccountsPage } from "../account/AccountsPage";
import { SecondFactor } from "../account/SecondFactor";
import { AUDIT, AuditPage } from "../audit/AuditPage";
import { Switches } from "../parts/Switches";
import { usePreferences } from "../preferences";
import { addressOf, parseAddress, useHash } from "../records/address";
import { isTextKey } from "../texts";
import { NewPassword } from "./NewPassword";

interface Props {
  session: Session;
  onSignOut: () => void;
  onChanged: () => void;
}

const KEEPERS = ["system_admin", "security_admin"];

/** An administrator's pages: the accounts for those two who keep them, the audit for who reads it, and the own account. */
export function Administrator({ session, onSignOut, onChanged }: Props) {
  const { language, t } = usePreferences();
  const place = parseAddress(useHash());
  const held = session.roles.map((role) => role.key);
  const duties = [
    ...(held.some((key) => KEEPERS.includes(key)) ? [{ kind: ACCOUNTS, title: t("accounts") }] : []),
    ...(held.includes("audit_admin") ? [{ kind: AUDIT, title: t("audit") }] : []),
  ];
  if (session.duty === "change_password") return <NewPassword due={null} onChanged={onSignOut} />;
  if (session.duty === "set_second_factor")
    return (
      <main className="gate">
        <section className="card administrator">
          <h1>{t("second_factor")}</h1>
          <p>{t("second_factor_due")}</p>
          <SecondFactor isSet={false} onSet={onChanged} />
          <Button type="text" onClick={onSignOut}>
            {t("sign_out")}
          </Button>
        </section>
        <Switches />
      </main>
    );
  const links = [...duties, { kind: "account", title: t("my_account") }];
  const here = (links.find((link) => link.kind === place.kind) ?? links[0])?.kind;
  const duty = `role_${session.roles[0]?.key}_does`;
  return (
    <>
      <header className="top">
        <span className="region">
          <img src="./favicon.svg" alt="" width="20" height="20" />
          {t("app")}
        </span>
        <nav className="modules" aria-label={t("modules")}>
          {links.map((link) => (
            <a key={link.kind} href={addressOf({ kind: link.kind })} aria-current={link.kind === here ? "page" : undefined}>
              {link.title}
            </a>
          ))}
        </nav>
        <span className="spring" />
        <Switches />
        <span className="secondary">
          {[session.display_name || session.username, ...session.roles.map((role) => role[language])].join(" · ")}
        </span>
        <Button type="text" onClick={onSignOut}>
          {t("sign_out")}
        </Button>
      </header>
      <main className="page" tabIndex={-1} aria-label={t("app")}>
        {here === ACCOUNTS && <AccountsPage session={session} address={place} />}
        {here === AUDIT && <AuditPage address={place} />}
        {here === "account" && (
          <>
            {isTextKey(duty) && (
              <p className="caption note">
                {t("own_duty", { duty: t(duty) })} {t("no_energy_data")}
              </p>
            )}
            <AccountPage session={session} onSignOut={onSignOut} onChanged={onChanged} />
          </>
        )}
      </main>
    </>
  );
}
