import type { FieldMeta } from "../api";
import { INSTITUTION } from "./directory";
import type { Kind } from "./kinds";

/** What a field holds on the wire: numbers with decimals are strings, moments ISO 8601. */
export type Value = string | number | boolean | null;

/** A record as the server shows it. */
export interface Row {
  id: number;
  owner_id: number;
  rev: number;
  [field: string]: Value;
}

export interface Listed {
  total: number;
  rows: Row[];
}

const PLAIN = { unit: "", digits: 0, length: 0, choices: [], target: "", required: false, computed: true, ordinal: false };

/** Whose a record is: every record has it, no manifest names it. */
export const OWNER: FieldMeta = { ...PLAIN, key: "owner_id", zh: "所属单位", en: "institution", kind: "reference", target: INSTITUTION, required: true };

/** All that a list can show of a kind: its fields, where it stands, whose it is. */
export function fieldsOf(kind: Kind): FieldMeta[] {
  const state: FieldMeta = { ...PLAIN, key: "state", zh: "状态", en: "state", kind: "choice", choices: kind.states };
  return [...kind.fields, ...(kind.states.length ? [state] : []), OWNER];
}

export function fieldOf(kind: Kind, key: string): FieldMeta | undefined {
  return fieldsOf(kind).find((field) => field.key === key);
}

/** The fields of a form. */
export function writable(kind: Kind): FieldMeta[] {
  return kind.fields.filter((field) => !field.computed);
}
