import { Skeleton } from "antd";
import type { Figure } from "../api";
import { usePreferences } from "../preferences";
import { Caveat } from "./Caveat";
import { Completeness } from "./Completeness";
import { FigureValue, useReason } from "./FigureValue";

interface Props {
  figures: Figure[] | null;
  expected: number;
  onOpen: (figure: Figure) => void;
}

/** The strip of key figures: title, figure, and how complete it is, or why it is unknown. */
export function KeyFigures({ figures, expected, onOpen }: Props) {
  const { language } = usePreferences();
  const reason = useReason();
  const tiles: (Figure | null)[] = figures ?? Array.from({ length: expected }, () => null);
  return (
    <section className={`key-figures of-${tiles.length}`}>
      {tiles.map((figure, index) => (
        <div className="key-figure" key={figure?.key ?? index}>
          {figure ? (
            <>
              <div className="caption">{language === "zh" ? figure.title : figure.title_en}</div>
              <div className="big">
                <FigureValue figure={figure} onOpen={() => onOpen(figure)} />
              </div>
              {figure.value === null ? (
                <div className="caption">{reason(figure)}</div>
              ) : (
                <div className="below">
                  <Completeness share={figure.completeness} worded />
                  {figure.reason && <Caveat text={reason(figure)} />}
                </div>
              )}
            </>
          ) : (
            <Skeleton active title={{ width: "40%" }} paragraph={{ rows: 1, width: "80%" }} />
          )}
        </div>
      ))}
    </section>
  );
}
