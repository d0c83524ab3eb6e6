import { Skeleton } from "antd";
import { useState } from "react";
import type { GatewayCode, GatewayList } from "../api";
import { type Problem, request, RequestError, useResource } from "../client";
import { EnrolmentCode } from "../gateways/EnrolmentCode";
import { GatewaysTable } from "../gateways/GatewaysTable";
import { NewGateway } from "../gateways/NewGateway";
import { ProblemPanel, StaleNote } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";

/** The region's gateways, and the codes that let new ones in. */
export function Gateways() {
  const t = useTexts();
  const { data, problem, retry } = useResource<GatewayList>("gateways", 10_000);
  const [code, setCode] = useState<GatewayCode | null>(null);
  const [refusal, setRefusal] = useState<Problem | null>(null);

  const makeCode = async (gateway: string) => {
    setCode(null);
    setRefusal(null);
    try {
      setCode(await request<GatewayCode>("POST", `gateways/${encodeURIComponent(gateway)}/code`, {}));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setRefusal(error.problem);
    }
  };

  if (data === null && problem) return <ProblemPanel problem={problem} onRetry={retry} />;
  return (
    <div className="gateways">
      <h1 className="only-read">{t("gateways")}</h1>
      {problem && <StaleNote problem={problem} onRetry={retry} />}
      {refusal && <ProblemPanel problem={refusal} />}
      {code && <EnrolmentCode code={code} onClose={() => setCode(null)} />}
      <section className="card">
        <header>
          <h2>{data ? t("gateways_count", { n: data.gateways.length }) : t("gateways")}</h2>
          <NewGateway onWanted={makeCode} />
        </header>
        {data === null ? (
          <Skeleton active title={false} paragraph={{ rows: 4, width: "100%" }} />
        ) : data.gateways.length === 0 ? (
          <p className="empty">{t("empty_gateways")}</p>
        ) : (
          <GatewaysTable rows={data.gateways} at={data.at} onCode={(gateway) => void makeCode(gateway)} />
        )}
      </section>
    </div>
  );
}
