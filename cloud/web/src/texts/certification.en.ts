import type zh from "./certification.zh";

const en: Record<keyof typeof zh, string> = {
  tab_score: "Score",
  cert_item: "Item",
  cert_items: "Items",
  cert_points: "Points",
  cert_rests_on: "Rests on",
  cert_star: "must not be 0",
  cert_condition: "[required] ",
  cert_score: "Score",
  cert_pass: "passes from {mark}",
  cert_outcome: "Outcome",
  cert_scheme: "Scheme",
  cert_note: "About the scheme",
  cert_gaps: "What is missing, the easiest first",
  cert_veto: "Required: ",
  cert_report: "Report",
  cert_checklist: "Checklist",
  cert_proof: "Export the figure",
  cert_given: "In full by another award",
  cert_mean: "mean of the type {mean} ({n} peers)",
  cert_files: "{n} files",
};

export default en;
