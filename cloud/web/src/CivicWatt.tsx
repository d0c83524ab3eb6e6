import { Skeleton } from "antd";
import { useEffect, useState } from "react";
import type { Session } from "./api";
import { type Problem, request, RequestError, RETRY_MS, whenSignedOut } from "./client";
import { Administrator } from "./pages/Administrator";
import { SetUp } from "./pages/SetUp";
import { SignIn } from "./pages/SignIn";
import { Workplace } from "./pages/Workplace";
import { ProblemPanel } from "./parts/ProblemPanel";

// Set while somebody is signed in here, so that a first visit asks nothing it would only be refused.
const SIGNED_IN = "civicwatt.signed-in";

type Known = { kind: "asking" } | { kind: "nobody" } | { kind: "failed"; problem: Problem } | { kind: "somebody"; session: Session };

const ADMINISTRATORS: string[] = ["system_admin", "security_admin", "audit_admin"];

/** Decides what is on screen: sign-in, set-up of a new system, an administrator's page, or the pages of the business. */
export function CivicWatt() {
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
  const out = () => void signOut();
  if (session.setup) return <SetUp onDone={leave} />;
  if (session.roles.every((role) => ADMINISTRATORS.includes(role.key))) return <Administrator session={session} onSignOut={out} onChanged={() => void ask()} />;
  return <Workplace session={session} onSignOut={out} onChanged={() => void ask()} />;
}
