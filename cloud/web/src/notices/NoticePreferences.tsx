import { Button, Input, Skeleton } from "antd";
import { type FormEvent, useState } from "react";
import type { NoticePreferences as Preferences } from "../api";
import { request, useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";

const WAYS: Preferences["mail"][] = ["off", "each", "daily"];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const PATH = "notices/preferences";

/** How somebody wants to be told: the inbox always, e-mail as they say. */
export function NoticePreferences() {
  const { data, problem, retry } = useResource<Preferences>(PATH);
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} />;
  return <Form stands={data} />;
}

function Form({ stands }: { stands: Preferences }) {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [said, setSaid] = useState(stands);
  const [isSaved, setSaved] = useState(false);
  const say = (part: Partial<Preferences>) => {
    setSaved(false);
    setSaid({ ...said, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { sends_mail: _, ...wanted } = said;
    void act(async () => {
      setSaid(await request<Preferences>("PUT", PATH, { ...wanted, email: wanted.email || null }));
      setSaved(true);
    });
  };
  const hour = (label: string, key: "daily_hour" | "quiet_from" | "quiet_to") => (
    <label>
      {label}
      <select value={said[key]} onChange={(event) => say({ [key]: Number(event.target.value) })}>
        {HOURS.map((one) => (
          <option key={one} value={one}>
            {String(one).padStart(2, "0")}:00
          </option>
        ))}
      </select>
    </label>
  );
  const isOff = said.mail === "off";
  return (
    <form className="stacked notice-preferences" onSubmit={submit} noValidate>
      <p className="caption">{t("notice_preferences_hint")}</p>
      {!said.sends_mail && (
        <p className="caption">
          <span aria-hidden="true">○</span> {t("notice_no_mail_server")}
        </p>
      )}
      <label>
        {t("notice_mail")}
        <select value={said.mail} onChange={(event) => say({ mail: event.target.value as Preferences["mail"] })}>
          {WAYS.map((way) => (
            <option key={way} value={way}>
              {t(`notice_mail_${way}`)}
            </option>
          ))}
        </select>
      </label>
      {!isOff && (
        <>
          <label>
            {t("notice_email")}
            <Input type="email" autoComplete="email" maxLength={254} value={said.email ?? ""} onChange={(event) => say({ email: event.target.value })} />
          </label>
          {said.mail === "daily" && hour(t("notice_daily_hour"), "daily_hour")}
          <div className="hours">
            {hour(t("notice_quiet_from"), "quiet_from")}
            {hour(t("notice_quiet_to"), "quiet_to")}
          </div>
          <p className="caption">{t("notice_quiet_none")}</p>
          <label className="tick">
            <input type="checkbox" checked={said.rests} onChange={(event) => say({ rests: event.target.checked })} /> {t("notice_rests")}
          </label>
        </>
      )}
      {problem && <ProblemPanel problem={problem} />}
      <div>
        <Button htmlType="submit" loading={busy}>
          {t("notice_save")}
        </Button>{" "}
        <span role="status">{isSaved && t("notice_saved")}</span>
      </div>
    </form>
  );
}
