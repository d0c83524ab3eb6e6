import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { request } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";

/** A new password; all sessions of the old one end with it. */
export function Password({ onChanged }: { onChanged: () => void }) {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [current, setCurrent] = useState("");
  const [chosen, setChosen] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== chosen;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      await request("POST", "password", { current, new: chosen });
      onChanged();
    });
  };
  return (
    <form className="stacked" onSubmit={submit}>
      <label>
        {t("current_password")}
        <Input.Password autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} />
      </label>
      <label>
        {t("new_password")}
        <Input.Password autoComplete="new-password" aria-describedby="password-rules" value={chosen} onChange={(event) => setChosen(event.target.value)} />
      </label>
      <label>
        {t("repeat_password")}
        <Input.Password autoComplete="new-password" status={differs ? "error" : undefined} value={again} onChange={(event) => setAgain(event.target.value)} />
      </label>
      {differs && (
        <p className="complaint" role="alert">
          <span aria-hidden="true">■</span> {t("passwords_differ")}
        </p>
      )}
      <p className="caption" id="password-rules">
        {t("password_rules")}
      </p>
      {problem && <ProblemPanel problem={problem} />}
      <Button htmlType="submit" loading={busy} disabled={!current || !chosen || again !== chosen}>
        {t("change_password")}
      </Button>
    </form>
  );
}
