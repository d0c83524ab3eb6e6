import { Button } from "antd";
import type { GatewayCode } from "../api";
import { clockOf, dateOf } from "../format";
import { useTexts } from "../preferences";

/** A one-time code with the command to type; it cannot be shown again. */
export function EnrolmentCode({ code, onClose }: { code: GatewayCode; onClose: () => void }) {
  const t = useTexts();
  const command = `civicwatt edge enroll --url ${window.location.origin} --code ${code.code}`;
  return (
    <section className="card code-card" role="status">
      <h2>{t("code_for", { gateway: code.gateway })}</h2>
      <p className="secondary">{t("code_once", { until: `${dateOf(code.expires_at)} ${clockOf(code.expires_at)}` })}</p>
      <div className="command">
        <code>{command}</code>
        <Button onClick={() => void navigator.clipboard?.writeText(command)}>{t("code_copy")}</Button>
        <Button type="text" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
    </section>
  );
}
