import { Input } from "antd";
import type { FieldMeta } from "../api";
import { unitIn } from "../format";
import { DateInput } from "../parts/DateInput";
import { usePreferences } from "../preferences";
import { useNamed } from "./kinds";
import { ReferenceInput } from "./ReferenceInput";
import type { Value } from "./record";

interface Props {
  id: string;
  field: FieldMeta;
  value: Value;
  onChange: (value: Value) => void;
  invalid: boolean;
  describedBy?: string;
}

/** What a moment looks like while it is typed; on the wire it has a T and an offset. */
export const spoken = (moment: string) => moment.slice(0, 16).replace("T", " ");

/** The input that fits a field's kind. */
export function FieldInput({ id, field, value, onChange, invalid, describedBy }: Props) {
  const { language, t } = usePreferences();
  const named = useNamed();
  const text = value === null ? "" : String(value);
  const common = { id, "aria-invalid": invalid || undefined, "aria-describedby": describedBy, "aria-required": field.required || undefined };
  const status = invalid ? ("error" as const) : undefined;
  switch (field.kind) {
    case "check":
      return <input type="checkbox" {...common} checked={value === true} onChange={(event) => onChange(event.target.checked)} />;
    case "choice":
      return (
        <select {...common} value={text} onChange={(event) => onChange(event.target.value || null)}>
          <option value="">{t("choose")}</option>
          {field.choices.map((choice) => (
            <option key={choice.key} value={choice.key}>
              {named(choice)}
            </option>
          ))}
        </select>
      );
    case "reference":
      return (
        <ReferenceInput id={id} target={field.target} label={named(field)} value={value === null ? null : Number(value)} onChange={onChange} invalid={invalid} describedBy={describedBy} />
      );
    case "date":
    case "moment":
      return (
        <DateInput id={id} value={spoken(text)} moment={field.kind === "moment"} invalid={invalid} describedBy={describedBy} onChange={(said) => onChange(said || null)} />
      );
    case "note":
      return <Input.TextArea {...common} status={status} value={text} maxLength={field.length} autoSize={{ minRows: 3, maxRows: 12 }} onChange={(event) => onChange(event.target.value || null)} />;
    case "number":
      return (
        <Input
          {...common}
          status={status}
          className="numeric"
          inputMode="decimal"
          autoComplete="off"
          suffix={field.unit && unitIn(field.unit, language)}
          value={text}
          onChange={(event) => onChange(event.target.value || null)}
        />
      );
    default:
      return <Input {...common} status={status} autoComplete="off" value={text} maxLength={field.length || undefined} onChange={(event) => onChange(event.target.value || null)} />;
  }
}
