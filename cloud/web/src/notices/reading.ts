import type { Notice } from "../api";
import { request } from "../client";
import { tellStep } from "../records/steps";

/** Marks a notice as read; whoever counts the unread ones hears of it. */
export async function read(notice: Notice): Promise<void> {
  if (notice.is_read) return;
  await request("POST", "notices/read", { id: notice.id });
  tellStep();
}

/** Marks this notice and all before it as read. */
export async function readUpTo(notice: Notice): Promise<void> {
  await request("POST", "notices/read", { upto: notice.id });
  tellStep();
}
