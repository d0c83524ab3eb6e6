import type zh from "./audit.zh";

/** The sentences of the audit, for the audit administrator. */
const en: Record<keyof typeof zh, string> = {
  audit: "Audit log",
  audit_count: "{n} rows",
  audit_hint: "Rows are only added, each locked by the digest of the one before it. The audit administrator reads and changes nothing.",
  audit_who: "By",
  audit_who_starts: "Account begins with",
  audit_subject: "Subject",
  audit_subject_starts: "Subject begins with",
  audit_at: "Time",
  audit_deed: "Deed",
  audit_row: "No.",
  audit_since: "From",
  audit_until: "Until",
  audit_before: "Before",
  audit_after: "After",
  audit_field: "Field",
  audit_no_fields: "No field was changed.",
  audit_hash: "Digest",
  audit_key: "Code of the deed",
  audit_command: "command line of the server",
  audit_platform: "platform",
  audit_grants: "List of grants",
  empty_audit: "No row fits.",
  audit_verify: "Verify the chain",
  audit_whole: "The chain is whole: {n} rows follow from each other and agree with {anchors} anchors.",
  audit_broken: "Row {row} {reason}. Keep everything as it is and follow the emergency plan.",
  audit_broken_changed: "was changed or moved",
  audit_broken_missing: "is missing",
  audit_broken_head: "does not agree with the head of the chain",
  audit_broken_anchor: "does not agree with its anchor: the chain was written anew",
};

export default en;
