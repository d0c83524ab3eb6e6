import type zh from "./labels.zh";

/** The sentences of what a scanned label opens, in English. */
const en: Record<keyof typeof zh, string> = {
  label_unknown: "The label is not valid, or you may not see what it names.",
  label_unknown_hint: "Check that it belongs to your institution; with a damaged label, tell an administrator the number printed on it.",
  label_deeds: "What you can do",
  label_report: "Report a repair",
  label_new: "Enter: {kind}",
  label_open: "Open the whole record",
  label_plan: "See on the floor plan",
  label_add_photo: "Take a picture",
  label_photo_sent: "{n} pictures uploaded.",
  label_more: "More",
  label_related: "Related records",
  label_open_of: "{kind} ({n})",
};

export default en;
