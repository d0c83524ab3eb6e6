import { Select } from "antd";
import { useState } from "react";
import type { GrantNode } from "../api";
import { useResource } from "../client";
import { useTexts } from "../preferences";

export type Chosen = Pick<GrantNode, "region_code" | "institution_id">;

interface Option extends Chosen {
  value: string;
  label: string;
  hint: string;
}

/** A region or an institution, found by typing part of its name or code. */
export function NodeSelect({ id, onChange }: { id: string; onChange: (node: Chosen | null) => void }) {
  const t = useTexts();
  const [words, setWords] = useState("");
  const [open, setOpen] = useState(false);
  const { data } = useResource<GrantNode[]>(open ? `grants/nodes?q=${encodeURIComponent(words)}` : null);
  const options = data?.map(
    (one): Option => ({ value: one.region_code ?? `#${one.institution_id}`, label: one.name, hint: one.hint, region_code: one.region_code, institution_id: one.institution_id }),
  );
  return (
    <Select<string, Option>
      id={id}
      className="reference"
      aria-label={t("node_to_grant")}
      allowClear
      showSearch={{ filterOption: false, onSearch: setWords }}
      placeholder={t("find_node")}
      notFoundContent={t(data === null ? "searching" : "nothing_found")}
      options={options ?? []}
      optionRender={({ data: one }) => (
        <>
          {one.label} <span className="caption">{one.hint}</span>
        </>
      )}
      onOpenChange={setOpen}
      onChange={(_, option) => onChange(option && !Array.isArray(option) ? { region_code: option.region_code, institution_id: option.institution_id } : null)}
    />
  );
}
