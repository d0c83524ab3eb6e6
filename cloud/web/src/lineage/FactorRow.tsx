import type { FactorInput } from "../api";
import { exact } from "../format";
import { usePreferences } from "../preferences";
import { isTextKey } from "../texts";

/** A factor as the row of rules it is: value, source, clause, since when, and how certain. */
export function FactorRow({ factor }: { factor: FactorInput }) {
  const { language, t } = usePreferences();
  const chinese = language === "zh";
  const status = `status_${factor.status}`;
  return (
    <section>
      <h3>
        {chinese ? factor.title : factor.title_en}
      </h3>
      <dl className="facts">
        <dt>{t("value")}</dt>
        <dd className="figure">
          {exact(factor.value)}
          <span className="unit">{factor.unit}</span>
        </dd>
        <dt>{t("source")}</dt>
        <dd>
          {chinese ? `${factor.source} ${factor.clause}` : `${factor.source_en}, ${factor.clause_en}`}
        </dd>
        <dt>{t("valid_from")}</dt>
        <dd>{factor.valid_from}</dd>
        <dt>{t("standing")}</dt>
        <dd>{isTextKey(status) ? t(status) : factor.status}</dd>
        {factor.note && (
          <>
            <dt>{t("note")}</dt>
            <dd>{chinese ? factor.note : factor.note_en}</dd>
          </>
        )}
      </dl>
    </section>
  );
}
