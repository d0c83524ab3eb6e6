/** The sentences of a certification's score. */
const zh = {
  tab_score: "评分",
  cert_item: "条目",
  cert_items: "评价条目",
  cert_points: "得分",
  cert_rests_on: "依据",
  cert_star: "不得为 0 分",
  cert_condition: "【必备】",
  cert_score: "得分",
  cert_pass: "{mark} 分合格",
  cert_outcome: "结果",
  cert_scheme: "评价标准",
  cert_note: "标准说明",
  cert_gaps: "还差什么（先易后难）",
  cert_veto: "必须达到：",
  cert_report: "自评报告",
  cert_checklist: "核验清单",
  cert_proof: "导出指标（可复算）",
  cert_given: "已获相应称号，得满分",
  cert_mean: "同类平均 {mean}（{n} 家）",
  cert_files: "附件 {n} 个",
};

export default zh;
