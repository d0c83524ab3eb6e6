import type { FieldMeta } from "../api";
import type { Problem } from "../client";
import type { Translate } from "../texts";
import type { Value } from "./record";

const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\d \d\d:\d\d$/;

function isDay(said: string): boolean {
  return DAY.test(said) && new Date(`${said}T00:00:00Z`).toISOString().startsWith(said);
}

function isReal(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false; // a day such as 2026-02-31 has no ISO form
  }
}

/** What is wrong with a value before anybody is asked; null when nothing is. The server judges again. */
export function complaintOf(field: FieldMeta, value: Value, t: Translate): string | null {
  if (value === null || value === "") return field.required ? t("field_required") : null;
  const said = String(value).trim();
  if (field.kind === "number") {
    const form = field.digits ? new RegExp(`^-?[\\d,]+(\\.\\d{1,${field.digits}})?$`) : /^-?[\d,]+$/;
    return form.test(said) ? null : field.digits ? t("field_decimal", { n: field.digits }) : t("field_whole");
  }
  if (field.kind === "date") return isReal(() => isDay(said)) ? null : t("field_day");
  if (field.kind === "moment") {
    const typed = said.slice(0, 16).replace("T", " ");
    return MOMENT.test(typed) && isReal(() => isDay(typed.slice(0, 10))) ? null : t("field_moment");
  }
  return null;
}

/** The fields that a refusal speaks of. */
export function fieldsRefused(problem: Problem & { where?: string }, fields: FieldMeta[]): string[] {
  const named = (problem.where ?? "").replace(/^body\./, "").split(",");
  return fields.map((field) => field.key).filter((key) => named.includes(key));
}
