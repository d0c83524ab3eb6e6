import { Button, Skeleton } from "antd";
import type { OwnSession } from "../api";
import { request, useResource } from "../client";
import { clockOf, dateOf } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";

const when = (iso: string) => `${dateOf(iso)} ${clockOf(iso)}`;

/** One's open sessions, each of which can be ended from here. */
export function Sessions() {
  const t = useTexts();
  const { data, problem, retry } = useResource<OwnSession[]>("sessions");
  const { busy, problem: refusal, act } = useDeed();
  const end = (sessions: OwnSession[]) =>
    void act(async () => {
      for (const one of sessions) await request("DELETE", `sessions/${one.id}`);
      retry();
    });
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} />;
  const others = data.filter((one) => !one.is_this);
  const columns: Column<OwnSession>[] = [
    { key: "from", title: t("session_from"), onCard: true, cell: (one) => one.address },
    { key: "method", title: t("method"), onCard: true, cell: (one) => t(`method_${one.method}`) },
    { key: "opened", title: t("session_opened"), cell: (one) => when(one.opened) },
    { key: "used", title: t("session_used"), onCard: true, cell: (one) => (one.is_this ? <strong>{t("this_session")}</strong> : when(one.last_used)) },
    {
      key: "end",
      title: "",
      onCard: true,
      cell: (one) =>
        !one.is_this && (
          <Button size="small" disabled={busy} aria-label={`${t("end_session")} ${one.address} ${when(one.opened)}`} onClick={() => end([one])}>
            {t("end_session")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <p className="caption">{t("sessions_hint")}</p>
      <DataTable label={t("sessions")} columns={columns} rows={data} rowKey={(one) => one.id} />
      {refusal && <ProblemPanel problem={refusal} />}
      {others.length > 1 && (
        <div>
          <Button disabled={busy} onClick={() => end(others)}>
            {t("end_other_sessions")}
          </Button>
        </div>
      )}
    </>
  );
}
