import type { components } from "../api.gen";

type Schemas = components["schemas"];
export type Sheet = Schemas["ReturnSheetOut"];
export type Table = Schemas["ReturnTableOut"];
export type Line = Schemas["ReturnLineOut"];
export type Cell = Schemas["ReturnCellOut"];
export type Finding = Schemas["ReturnFindingOut"];
export type Outcome = Finding["outcome"];
export type Reason = NonNullable<Cell["reason"]>;

export const FILL = "returns/fill";
export const RETURNS = "returns/returns";
export const OUTCOMES: Outcome[] = ["possible", "unchecked", "okay"];
export const REASONS: Reason[] = ["occupancy", "weather", "retrofit", "meter", "price", "billing", "allocation", "error_before", "other"];

export const cellsOf = (sheet: Sheet): Cell[] => sheet.tables.flatMap((table) => table.lines.flatMap((line) => (line.cost ? [line.amount, line.cost] : [line.amount])));

/** The id of a cell's input: checks lead to it. */
export const idOf = (code: string) => `cell-${code}`;

/** The input that the keyboard goes on to, in the same column: the next or the former one. */
export function neighbour(input: HTMLInputElement, step: 1 | -1): HTMLInputElement | undefined {
  const column = [...document.querySelectorAll<HTMLInputElement>(`input[data-column="${input.dataset.column}"]`)];
  return column[column.indexOf(input) + step];
}

/** Goes to a cell and marks what stands in it. */
export function goTo(code: string) {
  const input = document.getElementById(idOf(code));
  input?.scrollIntoView({ block: "center" });
  input?.focus();
}

/** A difference in percent, with its sign. */
export const signed = (share: number) => `${share > 0 ? "+" : ""}${share} %`;
