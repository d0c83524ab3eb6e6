import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import type { ReplacementTaken } from "../api";
import { type Problem, request, RequestError } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";

const MOMENT = /^20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d)?$/;
const FINAL_TOO_HIGH = "CW-G4108"; // unless somebody has checked it
const BOOKED_MS = 2_000; // the ledger looks for changed hours every second

interface Props {
  point: number;
  unit: string;
  onBooked: () => void;
}

/** Says that the meter was replaced; without a time it is where the readings step. */
export function ReplacementForm({ point, unit, onBooked }: Props) {
  const t = useTexts();
  const [values, setValues] = useState({ old_final: "", new_initial: "", at: "", reason: "" });
  const [busy, setBusy] = useState(false);
  const [taken, setTaken] = useState<ReplacementTaken | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const submit = async (confirmed: boolean) => {
    setBusy(true);
    setTaken(null);
    setProblem(null);
    try {
      const body = { ...values, confirmed, point_id: point, at: values.at ? `${values.at.trim().replace(" ", "T")}+08:00` : null };
      setTaken(await request<ReplacementTaken>("POST", "replacements", body));
      window.setTimeout(onBooked, BOOKED_MS);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
    setBusy(false);
  };
  const enter = (event: FormEvent) => {
    event.preventDefault();
    void submit(false);
  };
  const ready = values.old_final !== "" && values.new_initial !== "" && (values.at === "" || MOMENT.test(values.at.trim()));
  const field = (name: keyof typeof values, label: string, more = {}) => (
    <label>
      {label}
      <Input name={name} value={values[name]} onChange={(event) => setValues({ ...values, [name]: event.target.value })} {...more} />
    </label>
  );

  return (
    <details className="replacement-form">
      <summary>{t("enter_replacement")}</summary>
      <form onSubmit={enter}>
        {field("old_final", `${t("old_final")} ${unit}`, { inputMode: "decimal", required: true })}
        {field("new_initial", `${t("new_initial")} ${unit}`, { inputMode: "decimal", required: true })}
        {field("at", t("replaced_at"), { placeholder: "2026-11-16 10:05" })}
        {field("reason", t("reason"), { maxLength: 200 })}
        <Button htmlType="submit" type="primary" loading={busy} disabled={!ready}>
          {t("enter")}
        </Button>
      </form>
      {problem && <ProblemPanel problem={problem} />}
      {problem?.code === FINAL_TOO_HIGH && (
        <Button danger loading={busy} onClick={() => void submit(true)}>
          {t("enter_confirmed")}
        </Button>
      )}
      {taken && <p role="status">{t(taken.is_new ? "replacement_taken" : "replacement_known", { form: taken.form_number })}</p>}
    </details>
  );
}
