import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import type { Session } from "../api";
import { type Problem, request, RequestError } from "../client";
import { Switches } from "../parts/Switches";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";

/** The first thing anybody sees: one field for the one-time code, or name and password. */
export function SignIn({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const t = useTexts();
  const [byCode, setByCode] = useState(true);
  const [code, setCode] = useState("");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      onSignedIn(await request<Session>("POST", "session", byCode ? { code: code.trim() } : { username, password }));
    } catch (error) {
      if (error instanceof RequestError) setProblem(error.problem);
      setBusy(false);
    }
  };
  const ready = byCode ? code.trim() !== "" : username !== "" && password !== "";

  return (
    <main className="gate">
      <form className="card" onSubmit={(event) => void submit(event)}>
        <h1>{t("app")}</h1>
        <p className="secondary">{t(byCode ? "sign_in_code_hint" : "sign_in_password_hint")}</p>
        {byCode ? (
          <label>
            {t("one_time_code")}
            <Input autoFocus size="large" name="code" autoComplete="one-time-code" spellCheck={false} value={code} onChange={(e) => setCode(e.target.value)} />
          </label>
        ) : (
          <>
            <label>
              {t("username")}
              <Input autoFocus size="large" name="username" autoComplete="username" value={username} onChange={(e) => setUsername(e.target.value)} />
            </label>
            <label>
              {t("password")}
              <Input.Password size="large" name="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} />
            </label>
          </>
        )}
        {problem && <ProblemPanel problem={problem} />}
        <Button type="primary" size="large" htmlType="submit" block loading={busy} disabled={!ready}>
          {t("sign_in")}
        </Button>
        <Button
          type="link"
          onClick={() => {
            setByCode(!byCode);
            setProblem(null);
          }}
        >
          {t(byCode ? "use_password" : "use_code")}
        </Button>
      </form>
      <Switches />
    </main>
  );
}
