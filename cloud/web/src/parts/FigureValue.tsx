import { Tooltip } from "antd";
import type { Figure } from "../api";
import { exact, onOwnScale, onScale, type Scale, scaledUnit, scaleFor, unitIn, UNKNOWN } from "../format";
import { usePreferences } from "../preferences";

/** Why a figure is unknown, in the reader's language. */
export function useReason() {
  const { language, t } = usePreferences();
  return (figure: Figure) => (figure.reason ? figure.reason[language] : t("reason_unknown"));
}

interface Props {
  figure: Figure;
  /** given by a table column, whose header then names the unit; otherwise chosen by the value */
  scale?: Scale;
  onOpen?: () => void;
}

/** One figure: rounded for reading, exact in its tooltip; "—" with the reason when it is unknown. */
export function FigureValue({ figure, scale, onOpen }: Props) {
  const { language, t } = usePreferences();
  const reason = useReason();
  const unit = unitIn(figure.unit, language);
  if (figure.value === null)
    return (
      <Tooltip title={reason(figure)} trigger={["hover", "focus"]}>
        <button type="button" className="unknown" aria-label={reason(figure)} onClick={(e) => e.stopPropagation()}>
          {UNKNOWN}
        </button>
      </Tooltip>
    );
  const value = Number(figure.value);
  const own = scale ?? scaleFor(value, language);
  const text = (
    <span className="figure">
      {figure.estimated && <span className="approx">≈</span>}
      {(scale ? onScale : onOwnScale)(value, own, figure.unit)}
      {!scale && <span className="unit">{scaledUnit(own, unit)}</span>}
    </span>
  );
  return (
    <Tooltip title={`${exact(figure.value)} ${unit}`}>
      {onOpen ? (
        <button
          type="button"
          className="figure-button"
          aria-label={t("open_lineage", {
            title: language === "zh" ? figure.title : figure.title_en,
            value: `${exact(figure.value)} ${unit}`,
          })}
          onClick={(event) => {
            event.stopPropagation();
            onOpen();
          }}
        >
          {text}
        </button>
      ) : (
        text
      )}
    </Tooltip>
  );
}
