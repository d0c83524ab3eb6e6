/** What the server says under /api/v1. Exact values travel as decimal strings, times as ISO 8601. */

export type Quality = "measured" | "interpolated" | "estimated" | "corrected" | "missing";
export type EndUse = "lighting" | "hvac" | "power" | "special" | "pv" | "water";
export type FigureKey =
  | "electricity" | "energy" | "energy_per_capita" | "energy_per_area" | "electricity_per_area"
  | "water" | "water_per_capita" | "pv";
export type MeterState = "good" | "watch" | "bad" | "unknown";
export type Step = "hour" | "day" | "month";

export interface Session {
  username: string;
  display_name: string;
  role: string;
  setup: boolean;
  region: { code: string; name: string } | null;
  demo: boolean;
}

export interface Reason { code: string; zh: string; en: string }

export interface Figure {
  key: FigureKey;
  title: string;
  title_en: string;
  value: string | null;
  unit: string;
  completeness: number | null;
  estimated: boolean;
  reason: Reason | null;
}

export interface Period { key: string; title: string; start: string; end: string; elapsed_days: number }

export interface Live {
  at: string;
  power_w: number | null;
  by_end_use: { end_use: EndUse; power_w: number | null }[];
  pv_power_w: number | null;
  meters_online: number;
  meters_total: number;
  today: { hours: number[]; series: { end_use: EndUse; kw: (number | null)[] }[]; last_week_kw: (number | null)[] };
}

export interface InstitutionRow {
  id: number;
  code: string;
  name: string;
  kind: string;
  figures: Partial<Record<FigureKey, Figure>>;
  live_power_w: number | null;
  meters_online: number;
  meters_total: number;
}

export interface Overview {
  region: { code: string; name: string };
  period: Period;
  updated_at: string;
  figures: Figure[];
  live: Live;
  institutions: InstitutionRow[];
}

export interface Meter {
  point_id: number;
  device: string;
  name: string;
  template: string;
  template_title: string;
  building: string | null;
  end_use: EndUse | null;
  state: MeterState;
  state_reason: string | null;
  last_at: string | null;
  power_w: number | null;
  counter: { value: string; unit: string; at: string } | null;
  completeness: number | null;
}

export interface Institution {
  institution: {
    id: number;
    code: string;
    name: string;
    kind: string;
    level: string;
    region: string;
    head_count: { value: string | number; valid_from: string } | null;
    floor_area: { value: string | number; unit: string; valid_from: string } | null;
    buildings: { id: number; code: string; name: string; floor_area: string | null }[];
  };
  period: Period;
  figures: Figure[];
  live: Live;
  meters: Meter[];
}

export interface LoadSeries {
  end_use: EndUse;
  title: string;
  unit?: string;
  values: (string | null)[];
  quality: Quality[];
  covered: number[];
}

export interface Load {
  step: Step;
  unit: string;
  starts: string[];
  series: LoadSeries[];
  pv: LoadSeries | null;
  water: LoadSeries | null;
  days: { date: string; weekday: number; workday: boolean; confirmed: boolean }[];
}

export interface MonthOfMeter { month: string; value: string | null; quality: Quality; covered: number }

export interface EnergyMeter {
  point_id: number;
  device: string;
  name: string;
  end_use: EndUse | null;
  building: string | null;
  total: string | null;
  completeness: number | null;
  months: MonthOfMeter[];
}

export interface FactorInput {
  kind: "factor"; id: string; title: string; value: string; unit: string;
  source: string; clause: string; valid_from: string; status: string;
}
export interface DenominatorInput {
  kind: "denominator"; title: string;
  rows: { value: string; unit: string; valid_from: string; valid_to: string | null; source: string }[];
  applied: string | null;
}
export interface EnergyInput { kind: "energy"; title: string; unit: string; meters: EnergyMeter[]; total: string | null }
export type LineageInput = FactorInput | DenominatorInput | EnergyInput;

export interface Lineage {
  figure: Figure;
  formula: { zh: string; en: string; expression: string };
  inputs: LineageInput[];
  missing: { what: string; reason: string }[];
}

export interface PointReadings {
  point: { point_id: number; device: string; name: string; unit: string; title?: string; template_title?: string };
  hours: { start: string; value: string | null; quality: Quality; covered: number }[];
  readings: { at: string; value: string | null; reason: string | null }[];
}

export interface Problem {
  title?: string; status: number; code: string; detail: string; detail_en?: string;
  remedy?: string; remedy_en?: string; where?: string;
}
