import type { EnergyMeter } from "../api";
import { useTexts } from "../preferences";

interface Props {
  meter: EnergyMeter;
  /** with the meter's name before it */
  named?: boolean;
}

/** One line for each share of the meter's building that the institution has in the period. */
export function Shares({ meter, named = false }: Props) {
  const t = useTexts();
  return meter.shares.map((share) => (
    <p key={share.valid_from} className="secondary">
      {named && `${meter.name} · `}
      {share.valid_from === null
        ? t("share_before", { building: meter.building, until: share.valid_to ?? "" })
        : t("share_of", {
            building: meter.building,
            percent: share.percent,
            from: share.valid_from,
            document: share.document || "—",
          })}
    </p>
  ));
}
