/** The sentences of an anomaly's evidence. */
const zh = {
  tab_evidence: "证据",
  anomaly_actual: "实际",
  anomaly_expected: "预期",
  anomaly_band: "通常范围",
  anomaly_flagged: "异常小时",
  anomaly_energy: "偏差量",
  anomaly_cost: "影响金额",
  anomaly_no_tariff: "没有适用的价格表，金额未知",
  anomaly_confidence: "置信度",
  anomaly_found: "发现于",
  anomaly_hit_rate: "规则命中率",
  anomaly_not_judged: "尚无人工结论",
  anomaly_of_judged: "{confirmed}/{judged} 属实",
  anomaly_findings: "{count} 次发现",
  anomaly_hours: "逐小时数据",
  anomaly_hour: "小时",
  anomaly_none: "这一事项没有发现记录。",
};

export default zh;
