import type { Lineage } from "../api";
import { usePreferences } from "../preferences";

type Missing = Lineage["missing"][number];

const AT_ONCE = 8;

function Items({ missing }: { missing: Missing[] }) {
  const { language } = usePreferences();
  return (
    <ul>
      {missing.map((item) => (
        <li key={`${item.what} ${item.reason}`}>
          <span aria-hidden="true">▲ </span>
          {language === "zh" ? item.what : item.what_en}
          <span className="secondary">{language === "zh" ? item.reason : item.reason_en}</span>
        </li>
      ))}
    </ul>
  );
}

/** What a figure lacks; a long list opens on demand. */
export function MissingList({ missing }: { missing: Missing[] }) {
  const { t } = usePreferences();
  const rest = missing.slice(AT_ONCE);
  return (
    <div className="missing">
      <h3>{t("missing_inputs")}</h3>
      <Items missing={missing.slice(0, AT_ONCE)} />
      {rest.length > 0 && (
        <details>
          <summary>{t("missing_more", { n: rest.length })}</summary>
          <Items missing={rest} />
        </details>
      )}
    </div>
  );
}
