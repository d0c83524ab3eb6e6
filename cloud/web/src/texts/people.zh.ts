/** The sentences about what happens to people. */
const zh = {
  tab_events: "任免",
  note_event: "登记任免事项",
  event_begin: "登记事项",
  event_post: "岗位（任、兼时填写）",
  event_appointed: "任职后即担任所选岗位。",
  event_concurrent: "兼任所选岗位，原岗位不变。",
  event_removed: "免去其现任全部岗位；授权和用房不变。",
  event_transferred: "调离后：岗位和授权自该日结束，待办转代理人，并对其办公室下达腾退任务。",
  event_retired: "退休后：岗位和授权自该日结束，待办转代理人，并对其办公室下达腾退任务。",
  event_deceased: "登记后：岗位和授权自该日结束，待办转代理人，并对其办公室下达腾退任务。",
  events_fixed: "登记后不能修改；有误时另行登记。",
  empty_events: "还没有任免记录。",
};

export default zh;
