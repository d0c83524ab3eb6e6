import { Skeleton } from "antd";
import { useEffect, useState } from "react";
import type { Session } from "./api";
import { type Problem, request, RequestError, RETRY_MS, whenSignedOut } from "./client";
import { useTexts } from "./preferences";
import { Administrator } from "./pages/Administrator";
import { Gateways } from "./pages/Gateways";
import { Header } from "./pages/Header";
import { Home } from "./pages/Home";
import { InstitutionPage } from "./pages/InstitutionPage";
import { SetUp } from "./pages/SetUp";
import { SignIn } from "./pages/SignIn";
import { ProblemPanel } from "./parts/ProblemPanel";
import { useRoute } from "./route";

// Set while somebody is signed in here, so that a first visit asks nothing it would only be refused.
const SIGNED_IN = "civicwatt.signed-in";

type Known = { kind: "asking" } | { kind: "nobody" } | { kind: "failed"; problem: Problem } | { kind: "somebody"; session: Session };

/** Decides what is on screen: sign-in, set-up of a new system, an administrator's page, or the energy manager's pages. */
export function CivicWatt() {
  const t = useTexts();
  const route = useRoute();
  const [known, setKnown] = useState<Known>({ kind: window.localStorage.getItem(SIGNED_IN) ? "asking" : "nobody" });
  const enter = (session: Session) => {
    window.localStorage.setItem(SIGNED_IN, "1");
    setKnown({ kind: "somebody", session });
  };
  const leave = () => {
    window.localStorage.removeItem(SIGNED_IN);
    setKnown({ kind: "nobody" });
  };

  const signOut = async () => {
    try {
      await request("DELETE", "session");
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
    }
    leave();
  };

  const ask = async () => {
    try {
      enter(await request<Session>("GET", "session"));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { problem } = error;
      if (problem.status === 401) leave();
      else setKnown({ kind: "failed", problem });
    }
  };
  useEffect(() => {
    if (known.kind !== "failed") return;
    const timer = window.setTimeout(() => void ask(), RETRY_MS);
    return () => window.clearTimeout(timer);
  }, [known]);
  useEffect(() => {
    whenSignedOut(leave);
    if (known.kind === "asking") void ask();
  }, []);

  if (known.kind === "asking") return <Skeleton className="page" active />;
  if (known.kind === "failed")
    return (
      <main className="gate">
        <ProblemPanel problem={known.problem} onRetry={() => void ask()} />
      </main>
    );
  if (known.kind === "nobody") return <SignIn onSignedIn={enter} />;
  const { session } = known;
  if (session.setup) return <SetUp onDone={leave} />;
  if (!session.roles.some((role) => role.key === "energy_manager")) return <Administrator session={session} onSignOut={() => void signOut()} />;
  return (
    <>
      <Header session={session} onSignOut={() => void signOut()} />
      <main className="page" tabIndex={-1} aria-label={t("app")}>
        {route.page === "gateways" ? <Gateways /> : route.institution === null ? <Home route={route} /> : <InstitutionPage key={route.institution} id={route.institution} route={route} />}
      </main>
    </>
  );
}
