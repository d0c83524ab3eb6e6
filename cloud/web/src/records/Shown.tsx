import { useEffect } from "react";
import type { FieldMeta } from "../api";
import { clockOf, dateOf, exact, unitIn, UNKNOWN } from "../format";
import { usePreferences } from "../preferences";
import { DIRECTORY } from "./directory";
import { titleKey, useKinds, useNamed } from "./kinds";
import type { Row, Value } from "./record";

/** Asks for the titles of all that these rows refer to, one request for each kind. */
export function useTitlesOf(fields: FieldMeta[], rows: Row[]) {
  const { learn } = useKinds();
  useEffect(() => {
    const wanted = new Map<string, number[]>();
    for (const field of fields.filter((one) => one.kind === "reference"))
      wanted.set(field.target, [...(wanted.get(field.target) ?? []), ...rows.map((row) => row[field.key]).filter((id) => typeof id === "number")]);
    for (const [target, ids] of wanted) void learn(target, ids);
  }, [fields, rows, learn]);
}

/** A value as text; null where there is none. */
export function useShown(): (field: FieldMeta, value: Value | undefined) => string | null {
  const { language, t } = usePreferences();
  const { kinds, titles } = useKinds();
  const named = useNamed();
  const chosen = (field: FieldMeta | undefined, value: Value) => {
    const choice = field?.choices.find((one) => one.key === value);
    return choice ? named(choice) : String(value);
  };
  return (field, value) => {
    if (value === null || value === undefined || value === "") return null;
    if (field.kind === "check") return t(value ? "yes" : "no");
    if (field.kind === "choice") return chosen(field, value);
    if (field.kind === "moment") return `${dateOf(String(value))} ${clockOf(String(value))}`;
    if (field.kind === "number" && !field.ordinal) return `${exact(String(value))}${field.unit ? `\u00a0${unitIn(field.unit, language)}` : ""}`;
    if (field.kind === "reference") {
      const title = titles.get(titleKey(field.target, Number(value)));
      const other = kinds.get(field.target);
      if (title === undefined) return DIRECTORY[field.target] || !other ? null : `#${value}`; // of a kind that is not this account's to see: unsaid
      return chosen(other?.fields.find((one) => one.key === other.title), title);
    }
    return String(value);
  };
}

/** One value, for lists and sheets; a number's unit stands beside it in secondary colour. */
export function Shown({ field, value, bare = false }: { field: FieldMeta; value: Value | undefined; bare?: boolean }) {
  const { language } = usePreferences();
  const shown = useShown();
  const text = shown(field, value);
  if (text === null) return <span className="secondary">{UNKNOWN}</span>;
  if (field.kind === "number" && !field.ordinal)
    return (
      <span className="figure">
        {exact(String(value))}
        {field.unit && !bare && <span className="unit">{unitIn(field.unit, language)}</span>}
      </span>
    );
  return <>{text}</>;
}
