import { Button, Skeleton } from "antd";
import { useState } from "react";
import type { Notice, Notices } from "../api";
import { useResource } from "../client";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { NoticeList } from "./NoticeList";
import { NoticePreferences } from "./NoticePreferences";
import { read, readUpTo } from "./reading";

/** What somebody was told, and how they want to be told. */
export function NoticesPage() {
  const t = useTexts();
  const [isUnread, setUnread] = useState(false);
  const [before, setBefore] = useState<number | null>(null);
  const [earlier, setEarlier] = useState<Notice[]>([]);
  const query = new URLSearchParams({ ...(isUnread && { only_unread: "true" }), ...(before && { before: String(before) }) });
  const { data, problem, retry } = useResource<Notices>(`notices${query.size ? `?${query}` : ""}`, before ? 0 : 60_000);
  const deed = useDeed();
  const begin = (unread: boolean) => {
    setUnread(unread);
    setBefore(null);
    setEarlier([]);
  };
  const rows = [...earlier, ...(data?.rows ?? [])];
  const newest = rows[0];
  const after = async (work: Promise<void>) => {
    await work;
    begin(isUnread);
    retry();
  };
  const body = () => {
    if (data === null && !earlier.length) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 6, width: "100%" }} />;
    if (!rows.length) return <p className="empty">{t(isUnread ? "empty_unread" : "empty_notices")}</p>;
    return <NoticeList rows={rows} onRead={(one) => void deed.act(() => after(read(one)))} />;
  };
  const last = rows.at(-1);
  return (
    <div className="notices-page">
      <section className="card">
        <header>
          <h1>{t("notices")}</h1>
          {data && <span className="caption">{t("notices_unread", { n: data.unread })}</span>}
          <span className="spring" />
          <label className="caption">
            <input type="checkbox" checked={isUnread} onChange={(event) => begin(event.target.checked)} /> {t("notices_only_unread")}
          </label>
          {newest && (
            <Button disabled={!data?.unread} loading={deed.busy} onClick={() => void deed.act(() => after(readUpTo(newest)))}>
              {t("notices_read_all")}
            </Button>
          )}
        </header>
        {data && problem && <StaleNote problem={problem} onRetry={retry} />}
        {deed.problem && <ProblemPanel problem={deed.problem} />}
        {body()}
        {data?.has_more && last && (
          <Button
            className="more"
            onClick={() => {
              setEarlier(rows);
              setBefore(last.id);
            }}
          >
            {t("notices_more")}
          </Button>
        )}
      </section>
      <section className="card">
        <h2>{t("notice_preferences")}</h2>
        <NoticePreferences />
      </section>
    </div>
  );
}
