import { useEffect, useState } from "react";
import type { Tree } from "../api";
import { request, useResource } from "../client";
import { Panel } from "../parts/Panel";
import { useTexts } from "../preferences";
import { type Address, visit } from "./address";
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

/** The sheet in which a record begins; whoever belongs to one institution need not name it. */
export function NewRecord({ kind, address, onChanged }: { kind: Kind; address: Address; onChanged: () => void }) {
  const t = useTexts();
  const named = useNamed();
  const { username } = useKinds();
  const tree = useResource<Tree>("org/tree");
  const [begun, setBegun] = useState<Row | null>(null);
  const only = tree.data?.total === 1 && tree.data.nodes[0]?.children === 0 ? tree.data.nodes[0].id : null;
  useEffect(() => {
    if (!tree.data && !tree.problem) return;
    const owner = Number(address.query.get(OWNER.key)) || only;
    setBegun({ id: 0, rev: 0, ...toldBy(address.query, kind), [OWNER.key]: owner } as Row);
  }, [tree.data, tree.problem]);

  return (
    <Panel title={t("new_of", { kind: named(kind) })} onClose={() => visit({ ...address, record: null })}>
      {begun && (
        <RecordForm
          fields={[OWNER, ...writable(kind)]}
          base={begun}
          draft={`${username}.${kind.address}.new`}
          submit={t("create")}
          onSubmit={async (said) => {
            const row = await request<Row>("POST", kind.address, { ...toldBy(address.query, kind), [OWNER.key]: begun[OWNER.key], ...said });
            onChanged();
            visit({ ...address, record: row.id }, true);
          }}
          onCancel={() => visit({ ...address, record: null })}
        />
      )}
    </Panel>
  );
}
