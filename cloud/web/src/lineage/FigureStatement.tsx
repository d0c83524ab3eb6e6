import type { Lineage } from "../api";
import { Completeness } from "../parts/Completeness";
import { FigureValue, useReason } from "../parts/FigureValue";
import { usePreferences } from "../preferences";

/** The figure, its formula in words, and the same formula with the numbers in place. */
export function FigureStatement({ lineage }: { lineage: Lineage }) {
  const { language, t } = usePreferences();
  const reason = useReason();
  const { figure, formula, missing } = lineage;
  return (
    <section className="statement">
      <div className="big">
        <FigureValue figure={figure} />
      </div>
      {figure.value === null ? <p>{reason(figure)}</p> : <Completeness share={figure.completeness} worded />}
      <div className="formula">
        <div>{formula[language]}</div>
        <div className="expression">{formula.expression}</div>
      </div>
      {missing.length > 0 && (
        <div className="missing">
          <h3>{t("missing_inputs")}</h3>
          <ul>
            {missing.map((item) => (
              <li key={item.what}>
                <span aria-hidden="true">▲ </span>
                {item.what}
                <span className="secondary">{item.reason}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
