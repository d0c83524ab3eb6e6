import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import type { Session } from "../api";
import { type Problem, request, RequestError } from "../client";
import { Switches } from "../parts/Switches";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";

const INVITED = /^#\/invitation\/([\w-]+)/;
const DIGITS = ["CW-K1311", "CW-K1312"]; // the second factor is asked for, or was wrong

type Way = "code" | "password" | "invitation";
const OTHERS: Record<Way, Way[]> = { code: ["password", "invitation"], password: ["code", "invitation"], invitation: ["password"] };

/** The first thing anybody sees: the one-time code, or name and password with the second factor's digits, or an invitation. */
export function SignIn({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const t = useTexts();
  const invited = INVITED.exec(window.location.hash)?.[1];
  const [way, setWay] = useState<Way>(invited ? "invitation" : "code");
  const [code, setCode] = useState(invited ?? "");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [digits, setDigits] = useState("");
  const [asksDigits, setAsksDigits] = useState(false);
  const [isSet, setIsSet] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const turn = (next: Way) => {
    setWay(next);
    setProblem(null);
    setAsksDigits(false);
    setPassword("");
  };

  const send = async () => {
    if (way !== "invitation") {
      const second = asksDigits ? { second_factor: digits } : {};
      return onSignedIn(await request<Session>("POST", "session", way === "code" ? { code: code.trim() } : { username, password, ...second }));
    }
    await request("POST", "invitation", { code: code.trim(), password });
    window.location.hash = "#/";
    turn("password");
    setCode("");
    setIsSet(true);
    setBusy(false);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await send();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const isAsked = DIGITS.includes(error.problem.code);
      if (isAsked) setAsksDigits(true);
      if (!isAsked || asksDigits) setProblem(error.problem);
      setDigits("");
      setBusy(false);
    }
  };
  const ready = (way === "password" ? username !== "" : code.trim() !== "") && (way === "code" || password !== "") && (!asksDigits || digits.length === 6);
  const hint = { code: "sign_in_code_hint", password: asksDigits ? "sign_in_digits" : "sign_in_password_hint", invitation: "invitation_hint" } as const;
  const offers = { code: "use_code", password: "use_password", invitation: "use_invitation" } as const;

  return (
    <main className="gate">
      <form className="card" onSubmit={(event) => void submit(event)}>
        <h1>{t("app")}</h1>
        {isSet && way === "password" && <p role="status">{t("password_is_set")}</p>}
        <p className="secondary">{t(hint[way])}</p>
        {way !== "password" && (
          <label>
            {t(way === "code" ? "one_time_code" : "invitation")}
            <Input key={way} autoFocus size="large" name="code" autoComplete="one-time-code" spellCheck={false} value={code} onChange={(e) => setCode(e.target.value)} />
          </label>
        )}
        {way === "password" && (
          <label>
            {t("username")}
            <Input autoFocus size="large" name="username" autoComplete="username" value={username} onChange={(e) => setUsername(e.target.value)} />
          </label>
        )}
        {way !== "code" && (
          <label>
            {t(way === "invitation" ? "new_password" : "password")}
            <Input.Password size="large" name="password" autoComplete={way === "invitation" ? "new-password" : "current-password"} value={password} onChange={(e) => setPassword(e.target.value)} />
          </label>
        )}
        {way === "invitation" && <p className="caption">{t("password_rules")}</p>}
        {asksDigits && (
          <label>
            {t("six_digits")}
            <Input autoFocus size="large" name="digits" inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={digits} onChange={(e) => setDigits(e.target.value.replace(/\D/g, ""))} />
          </label>
        )}
        {problem && <ProblemPanel problem={problem} />}
        <Button type="primary" size="large" htmlType="submit" block loading={busy} disabled={!ready}>
          {t(way === "invitation" ? "set_password" : "sign_in")}
        </Button>
        {OTHERS[way].map((other) => (
          <Button key={other} type="link" size="small" onClick={() => turn(other)}>
            {t(offers[other])}
          </Button>
        ))}
      </form>
      <Switches />
    </main>
  );
}
