/** The sentences of what a scanned label opens. */
const zh = {
  label_unknown: "标签无效，或您没有查看的权限。",
  label_unknown_hint: "请核对标签是否属于本单位；标签破损时，可向管理员说明上面印的编号。",
  label_deeds: "现在可以",
  label_report: "报修",
  label_new: "登记{kind}",
  label_open: "查看完整记录",
  label_plan: "在平面图中查看",
  label_add_photo: "拍照上传",
  label_photo_sent: "已上传 {n} 张照片。",
  label_more: "其他事项",
  label_related: "相关记录",
  label_open_of: "{kind}（{n} 条）",
};

export default zh;
