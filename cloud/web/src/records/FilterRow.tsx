import { Button, Input, type InputRef } from "antd";
import { useEffect, useRef, useState } from "react";
import type { FieldMeta } from "../api";
import { useKey } from "../keys";
import { DateInput } from "../parts/DateInput";
import { usePreferences } from "../preferences";
import { DIRECTORY } from "./directory";
import { type Kind, useKinds, useNamed } from "./kinds";
import { ReferenceInput } from "./ReferenceInput";
import { fieldOf, OWNER } from "./record";

interface Props {
  kind: Kind;
  query: URLSearchParams;
  onFilter: (said: Record<string, string | null>) => void;
}

const NARROW_PX = 640; // as the style sheets have it
const END_OF_DAY = "T23:59:59"; // of a moment: the last day is included
const DAY = /^\d{4}-\d\d-\d\d$/;

/** The fields a list can be narrowed by. */
export function filtersOf(kind: Kind): FieldMeta[] {
  const keys = kind.filters.filter((key) => key !== OWNER.key);
  return [...keys.flatMap((key) => fieldOf(kind, key) ?? []), OWNER];
}

/** Search and one input for each filter; "/" jumps to the search. */
export function FilterRow({ kind, query, onFilter }: Props) {
  const { t } = usePreferences();
  const search = useRef<InputRef>(null);
  useKey("/", () => search.current?.focus());
  const { kinds } = useKinds();
  const filters = filtersOf(kind).filter((field) => field.kind !== "reference" || DIRECTORY[field.target] || kinds.has(field.target)); // nothing is found among what one may not see
  const used = filters.filter((field) => query.has(field.key)).length;
  const [open, setOpen] = useState(window.innerWidth > NARROW_PX || used > 0);
  return (
    <div className="filter-row" role="search">
      <Slow
        value={query.get("q") ?? ""}
        onSettled={(q) => onFilter({ q })}
        render={(value, change) => (
          <Input
            ref={search}
            type="search"
            allowClear
            aria-label={t("search_records")}
            aria-keyshortcuts="/"
            placeholder={`${t("search_records")} /`}
            value={value}
            onChange={(event) => change(event.target.value)}
          />
        )}
      />
      <Button className="more-filters" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("filters")} {used > 0 && used} {open ? "▴" : "▾"}
      </Button>
      {open &&
        filters.map((field) => (
          <Filter key={field.key} field={field} value={query.get(field.key) ?? ""} onChange={(value) => onFilter({ [field.key]: value })} />
        ))}
    </div>
  );
}

function Filter({ field, value, onChange }: { field: FieldMeta; value: string; onChange: (value: string) => void }) {
  const { t } = usePreferences();
  const named = useNamed();
  const label = named(field);
  const choices = field.kind === "check" ? [{ key: "true", zh: t("yes"), en: t("yes") }, { key: "false", zh: t("no"), en: t("no") }] : field.choices;
  if (field.kind === "check" || field.kind === "choice")
    return (
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t("any_of", { title: label })}</option>
        {choices.map((choice) => (
          <option key={choice.key} value={choice.key}>
            {named(choice)}
          </option>
        ))}
      </select>
    );
  if (field.kind === "reference")
    return (
      <span className="labelled">
        <span className="caption">{label}</span>
        <ReferenceInput target={field.target} label={label} value={Number(value) || null} onChange={(id) => onChange(id === null ? "" : String(id))} />
      </span>
    );
  if (field.kind === "date" || field.kind === "moment" || field.kind === "number") return <Between field={field} label={label} value={value} onChange={onChange} />;
  return <Slow value={value} onSettled={onChange} render={(said, change) => <Input aria-label={label} placeholder={label} allowClear value={said} onChange={(event) => change(event.target.value)} />} />;
}

/** From one end to the other, both included; either may be left out. */
function Between({ field, label, value, onChange }: { field: FieldMeta; label: string; value: string; onChange: (value: string) => void }) {
  const { t } = usePreferences();
  const [first = "", last = ""] = value.replace(END_OF_DAY, "").split("..");
  const end = (title: string, said: string, settle: (said: string) => void) => (
    <Slow
      value={said}
      onSettled={(next) => {
        if (next === "" || field.kind === "number" || DAY.test(next)) settle(next);
      }}
      render={(shown, change) =>
        field.kind === "number" ? (
          <Input aria-label={`${label} ${title}`} inputMode="decimal" value={shown} onChange={(event) => change(event.target.value)} />
        ) : (
          <DateInput label={`${label} ${title}`} placeholder={t("day_form")} value={shown} onChange={change} />
        )
      }
    />
  );
  const whole = (to: string) => (to && field.kind === "moment" ? `${to}${END_OF_DAY}` : to);
  const settle = (from: string, to: string) => onChange(from || to ? `${from}..${whole(to)}` : "");
  return (
    <span className="labelled between">
      <span className="caption">{label}</span>
      {end(t("from"), first, (said) => settle(said, last))}
      <span aria-hidden="true">–</span>
      {end(t("until"), last, (said) => settle(first, said))}
    </span>
  );
}

const PAUSE_MS = 350;

/** Waits for the end of typing before the list is asked again. */
export function Slow({ value, onSettled, render }: { value: string; onSettled: (value: string) => void; render: (value: string, change: (value: string) => void) => React.ReactNode }) {
  const [said, setSaid] = useState(value);
  const timer = useRef(0);
  useEffect(() => setSaid(value), [value]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return render(said, (next) => {
    setSaid(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onSettled(next.trim()), PAUSE_MS);
  });
}
