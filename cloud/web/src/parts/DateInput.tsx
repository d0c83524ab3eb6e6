import { Button, Input } from "antd";
import { useRef } from "react";
import { useTexts } from "../preferences";

interface Props {
  id?: string;
  /** 2026-11-21, or 2026-11-21 09:30 for a moment */
  value: string;
  moment?: boolean;
  label?: string;
  /** instead of an example: where an empty field is no gap */
  placeholder?: string;
  invalid?: boolean;
  describedBy?: string;
  onChange: (value: string) => void;
}

/** A day or moment typed the same in every browser; the browser's own calendar opens beside it. */
export function DateInput({ id, value, moment = false, label, placeholder, invalid = false, describedBy, onChange }: Props) {
  const t = useTexts();
  const calendar = useRef<HTMLInputElement>(null);
  return (
    <span className="date-input">
      <Input
        id={id}
        value={value}
        aria-label={label}
        aria-invalid={invalid || undefined}
        aria-describedby={describedBy}
        status={invalid ? "error" : undefined}
        placeholder={placeholder ?? (moment ? "2026-11-21 09:30" : "2026-11-21")}
        autoComplete="off"
        inputMode="numeric"
        maxLength={16}
        onChange={(event) => onChange(event.target.value)}
      />
      <input
        ref={calendar}
        type={moment ? "datetime-local" : "date"}
        tabIndex={-1}
        aria-hidden="true"
        value={value.replace(" ", "T")}
        onChange={(event) => event.target.value && onChange(event.target.value.replace("T", " "))}
      />
      <Button aria-label={t("open_calendar", { title: label ?? "" })} onClick={() => calendar.current?.showPicker()}>
        ▾
      </Button>
    </span>
  );
}
