import type { Deed } from "../api";
import { clockOf, dateOf, UNKNOWN } from "../format";
import { Panel } from "../parts/Panel";
import { useTexts } from "../preferences";
import { useNamed } from "../records/kinds";
import { doerOf } from "./doer";

type Facts = Record<string, unknown>;

/** One deed with all that it changed, and the digest that the next row rests on. */
export function DeedSheet({ deed, onClose }: { deed: Deed; onClose: () => void }) {
  const t = useTexts();
  const named = useNamed();
  const before: Facts = deed.before ?? {};
  const after: Facts = deed.after ?? {};
  const fields = Object.keys({ ...before, ...after }).filter((name) => textOf(before[name]) !== textOf(after[name]));
  const said = [
    [t("audit_row"), String(deed.id)],
    [t("audit_at"), `${dateOf(deed.at)} ${clockOf(deed.at)}`],
    [t("audit_who"), doerOf(deed.who, t)],
    [t("audit_subject"), deed.subject],
    [t("audit_key"), deed.what],
    [t("audit_hash"), deed.hash],
  ];
  return (
    <Panel title={named(deed)} onClose={onClose}>
      <dl className="facts">
        {said.map(([title, text]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      {fields.length === 0 ? (
        <p className="empty">{t("audit_no_fields")}</p>
      ) : (
        <table className="data-table deed">
          <thead>
            <tr>
              <th scope="col">{t("audit_field")}</th>
              <th scope="col">{t("audit_before")}</th>
              <th scope="col">{t("audit_after")}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((name) => (
              <tr key={name}>
                <th scope="row">{deed.fields[name] ? named(deed.fields[name]) : name}</th>
                <td>{textOf(before[name])}</td>
                <td>{textOf(after[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return UNKNOWN;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
