import type { Institution } from "../api";
import { exact } from "../format";
import { usePreferences } from "../preferences";
import { href } from "../route";

/** Who this is, and the dated facts its per-capita and per-area figures rest on. */
export function InstitutionHeading({ held, period }: { held: Institution; period: string | null }) {
  const { t, language } = usePreferences();
  const { institution } = held;
  const { head_count: heads, floor_area: area } = institution;
  return (
    <div className="heading">
      <nav className="caption">
        <a href={href({ period })}>‹ {t("city_overview")}</a>
      </nav>
      <h1>{institution.name}</h1>
      <dl>
        <div>
          <dt>{t("kind")}</dt>
          <dd>
            {language === "zh" ? `${institution.kind} · ${institution.level}` : `${institution.kind_en} · ${institution.level_en}`}
          </dd>
        </div>
        <div>
          <dt>{t("floor_area")}</dt>
          <dd>
            {area ? (
              <>
                <span className="figure">
                  {exact(String(area.value))}
                  <span className="unit">{area.unit}</span>
                </span>
                <span className="caption">{t("since", { date: area.valid_from })}</span>
              </>
            ) : (
              t("not_on_file")
            )}
          </dd>
        </div>
        <div>
          <dt>{t("heads")}</dt>
          <dd>
            {heads ? (
              <>
                <span className="figure">
                  {exact(String(heads.value))}
                  {language === "zh" && <span className="unit">人</span>}
                </span>
                <span className="caption">{t("since", { date: heads.valid_from })}</span>
              </>
            ) : (
              t("not_on_file")
            )}
          </dd>
        </div>
        <div>
          <dt>{t("buildings")}</dt>
          <dd>{institution.buildings.map((building) => building.name).join(t("list_comma"))}</dd>
        </div>
      </dl>
    </div>
  );
}
