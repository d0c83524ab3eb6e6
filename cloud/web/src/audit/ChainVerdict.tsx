import { Button } from "antd";
import { useState } from "react";
import type { AuditVerdict } from "../api";
import { request } from "../client";
import { fixed } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { isTextKey, type Translate } from "../texts";
import { STATES } from "../tokens";

/** Walks the whole chain when asked, and says which row is the first bad one. */
export function ChainVerdict() {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null);
  const { colour, sign } = verdict?.is_whole ? STATES.good : STATES.bad;
  return (
    <>
      {verdict && (
        <span className="state" role="status">
          <span aria-hidden="true" style={{ color: colour }}>
            {sign}
          </span>
          {sentence(verdict, t)}
        </span>
      )}
      {problem && <ProblemPanel problem={problem} />}
      <Button loading={busy} onClick={() => void act(async () => setVerdict(await request<AuditVerdict>("GET", "audit/verdict")))}>
        {t("audit_verify")}
      </Button>
    </>
  );
}

function sentence(verdict: AuditVerdict, t: Translate): string {
  if (verdict.is_whole) return t("audit_whole", { n: fixed(verdict.rows, 0), anchors: verdict.anchors });
  const reason = `audit_broken_${verdict.reason}`;
  return t("audit_broken", { row: verdict.first_bad_row ?? "", reason: isTextKey(reason) ? t(reason) : (verdict.reason ?? "") });
}
