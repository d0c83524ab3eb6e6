import type { Translate } from "../texts";

/** Who did it, as people say it: the account's name, the command line, the platform itself, or what it is. */
export function doerOf(who: string, t: Translate): string {
  if (who === "command") return t("audit_command");
  if (who === "platform") return t("audit_platform");
  return who.replace(/^account\//, "");
}
