import { Button, Input } from "antd";
import { type FormEvent, useEffect, useId, useState } from "react";
import { useTexts } from "../preferences";
import { ReferenceInput } from "../records/ReferenceInput";
import { DayStepper } from "./DayStepper";

interface Props {
  vehicle: number | null;
  day: string;
  /** the purpose that was given for this vehicle and day: the track is shown */
  agreed: string | null;
  onVehicle: (vehicle: number | null) => void;
  onDay: (day: string) => void;
  onAsk: (vehicle: number, purpose: string) => void;
}

const SHORTEST = 2;

/** Whose track, which day, and why: the reason is written into the audit. */
export function ReplayForm({ vehicle, day, agreed, onVehicle, onDay, onAsk }: Props) {
  const t = useTexts();
  const id = useId();
  const [why, setWhy] = useState(agreed ?? "");
  const [complaint, setComplaint] = useState<"map_choose_vehicle" | "map_purpose_short" | null>(null);
  useEffect(() => {
    if (agreed !== null) setWhy(agreed);
  }, [agreed]);
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (vehicle === null) return setComplaint("map_choose_vehicle");
    if (why.trim().length < SHORTEST) return setComplaint("map_purpose_short");
    setComplaint(null);
    onAsk(vehicle, why.trim());
  };
  const aboutPurpose = complaint === "map_purpose_short";
  return (
    <form className="side-head replay-form" onSubmit={ask} noValidate>
      <div className="labelled">
        <label htmlFor={`${id}vehicle`}>{t("map_vehicle")}</label>
        <ReferenceInput id={`${id}vehicle`} target="fleet/vehicles" label={t("map_vehicle")} value={vehicle} onChange={onVehicle} invalid={complaint === "map_choose_vehicle"} />
      </div>
      <div className="labelled">
        <span className="caption">{t("map_day")}</span>
        <DayStepper day={day} onChange={onDay} />
      </div>
      <div className="labelled wide">
        <label htmlFor={`${id}why`}>{t("map_purpose")}</label>
        <span className="asking">
          <Input
            id={`${id}why`}
            value={why}
            maxLength={200}
            placeholder={t("map_purpose_hint")}
            status={aboutPurpose ? "error" : undefined}
            aria-invalid={aboutPurpose || undefined}
            aria-describedby={complaint ? `${id}complaint` : undefined}
            autoComplete="off"
            onChange={(event) => setWhy(event.target.value)}
          />
          <Button type={agreed !== null ? "default" : "primary"} htmlType="submit">
            {t("map_show_track")}
          </Button>
        </span>
      </div>
      {complaint && (
        <p className="complaint wide" id={`${id}complaint`} role="alert">
          <span aria-hidden="true">■</span> {t(complaint)}
        </p>
      )}
    </form>
  );
}
