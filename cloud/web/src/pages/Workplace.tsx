import { Skeleton } from "antd";
import { lazy, Suspense } from "react";
import type { ModuleMeta, Session } from "../api";
import { useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { parseAddress, useHash } from "../records/address";
import { KindsProvider } from "../records/kinds";
import { type Route, useRoute } from "../route";
import { AccountPage } from "../account/AccountPage";
import { Gateways } from "./Gateways";
import { Header } from "./Header";
import { Home } from "./Home";
import { InstitutionPage } from "./InstitutionPage";
import { NewPassword } from "./NewPassword";

const PASSWORD_DUE = "CW-K1309";
const ModulePages = lazy(() => import("../records/ModulePages"));

function EnergyPage({ route }: { route: Route }) {
  if (route.page === "gateways") return <Gateways />;
  return route.institution === null ? <Home route={route} /> : <InstitutionPage key={route.institution} id={route.institution} route={route} />;
}

/** The pages of the business: energy for whom it concerns, and the modules that the account may see. */
export function Workplace({ session, onSignOut, onChanged }: { session: Session; onSignOut: () => void; onChanged: () => void }) {
  const t = useTexts();
  const route = useRoute();
  const place = parseAddress(useHash());
  const { data, problem, retry } = useResource<ModuleMeta[]>("meta");
  if (problem?.code === PASSWORD_DUE) return <NewPassword due={problem} onChanged={onSignOut} />;
  const seesEnergy = session.roles.some((role) => role.key === "energy_manager");
  const page = () => {
    if (seesEnergy && route.page !== "records") return <EnergyPage route={route} />;
    if (place.kind === "account") return <AccountPage session={session} onSignOut={onSignOut} onChanged={onChanged} />;
    if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active />;
    return (
      <Suspense fallback={<Skeleton active />}>
        <ModulePages />
      </Suspense>
    );
  };
  return (
    <KindsProvider modules={data ?? []} username={session.username} person={session.display_name || session.username}>
      <Header session={session} modules={data ?? []} seesEnergy={seesEnergy} onSignOut={onSignOut} />
      <main className="page" tabIndex={-1} aria-label={t("app")}>
        {page()}
      </main>
    </KindsProvider>
  );
}
