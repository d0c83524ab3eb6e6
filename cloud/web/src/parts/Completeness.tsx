import { percent, UNKNOWN } from "../format";
import { useTexts } from "../preferences";

/** Share of the expected measuring time that was really measured, as a small bar and a number. */
export function Completeness({ share, worded = false }: { share: number | null; worded?: boolean }) {
  const t = useTexts();
  if (share === null) return <span className="completeness caption">{worded ? t("completeness_unknown") : UNKNOWN}</span>;
  return (
    <span className="completeness caption">
      {worded && <span>{t("complete")}</span>}
      <span className="track" aria-hidden="true">
        <span className={share < 0.9 ? "fill low" : "fill"} style={{ width: `${Math.min(1, share) * 100}%` }} />
      </span>
      <span className="share">{percent(share)}</span>
    </span>
  );
}
