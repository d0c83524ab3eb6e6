import { Input, Skeleton } from "antd";
import { useState } from "react";
import type { Node, Tree } from "../api";
import { useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { isTextKey } from "../texts";
import { addressOf } from "./address";
import { useKinds, useNamed } from "./kinds";
import { OWNER } from "./record";

/** The organisation as a tree that opens level by level; from an institution to its records in every module. */
export function OrgTree() {
  const t = useTexts();
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<Node | null>(null);
  return (
    <section className="card records org">
      <header>
        <h1>{t("org_tree")}</h1>
        <span className="spring" />
        <Input type="search" allowClear className="filter" aria-label={t("find_institution")} placeholder={t("find_institution")} value={words} onChange={(event) => setWords(event.target.value)} />
      </header>
      <div className="org-columns">
        <Branch path={words.trim() ? `org/tree?q=${encodeURIComponent(words.trim())}` : "org/tree"} chosen={chosen} onChoose={setChosen} />
        {chosen ? <Chosen node={chosen} /> : <p className="empty">{t("choose_institution")}</p>}
      </div>
    </section>
  );
}

interface BranchProps {
  path: string;
  chosen: Node | null;
  onChoose: (node: Node) => void;
}

function Branch({ path, chosen, onChoose }: BranchProps) {
  const t = useTexts();
  const { data, problem, retry } = useResource<Tree>(path);
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 3 }} />;
  if (data.nodes.length === 0) return <p className="empty">{t(path.includes("?q=") ? "nothing_found" : "empty_tree")}</p>;
  return (
    <ul className="branch">
      {data.nodes.map((node) => (
        <Twig key={node.id} node={node} chosen={chosen} onChoose={onChoose} />
      ))}
      {data.total > data.nodes.length && <li className="caption">{t("tree_more", { n: data.total - data.nodes.length })}</li>}
    </ul>
  );
}

function Twig({ node, chosen, onChoose }: { node: Node } & Omit<BranchProps, "path">) {
  const t = useTexts();
  const [open, setOpen] = useState(false);
  return (
    <li>
      {node.children > 0 ? (
        <button type="button" className="twist" aria-expanded={open} aria-label={t("institutions_below", { name: node.name })} onClick={() => setOpen(!open)}>
          {open ? "▾" : "▸"}
        </button>
      ) : (
        <span className="twist" />
      )}
      <button type="button" className="link" aria-pressed={chosen?.id === node.id} onClick={() => onChoose(node)}>
        {node.name}
      </button>
      {node.children > 0 && <span className="caption">{node.children}</span>}
      {open && <Branch path={`org/tree?under=${node.id}`} chosen={chosen} onChoose={onChoose} />}
    </li>
  );
}

function Chosen({ node }: { node: Node }) {
  const t = useTexts();
  const named = useNamed();
  const { modules, kinds } = useKinds();
  const level = `level_${node.level}`;
  return (
    <div className="chosen" aria-live="polite">
      <h2>{node.name}</h2>
      <p className="secondary">
        {node.code} · {node.region}
        {isTextKey(level) && ` · ${t(level)}`}
      </p>
      {modules.map((module) => (
        <section key={module.key}>
          <h3>{named(module)}</h3>
          <p className="links">
            {[...kinds.values()]
              .filter((kind) => kind.module.key === module.key)
              .map((kind) => (
                <a key={kind.address} href={addressOf({ kind: kind.address, query: new URLSearchParams({ [OWNER.key]: String(node.id) }) })}>
                  {named(kind)}
                </a>
              ))}
          </p>
        </section>
      ))}
    </div>
  );
}
