import type zh from "./pv.zh";

/** The sentences of a PV plant's figures. */
const en: Record<keyof typeof zh, string> = {
  tab_pv: "Yield and figures",
  pv_year: "Year",
  pv_chart: "Where each month's generation went",
  pv_chart_empty: "No readings in this year: once the points of generation are bound and booked, the months are here.",
  pv_used_here: "Used here",
  pv_exported: "Fed in",
  pv_generated: "Generated",
  pv_months: "By month",
  pv_month: "Month",
  pv_generation: "Generation",
  pv_export: "Fed in",
  pv_import: "Taken from the grid",
  pv_self: "Used here",
  pv_used: "Used in all",
  pv_self_use: "Share used here",
  pv_self_sufficiency: "Share of the use covered",
  pv_specific_yield: "Specific yield",
  pv_performance_ratio: "Performance ratio",
  pv_clear_sky: "Expected under a clear sky (months that are over)",
  pv_of_clear_sky: "Of a clear sky",
  pv_completeness: "Completeness of generation",
  pv_no_value: "none",
};

export default en;
