import { Button, Input } from "antd";
import { useState } from "react";
import type { Correction, CorrectionList } from "../api";
import { type Problem, request, RequestError, useResource } from "../client";
import { dateOf, exact } from "../format";
import { ProblemPanel } from "../parts/ProblemPanel";
import { usePreferences } from "../preferences";

const BOOKED_MS = 2_000; // the ledger looks for changed hours every second

/** Corrections of the institution's reported months; absent while there are none. */
export function Corrections({ id, onBooked }: { id: number; onBooked: () => void }) {
  const { t } = usePreferences();
  const { data, retry } = useResource<CorrectionList>(`corrections?institution=${id}`);
  if (!data || data.corrections.length === 0) return null;
  const waiting = data.corrections.filter((one) => one.state === "proposed").length;
  const decided = () => {
    retry();
    window.setTimeout(onBooked, BOOKED_MS);
  };
  return (
    <section className="card corrections">
      <header>
        <h2>{t("corrections", { n: waiting })}</h2>
      </header>
      <p className="secondary">{t("corrections_hint")}</p>
      <ul>
        {data.corrections.map((one) => (
          <CorrectionItem key={one.number} correction={one} onDecided={decided} />
        ))}
      </ul>
    </section>
  );
}

function CorrectionItem({ correction, onDecided }: { correction: Correction; onDecided: () => void }) {
  const { language, t } = usePreferences();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const decide = async (deed: "approve" | "reject") => {
    setBusy(true);
    setProblem(null);
    try {
      await request("POST", `corrections/${correction.number}/${deed}`, { reason: reason.trim() });
      onDecided();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
    setBusy(false);
  };
  const { number, meter, month, unit, state } = correction;
  const value = correction.settled ?? correction.recomputed;
  return (
    <li>
      <p>
        <strong>{meter}</strong> {month} · <span className="figure">{exact(correction.reported)}</span> →{" "}
        <span className="figure">{exact(value)}</span>
        <span className="unit">{unit}</span>
      </p>
      <p className="secondary">
        {number} · {dateOf(correction.proposed_at)} · {language === "zh" ? correction.state_zh : state} ·{" "}
        {correction.causes.join("；")}
      </p>
      {state !== "proposed" && correction.reason && (
        <p className="secondary">{t("decided", { by: (correction.decided_by ?? "").replace("account/", ""), reason: correction.reason })}</p>
      )}
      {state === "proposed" && correction.own && <p className="secondary">{t("correction_own")}</p>}
      {state === "proposed" && !correction.own && (
        <div className="decide">
          <Input
            aria-label={`${number} ${t("decision_reason")}`}
            placeholder={t("decision_reason")}
            value={reason}
            maxLength={200}
            onChange={(event) => setReason(event.target.value)}
          />
          <Button type="primary" loading={busy} disabled={!reason.trim()} onClick={() => void decide("approve")}>
            {t("approve")}
          </Button>
          <Button loading={busy} disabled={!reason.trim()} onClick={() => void decide("reject")}>
            {t("reject")}
          </Button>
        </div>
      )}
      {problem && <ProblemPanel problem={problem} />}
    </li>
  );
}
