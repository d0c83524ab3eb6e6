import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { type Problem, request, RequestError } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { Switches } from "../parts/Switches";
import { useTexts } from "../preferences";

const ROLES = ["system_admin", "security_admin", "audit_admin", "energy_manager"] as const;

const SUGGESTED: Record<(typeof ROLES)[number], string> = {
  system_admin: "sysadmin",
  security_admin: "secadmin",
  audit_admin: "auditor",
  energy_manager: "energy",
};

/** Names the four people a new system starts with; three administrators that watch each other, one who reads energy. */
export function SetUp({ onDone }: { onDone: () => void }) {
  const t = useTexts();
  const [accounts, setAccounts] = useState(
    ROLES.map((role) => ({ role, username: SUGGESTED[role], display_name: "", password: "" })),
  );
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const change = (index: number, field: "username" | "display_name" | "password", value: string) =>
    setAccounts(accounts.map((account, i) => (i === index ? { ...account, [field]: value } : account)));
  const ready = accounts.every((account) => account.username && account.display_name && account.password);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await request("POST", "setup", { accounts });
      onDone();
    } catch (error) {
      if (error instanceof RequestError) setProblem(error.problem);
      setBusy(false);
    }
  };

  return (
    <main className="gate wide">
      <form className="card" onSubmit={(event) => void submit(event)}>
        <h1>{t("setup_title")}</h1>
        <p className="secondary">{t("setup_hint")}</p>
        {accounts.map((account, index) => (
          <fieldset key={account.role} className="account">
            <legend>
              {t(`role_${account.role}`)}
              <span className="caption">{t(`role_${account.role}_does`)}</span>
            </legend>
            <label>
              {t("username")}
              <Input autoComplete="off" value={account.username} onChange={(e) => change(index, "username", e.target.value)} />
            </label>
            <label>
              {t("display_name")}
              <Input autoComplete="off" autoFocus={index === 0} value={account.display_name} onChange={(e) => change(index, "display_name", e.target.value)} />
            </label>
            <label>
              {t("password")}
              <Input.Password autoComplete="new-password" value={account.password} onChange={(e) => change(index, "password", e.target.value)} />
            </label>
          </fieldset>
        ))}
        {problem && <ProblemPanel problem={problem} />}
        <Button type="primary" size="large" htmlType="submit" loading={busy} disabled={!ready}>
          {t("create_accounts")}
        </Button>
      </form>
      <Switches />
    </main>
  );
}
