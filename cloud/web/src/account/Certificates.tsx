import { Button, Skeleton } from "antd";
import type { Account, Certificate } from "../api";
import { request, useResource } from "../client";
import { FileButton } from "../parts/FileButton";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";

/** Whose certificates open an account. */
export function Certificates({ account }: { account: Account }) {
  const t = useTexts();
  const path = `accounts/${account.id}/certificates`;
  const { data, problem, retry } = useResource<Certificate[]>(path);
  const { busy, problem: refusal, act } = useDeed();
  const bind = ([file]: File[]) =>
    file &&
    void act(async () => {
      await request("POST", path, { certificate: await file.text() });
      retry();
    });
  const unbind = (id: number) =>
    void act(async () => {
      await request("DELETE", `certificates/${id}`);
      retry();
    });
  return (
    <section>
      <h3>{t("certificates")}</h3>
      {data === null && (problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} paragraph={{ rows: 1 }} />)}
      {data?.length === 0 && <p className="secondary">{t("empty_certificates")}</p>}
      <ul className="plain-rows">
        {data?.map((one) => (
          <li key={one.id}>
            <span>
              <span className="caption">{t("certificate_subject")}</span> {one.subject}
              <br />
              <span className="caption">{t("certificate_issuer")}</span> {one.issuer}
            </span>
            <Button size="small" disabled={busy} aria-label={`${t("unbind")} ${one.subject}`} onClick={() => unbind(one.id)}>
              {t("unbind")}
            </Button>
          </li>
        ))}
      </ul>
      {refusal && <ProblemPanel problem={refusal} />}
      <div>
        <FileButton title={t("certificate_file")} accept=".pem,.crt,.cer" loading={busy} onFiles={bind} />
      </div>
    </section>
  );
}
