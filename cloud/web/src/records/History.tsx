import { Skeleton } from "antd";
import type { HistoryEntry } from "../api";
import { useResource } from "../client";
import { clockOf, dateOf, UNKNOWN } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { isTextKey } from "../texts";
import { type Kind, useNamed } from "./kinds";
import { fieldOf, type Row, type Value } from "./record";
import { useShown } from "./Shown";

/** What was done to a record, field by field, the newest deed first. */
export function History({ kind, row }: { kind: Kind; row: Row }) {
  const t = useTexts();
  const named = useNamed();
  const shown = useShown();
  const { data, problem, retry } = useResource<HistoryEntry[]>(`${kind.address}/${row.id}/history?rev=${row.rev}`);
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} />;
  if (data.length === 0) return <p className="empty">{t("empty_history")}</p>;
  const deedOf = (deed: string) => {
    const step = kind.transitions.find((one) => one.key === deed);
    const key = `deed_${deed}`;
    return step ? named(step) : isTextKey(key) ? t(key) : t("deed_other");
  };
  const said = (name: string, value: unknown) => {
    const field = fieldOf(kind, name);
    return (field ? shown(field, value as Value) : value === null ? null : String(value)) ?? UNKNOWN;
  };
  return (
    <ol className="steps">
      {data.map((entry, index) => (
        <li key={index}>
          <p>
            <strong>{deedOf(entry.deed)}</strong>
            <span className="secondary">
              {entry.by} · {dateOf(entry.at)} {clockOf(entry.at)}
            </span>
          </p>
          <dl className="facts">
            {entry.differences.map((one) => {
              const field = fieldOf(kind, one.field);
              return (
                <div key={one.field}>
                  <dt>{field ? named(field) : one.field}</dt>
                  <dd>{entry.deed === "created" ? said(one.field, one.after) : `${said(one.field, one.before)} → ${said(one.field, one.after)}`}</dd>
                </div>
              );
            })}
          </dl>
        </li>
      ))}
    </ol>
  );
}
