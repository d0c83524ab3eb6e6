import { Button, Skeleton } from "antd";
import { useState } from "react";
import type { FieldMeta } from "../api";
import { request, useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";
import { isTextKey } from "../texts";
import { type Kind, useKinds } from "./kinds";
import { RecordForm } from "./RecordForm";
import type { Listed, Row } from "./record";
import { useShown } from "./Shown";

const EVENTS = "org/person-events";
const POSTS = "org/posts";
const ASKED = ["kind", "on_day", "document"];

/** 任免调退兼: what happened to a person, and what is noted now with all that follows from it. */
export function PersonEvents({ kind, row, onNoted }: { kind: Kind; row: Row; onNoted: () => void }) {
  const { t } = usePreferences();
  const shown = useShown();
  const { kinds, username } = useKinds();
  const events = kinds.get(EVENTS);
  const { data, problem, retry } = useResource<Listed>(`${EVENTS}?person_id=${row.id}&order=-on_day&limit=200`);
  const [noting, setNoting] = useState(false);
  if (!events) return null;
  const fields = events.fields.filter((field) => ASKED.includes(field.key));
  const post: FieldMeta = { ...fields[0]!, key: "post_id", zh: t("event_post"), en: t("event_post"), kind: "reference", target: POSTS, choices: [], required: false };
  const note = async (said: Record<string, unknown>) => {
    await request("POST", `${kind.address}/${row.id}/events`, said);
    setNoting(false);
    retry();
    onNoted();
  };
  return (
    <div className="person-events">
      {data === null && (problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} />)}
      {data?.rows.length === 0 && !noting && <p className="empty">{t("empty_events")}</p>}
      <ol className="steps">
        {data?.rows.map((event) => (
          <li key={event.id}>
            <p>
              <strong>{shown(fields.find((field) => field.key === "kind")!, event.kind!)}</strong>
              <span className="secondary">{event.on_day}</span>
            </p>
            {event.document && <p className="secondary">{event.document}</p>}
          </li>
        ))}
      </ol>
      {kind.can_write && !noting && row.state === "active" && (
        <div>
          <Button onClick={() => setNoting(true)}>{t("event_begin")}</Button>
        </div>
      )}
      {noting && (
        <section>
          <h3>{t("note_event")}</h3>
          <RecordForm
            fields={[...fields, post].map((field) => ({ ...field, computed: false }))}
            base={null}
            draft={`${username}.${kind.address}.${row.id}.event`}
            submit={t("event_begin")}
            onSubmit={note}
            onCancel={() => setNoting(false)}
            beside={(valueOf) => {
              const effect = `event_${valueOf("kind")}`;
              return (
                <p className="caption" role="status">
                  {isTextKey(effect) && t(effect)} {t("events_fixed")}
                </p>
              );
            }}
          />
        </section>
      )}
    </div>
  );
}
