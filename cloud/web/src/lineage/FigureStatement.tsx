import type { Figure, Lineage } from "../api";
import { Completeness } from "../parts/Completeness";
import { FigureValue } from "../parts/FigureValue";
import { usePreferences } from "../preferences";
import { MissingList } from "./MissingList";

/** Keeps each number on one line with its unit. */
const unbroken = (expression: string) => expression.replace(/([\d—]) (?=[^+=×÷])/g, "$1\u00a0");

interface Props {
  figure: Figure;
  formula: Lineage["formula"];
  missing: Lineage["missing"];
}

/** The figure, its formula in words, the same formula with the numbers in place, and what is missing. */
export function FigureStatement({ figure, formula, missing }: Props) {
  const { language } = usePreferences();
  return (
    <section className="statement">
      <div className="big">
        <FigureValue figure={figure} />
      </div>
      {figure.value !== null && <Completeness share={figure.completeness} worded />}
      <div className="formula">
        <div>{formula[language]}</div>
        <div className="expression">{unbroken(language === "zh" ? formula.expression : formula.expression_en)}</div>
      </div>
      {missing.length > 0 && <MissingList missing={missing} />}
    </section>
  );
}
