import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import type { SecondFactorBegun } from "../api";
import { request } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { STATES } from "../tokens";

/** The secret in groups of four, as one types it. */
const keyOf = (uri: string) => (new URL(uri).searchParams.get("secret") ?? "").replace(/(.{4})(?=.)/g, "$1 ");

/** The second factor: scanned, confirmed by its digits; from then on asked for at every sign-in. */
export function SecondFactor({ isSet, onSet }: { isSet: boolean; onSet: () => void }) {
  const t = useTexts();
  const { busy, problem, act } = useDeed();
  const [begun, setBegun] = useState<SecondFactorBegun | null>(null);
  const [digits, setDigits] = useState("");
  const begin = () => void act(async () => setBegun(await request<SecondFactorBegun>("POST", "second-factor")));
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      await request("POST", "second-factor/confirm", { digits });
      setBegun(null);
      onSet();
    });
  };
  if (isSet)
    return (
      <>
        <p>
          <span aria-hidden="true" style={{ color: STATES.good.colour }}>
            {STATES.good.sign}
          </span>{" "}
          {t("second_factor_on")}
        </p>
        <p className="caption">{t("second_factor_lost")}</p>
      </>
    );
  if (begun === null)
    return (
      <>
        <p>
          <span aria-hidden="true" style={{ color: STATES.unknown.colour }}>
            {STATES.unknown.sign}
          </span>{" "}
          {t("second_factor_off")}
        </p>
        {problem && <ProblemPanel problem={problem} />}
        <div>
          <Button loading={busy} onClick={begin}>
            {t("second_factor_begin")}
          </Button>
        </div>
      </>
    );
  return (
    <form className="stacked" onSubmit={confirm}>
      <p>{t("second_factor_scan")}</p>
      <img className="qr" src={begun.picture} alt={t("second_factor_scan")} width="200" height="200" />
      <p>
        {t("second_factor_key")} <code>{keyOf(begun.uri)}</code>
      </p>
      <label>
        {t("second_factor_then")}
        <Input className="digits" autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={6} aria-label={t("six_digits")} value={digits} onChange={(event) => setDigits(event.target.value.replace(/\D/g, ""))} />
      </label>
      {problem && <ProblemPanel problem={problem} />}
      <Button type="primary" htmlType="submit" loading={busy} disabled={digits.length !== 6}>
        {t("confirm_digits")}
      </Button>
    </form>
  );
}
