/** The sentences of a PV plant's figures. */
const zh = {
  tab_pv: "发电与指标",
  pv_year: "年份",
  pv_chart: "每月发电去向",
  pv_chart_empty: "这一年没有读数：发电计量点绑定并入账后，这里按月显示。",
  pv_used_here: "自用",
  pv_exported: "上网",
  pv_generated: "发电",
  pv_months: "各月",
  pv_month: "月份",
  pv_generation: "发电量",
  pv_export: "上网电量",
  pv_import: "用网电量",
  pv_self: "自用电量",
  pv_used: "总用电量",
  pv_self_use: "自用率",
  pv_self_sufficiency: "自给率",
  pv_specific_yield: "单位装机发电量",
  pv_performance_ratio: "性能比 PR",
  pv_clear_sky: "晴空理论发电量（已结束的月份）",
  pv_of_clear_sky: "占晴空理论",
  pv_completeness: "发电量完整率",
  pv_no_value: "无",
};

export default zh;
