import { Skeleton } from "antd";
import type { Grant, Session } from "../api";
import { useResource } from "../client";
import { todayInChina } from "../parts/PeriodPicker";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { Delegations } from "./Delegations";
import { ADMINISTRATORS, isDated, isOver } from "./grants";
import { Password } from "./Password";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

interface Props {
  session: Session;
  onSignOut: () => void;
  /** what the session says of its account is no longer so */
  onChanged: () => void;
}

/** What everybody does with their own account. */
export function AccountPage({ session, onSignOut, onChanged }: Props) {
  const { language, t } = usePreferences();
  const isBusiness = session.roles.some((role) => !(ADMINISTRATORS as string[]).includes(role.key));
  const grants = useResource<Grant[]>(isBusiness ? "grants/mine" : null);
  const today = todayInChina();
  const nodes = () => {
    if (!isBusiness) return session.roles.length ? session.roles.map((role) => <li key={role.key}>{role[language]}</li>) : <li>{t("no_roles")}</li>;
    if (grants.data === null) return grants.problem ? <ProblemPanel problem={grants.problem} onRetry={grants.retry} /> : <Skeleton active title={false} />;
    const held = grants.data.filter((one) => !isOver(one, today));
    if (held.length === 0) return <li>{t("no_roles")}</li>;
    const places = new Map<string, Grant[]>();
    for (const one of held) {
      const place = [one.node, isDated(one) ? one.valid_from : "", one.valid_to ?? ""].join("|");
      places.set(place, [...(places.get(place) ?? []), one]);
    }
    return [...places.values()].map((some) => {
      const first = some[0]!;
      return (
        <li key={first.id}>
          <strong>{first.node}</strong>
          <span>{some.map((one) => t(`role_${one.role}`)).join(t("list_comma"))}</span>
          <span className="caption">
            {isDated(first) && t("since_day", { day: first.valid_from })} {first.valid_to && t("until_day", { day: first.valid_to })}
          </span>
        </li>
      );
    });
  };
  return (
    <div className="account-page">
      <section className="card">
        <h1>{session.display_name || session.username}</h1>
        <p className="secondary">
          {t("username")} {session.username}
        </p>
        <h2>{t("held_roles")}</h2>
        <ul className="plain-rows roles">{nodes()}</ul>
      </section>
      <section className="card">
        <h2>{t("second_factor")}</h2>
        <SecondFactor isSet={session.has_second_factor} onSet={onChanged} />
      </section>
      <section className="card">
        <h2>{t("change_password")}</h2>
        <Password onChanged={onSignOut} />
      </section>
      <section className="card">
        <h2>{t("sessions")}</h2>
        <Sessions />
      </section>
      {isBusiness && (
        <section className="card">
          <h2>{t("delegations")}</h2>
          <Delegations grants={grants.data ?? []} />
        </section>
      )}
    </div>
  );
}
