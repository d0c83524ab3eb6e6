import { Button } from "antd";
import type { Session } from "../api";
import { Switches } from "../parts/Switches";
import { usePreferences, useTexts } from "../preferences";
import { isTextKey } from "../texts";

/** What an administrator sees: who is signed in, that energy data are not among the duties, and the way out. */
export function Administrator({ session, onSignOut }: { session: Session; onSignOut: () => void }) {
  const t = useTexts();
  const { language } = usePreferences();
  const duty = `role_${session.roles[0]?.key}_does`;
  return (
    <main className="gate">
      <section className="card administrator">
        <h1>{session.display_name || session.username}</h1>
        <dl className="facts">
          <dt>{t("username")}</dt>
          <dd>{session.username}</dd>
          <dt>{t("role")}</dt>
          <dd>{session.roles.map((role) => role[language]).join(" · ")}</dd>
          <dt>{t("duty")}</dt>
          <dd>{isTextKey(duty) && t(duty)}</dd>
        </dl>
        <p>{t("no_energy_data")}</p>
        <Button type="primary" size="large" block onClick={onSignOut}>
          {t("sign_out")}
        </Button>
      </section>
      <Switches />
    </main>
  );
}
