import { Button } from "antd";
import type { FieldMeta } from "../api";
import { UNKNOWN } from "../format";
import { useTexts } from "../preferences";
import type { Typed } from "./drafts";
import { useNamed } from "./kinds";
import type { Row } from "./record";
import { useShown } from "./Shown";

interface Props {
  fields: FieldMeta[];
  /** as this form saw it, and as somebody else left it */
  before: Row;
  now: Row;
  typed: Typed;
  /** gives up what was typed in a field */
  onTheirs: (key: string) => void;
}

/** Field by field: what the other changed; where both wrote, this person chooses. */
export function ConflictPanel({ fields, before, now, typed, onTheirs }: Props) {
  const t = useTexts();
  const named = useNamed();
  const shown = useShown();
  const changed = fields.filter((field) => String(before[field.key] ?? "") !== String(now[field.key] ?? ""));
  return (
    <section className="conflict" role="alert">
      <h3>
        <span aria-hidden="true">▲</span> {t("conflict_title", { rev: now.rev })}
      </h3>
      <p>{t(changed.length ? "conflict_hint" : "conflict_elsewhere")}</p>
      <ul>
        {changed.map((field) => {
          const mine = typed[field.key];
          const both = field.key in typed && String(mine ?? "") !== String(now[field.key] ?? "");
          return (
            <li key={field.key}>
              <strong>{named(field)}</strong>
              <span>
                {t("conflict_theirs", { before: shown(field, before[field.key]) ?? UNKNOWN, now: shown(field, now[field.key]) ?? UNKNOWN })}
              </span>
              {both ? (
                <span className="both">
                  {t("conflict_mine", { mine: shown(field, mine) ?? UNKNOWN })}
                  <Button size="small" onClick={() => onTheirs(field.key)}>
                    {t("conflict_take_theirs")}
                  </Button>
                </span>
              ) : (
                <span className="secondary">{t("conflict_taken")}</span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
