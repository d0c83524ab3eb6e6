import type zh from "./anomalies.zh";

const en: Record<keyof typeof zh, string> = {
  tab_evidence: "Evidence",
  anomaly_actual: "Actual",
  anomaly_expected: "Expected",
  anomaly_band: "Usual range",
  anomaly_flagged: "Flagged hours",
  anomaly_energy: "Departure",
  anomaly_cost: "Money",
  anomaly_no_tariff: "no price table applies: unknown",
  anomaly_confidence: "Confidence",
  anomaly_found: "Found",
  anomaly_hit_rate: "Hit rate of the rule",
  anomaly_not_judged: "nobody has judged one yet",
  anomaly_of_judged: "{confirmed} of {judged} confirmed",
  anomaly_findings: "{count} findings",
  anomaly_hours: "Hour by hour",
  anomaly_hour: "Hour",
  anomaly_none: "This case has no findings.",
};

export default en;
