import { useEffect, useState } from "react";
import type { Tree } from "../api";
import { request, useResource } from "../client";
import { Panel } from "../parts/Panel";
import { useTexts } from "../preferences";
import { type Address, visit } from "./address";
import type { Typed } from "./drafts";
import { type Kind, useKinds, useNamed } from "./kinds";
import { RecordForm } from "./RecordForm";
import { OWNER, type Row, type Value, writable } from "./record";

/** What the address says of the new record: a link that leads here, or the filters of the list beside it. */
function toldBy(query: URLSearchParams, kind: Kind): Record<string, Value> {
  const told = writable(kind).filter((field) => query.has(field.key) && !query.get(field.key)!.includes(".."));
  return Object.fromEntries(
    told.map((field) => {
      const said = query.get(field.key)!;
      return [field.key, field.kind === "reference" ? Number(said) : field.kind === "check" ? said === "true" : said];
    }),
  );
}

const LASTING = ["reference", "choice", "date"];

/** What the next record of a row of them most likely shares with this one. */
function kept(row: Row | null, kind: Kind): Record<string, Value> {
  const shared = writable(kind).filter((field) => LASTING.includes(field.kind) && row?.[field.key] != null);
  return Object.fromEntries(shared.map((field) => [field.key, row![field.key]!]));
}

/** The sheet in which a record begins; whoever belongs to one institution need not name it. */
export function NewRecord({ kind, address, onChanged }: { kind: Kind; address: Address; onChanged: () => void }) {
  const t = useTexts();
  const named = useNamed();
  const { username } = useKinds();
  const tree = useResource<Tree>("org/tree");
  const [begun, setBegun] = useState<Row | null>(null);
  const [entered, setEntered] = useState<Row[]>([]);
  const only = tree.data?.total === 1 && tree.data.nodes[0]?.children === 0 ? tree.data.nodes[0].id : null;
  useEffect(() => {
    if (!tree.data && !tree.problem) return;
    const owner = Number(address.query.get(OWNER.key)) || only;
    setBegun({ id: 0, rev: 0, ...toldBy(address.query, kind), [OWNER.key]: owner } as Row);
  }, [tree.data, tree.problem]);

  // What tells the next record from the last one is typed first.
  useEffect(() => {
    if (entered.length) document.querySelector<HTMLInputElement>(".sheet .record-form .field.text input")?.focus();
  }, [entered.length]);
  const told = toldBy(address.query, kind);
  const create = (said: Typed) => request<Row>("POST", kind.address, { ...told, ...kept(begun, kind), [OWNER.key]: begun?.[OWNER.key] ?? null, ...said });
  return (
    <Panel title={t("new_of", { kind: named(kind) })} onClose={() => visit({ ...address, record: null })}>
      {entered.length > 0 && (
        <p className="notice" role="status">
          {t("entered_so_far", { n: entered.length, last: String(entered.at(-1)?.[kind.title] ?? "") })}
        </p>
      )}
      {begun && (
        <RecordForm
          key={entered.length}
          fields={[OWNER, ...writable(kind)]}
          base={begun}
          draft={`${username}.${kind.address}.new`}
          submit={t("create")}
          onSubmit={async (said) => {
            const row = await create(said);
            onChanged();
            visit({ ...address, record: row.id }, true);
          }}
          another={async (said) => {
            const row = await create(said);
            onChanged();
            setBegun({ id: 0, rev: 0, ...told, ...kept(row, kind), [OWNER.key]: row.owner_id } as Row);
            setEntered([...entered, row]);
          }}
          onCancel={() => visit({ ...address, record: null })}
        />
      )}
    </Panel>
  );
}
