import { Button, Input, Skeleton } from "antd";
import { type FormEvent, useState } from "react";
import type { Account, Token, TokenIssued } from "../api";
import { request, useResource } from "../client";
import { clockOf, dateOf } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { Once } from "./Once";

const DAYS = "365";

/** What other systems show instead of a session, within what the account may do. */
export function Tokens({ account }: { account: Account }) {
  const t = useTexts();
  const path = `accounts/${account.id}/tokens`;
  const { data, problem, retry } = useResource<Token[]>(path);
  const { busy, problem: refusal, act } = useDeed();
  const [name, setName] = useState("");
  const [days, setDays] = useState(DAYS);
  const [made, setMade] = useState<TokenIssued | null>(null);
  const issue = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      setMade(await request<TokenIssued>("POST", path, { name: name.trim(), days: Number(days) }));
      setName("");
      retry();
    });
  };
  const end = (id: number) =>
    void act(async () => {
      await request("DELETE", `tokens/${id}`);
      retry();
    });
  return (
    <section>
      <h3>{t("tokens")}</h3>
      <p className="caption">{t("tokens_hint")}</p>
      {data === null && (problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 1 }} />)}
      {data?.length === 0 && <p className="secondary">{t("empty_tokens")}</p>}
      <ul className="plain-rows">
        {data?.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{one.name}</strong>
              <span className="caption">
                {t("token_expires", { day: dateOf(one.expires) })} · {one.last_used ? t("token_used", { at: `${dateOf(one.last_used)} ${clockOf(one.last_used)}` }) : t("token_unused")}
              </span>
            </span>
            <Button size="small" disabled={busy} aria-label={`${t("end_token")} ${one.name}`} onClick={() => end(one.id)}>
              {t("end_token")}
            </Button>
          </li>
        ))}
      </ul>
      {made && <Once title={t("token_made", { name: made.name })} hint={t("token_once")} secret={made.token} copy={t("copy_token")} onClose={() => setMade(null)} />}
      <form className="stacked pairs" onSubmit={issue}>
        <label>
          {t("token_name")}
          <Input autoComplete="off" maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        <label>
          {t("token_days")}
          <Input inputMode="numeric" maxLength={4} value={days} onChange={(event) => setDays(event.target.value.replace(/\D/g, ""))} />
        </label>
        {refusal && <ProblemPanel problem={refusal} />}
        <div>
          <Button htmlType="submit" loading={busy} disabled={!name.trim() || !Number(days)}>
            {t("issue_token")}
          </Button>
        </div>
      </form>
    </section>
  );
}
