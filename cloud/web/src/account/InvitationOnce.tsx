import type { Invitation } from "../api";
import { clockOf, dateOf } from "../format";
import { useTexts } from "../preferences";
import { Once } from "./Once";

/** The code by which somebody chooses a password; copied as the link that opens the page for it. */
export function InvitationOnce({ made, name, onClose }: { made: Invitation; name: string; onClose: () => void }) {
  const t = useTexts();
  return (
    <Once
      title={t("invitation_for", { name })}
      hint={t("invitation_once", { until: `${dateOf(made.expires)} ${clockOf(made.expires)}` })}
      secret={made.code}
      copy={t("invitation_copy")}
      copied={`${window.location.origin}${window.location.pathname}#/invitation/${made.code}`}
      onClose={onClose}
    />
  );
}
