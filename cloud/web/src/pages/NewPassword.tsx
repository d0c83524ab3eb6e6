import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { type Problem, request, RequestError } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";

interface Props {
  /** why a new one is due; null where the session says so */
  due: Problem | null;
  /** the sessions of the old password end */
  onChanged: () => void;
}

/** Where a password has grown too old: nothing else opens until there is a new one. */
export function NewPassword({ due, onChanged }: Props) {
  const t = useTexts();
  const [current, setCurrent] = useState("");
  const [chosen, setChosen] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await request("POST", "password", { current, new: chosen });
      onChanged();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
      setBusy(false);
    }
  };
  return (
    <main className="gate">
      <form className="card" onSubmit={(event) => void submit(event)}>
        <h1>{t("new_password_title")}</h1>
        {due && <ProblemPanel problem={due} />}
        <label>
          {t("current_password")}
          <Input.Password autoFocus size="large" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} />
        </label>
        <label>
          {t("new_password")}
          <Input.Password size="large" autoComplete="new-password" value={chosen} onChange={(event) => setChosen(event.target.value)} />
        </label>
        {problem && <ProblemPanel problem={problem} />}
        <Button type="primary" size="large" htmlType="submit" block loading={busy} disabled={!current || !chosen}>
          {t("change_password")}
        </Button>
      </form>
    </main>
  );
}
