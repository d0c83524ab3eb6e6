import { Input, Select } from "antd";
import { useEffect, useState } from "react";
import type { Tree } from "../api";
import { request, RequestError } from "../client";
import { usePreferences } from "../preferences";
import { DIRECTORY } from "./directory";
import { titleKey, useKinds } from "./kinds";
import type { Listed } from "./record";

const SHOWN = 20;

interface Option {
  value: number;
  label: string;
  /** what tells records of the same name apart */
  hint: string;
}

interface Props {
  id?: string;
  /** module/path of the other kind, or institution */
  target: string;
  label: string;
  placeholder?: string;
  value: number | null;
  onChange: (id: number | null) => void;
  invalid?: boolean;
  describedBy?: string;
}

function useOptions(target: string, words: string, wanted: boolean): Option[] | null {
  const { kinds } = useKinds();
  const [options, setOptions] = useState<Option[] | null>(null);
  useEffect(() => {
    if (!wanted) return;
    const aborter = new AbortController();
    const other = kinds.get(target);
    const ask = async () => {
      const q = encodeURIComponent(words);
      if (DIRECTORY[target]) {
        const { nodes } = await request<Pick<Tree, "nodes">>("GET", `${DIRECTORY[target]}${words ? `?q=${q}` : ""}`, undefined, aborter.signal);
        return nodes.slice(0, SHOWN).map((node) => ({ value: node.id, label: node.name, hint: node.code }));
      }
      const { rows } = await request<Listed>("GET", `${target}?limit=${SHOWN}${words ? `&q=${q}` : ""}`, undefined, aborter.signal);
      const hint = other?.columns.find((column) => column !== other.title) ?? "id";
      return rows.map((row) => ({ value: row.id, label: String(row[other?.title ?? "id"] ?? row.id), hint: String(row[hint] ?? "") }));
    };
    const timer = window.setTimeout(() => {
      ask().then(setOptions, (error: unknown) => {
        if (!aborter.signal.aborted && error instanceof RequestError) setOptions([]);
      });
    }, words ? 250 : 0);
    return () => {
      aborter.abort();
      window.clearTimeout(timer);
    };
  }, [target, words, wanted, kinds]);
  return options;
}

/** One record of another kind, found by typing part of its name. */
export function ReferenceInput({ id, target, label, placeholder, value, onChange, invalid = false, describedBy }: Props) {
  const { t } = usePreferences();
  const { kinds, titles, learn } = useKinds();
  const [words, setWords] = useState("");
  const [open, setOpen] = useState(false);
  const options = useOptions(target, words, open);
  useEffect(() => {
    if (value !== null) void learn(target, [value]);
  }, [target, value, learn]);

  if (!DIRECTORY[target] && !kinds.has(target))
    return (
      <Input id={id} aria-label={label} inputMode="numeric" value={value ?? ""} onChange={(event) => onChange(Number(event.target.value.replace(/\D/g, "")) || null)} />
    );
  const known = options ?? [];
  const chosen = value === null || known.some((one) => one.value === value) ? [] : [{ value, label: titles.get(titleKey(target, value)) ?? `#${value}`, hint: "" }];
  return (
    <Select<number, Option>
      id={id}
      aria-label={label}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      className="reference"
      status={invalid ? "error" : undefined}
      allowClear
      showSearch={{ filterOption: false, onSearch: setWords }}
      value={value}
      placeholder={placeholder ?? t("type_to_find")}
      loading={open && options === null}
      notFoundContent={options === null ? t("searching") : t("nothing_found")}
      options={words ? known : [...chosen, ...known]}
      optionRender={({ data }) => (
        <>
          {data.label} <span className="caption">{data.hint}</span>
        </>
      )}
      onOpenChange={setOpen}
      onChange={(next: number | undefined) => onChange(next ?? null)}
    />
  );
}
