import { Alert, Button } from "antd";
import type { Problem } from "../client";
import { usePreferences } from "../preferences";

/** A failed request in plain words: what happened, what to do, and the code to quote. */
export function ProblemPanel({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  const { language, t } = usePreferences();
  const message = language === "zh" ? problem.detail : problem.detail_en;
  const remedy = language === "zh" ? problem.remedy : problem.remedy_en;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={message}
      description={
        <>
          {remedy && <div>{remedy}</div>}
          <div className="caption">
            {t("code")} {problem.code}
          </div>
        </>
      }
      action={onRetry && <Button onClick={onRetry}>{t("retry")}</Button>}
    />
  );
}

/** One line above data that is still shown although refreshing it fails. */
export function StaleNote({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const { language, t } = usePreferences();
  const message = language === "zh" ? problem.detail : problem.detail_en;
  return (
    <div className="stale" role="status">
      <span aria-hidden="true">▲</span>
      {t("stale", { message, code: problem.code })}
      <Button size="small" onClick={onRetry}>
        {t("retry")}
      </Button>
    </div>
  );
}
