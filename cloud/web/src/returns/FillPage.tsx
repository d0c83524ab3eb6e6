import { Skeleton } from "antd";
import { useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import { type Address, addressOf } from "../records/address";
import { FillSheet } from "./FillSheet";
import { FILL, RETURNS, type Sheet } from "./sheet";

interface Waiting {
  rows: { id: number; title: string; period: string }[];
}

/** The returns that wait to be filled, or the one that the address names. */
export function FillPage({ address }: { address: Address }) {
  return typeof address.record === "number" ? <OneReturn key={address.record} id={address.record} /> : <ToFill />;
}

function OneReturn({ id }: { id: number }) {
  const { data, problem, retry } = useResource<Sheet>(`${RETURNS}/${id}/sheet`);
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 12 }} />;
  return <FillSheet sheet={data} onChanged={retry} />;
}

function ToFill() {
  const t = useTexts();
  const open = useResource<Waiting>(`${RETURNS}?state=open&order=due_us&limit=50`);
  const back = useResource<Waiting>(`${RETURNS}?state=returned&order=due_us&limit=50`);
  if (open.data === null || back.data === null) {
    const problem = open.problem ?? back.problem;
    return problem ? <ProblemPanel problem={problem} onRetry={open.retry} /> : <Skeleton active />;
  }
  const rows = [...back.data.rows, ...open.data.rows];
  return (
    <section className="card fill">
      <header>
        <h1>{t("fill_return")}</h1>
      </header>
      <p className="empty">{t(rows.length ? "fill_choose" : "fill_none")}</p>
      <ul className="fill-list">
        {rows.map((row) => (
          <li key={row.id}>
            <a href={addressOf({ kind: FILL, record: row.id })}>{row.title}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}
