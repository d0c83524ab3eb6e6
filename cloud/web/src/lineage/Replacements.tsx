import type { EnergyMeter } from "../api";
import { clockOf, dateOf, exact } from "../format";
import { useTexts } from "../preferences";

interface Props {
  meter: EnergyMeter;
  unit: string;
  /** with the meter's name before it */
  named?: boolean;
}

/** One line for each time the meter was replaced in the period. */
export function Replacements({ meter, unit, named = false }: Props) {
  const t = useTexts();
  return meter.replacements.map((form) => (
    <p key={form.form_number} className="secondary">
      {named && `${meter.name} · `}
      {t("replaced", {
        at: `${dateOf(form.at)} ${clockOf(form.at)}`,
        form: form.form_number,
        old: exact(form.old_final),
        new: exact(form.new_initial),
        unit,
      })}
    </p>
  ));
}
