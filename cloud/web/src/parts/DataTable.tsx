import { type ReactNode, useState } from "react";
import { useTexts } from "../preferences";

export interface Column<Row> {
  key: string;
  title: string;
  /** shown in secondary colour beside the title */
  unit?: string;
  numeric?: boolean;
  /** stays visible when the table becomes cards on a phone */
  onCard?: boolean;
  sortBy?: (row: Row) => string | number | null;
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
  onOpen?: (row: Row) => void;
  /** the row that what is shown beside the table belongs to */
  isCurrent?: (row: Row) => boolean;
  initialSort?: { key: string; descending: boolean };
  label: string;
  /** few and narrow columns: stays a table on a phone */
  narrow?: boolean;
}

function compare(a: string | number | null, b: string | number | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === "string" || typeof b === "string") return sign * String(a).localeCompare(String(b), "zh-CN");
  return sign * (a - b);
}

/** A sortable table; unknown values sort last either way; on a phone each row is a card. */
export function DataTable<Row>({ columns, rows, rowKey, onOpen, isCurrent, initialSort, label, narrow = false }: Props<Row>) {
  const t = useTexts();
  const [sort, setSort] = useState(initialSort ?? null);
  const sorter = columns.find((column) => column.key === sort?.key)?.sortBy;
  const sign = sort?.descending ? -1 : 1;
  const sorted = sorter ? rows.toSorted((a, b) => compare(sorter(a), sorter(b), sign)) : rows;
  const toggle = (column: Column<Row>) =>
    setSort((old) =>
      old?.key === column.key
        ? { key: column.key, descending: !old.descending }
        : { key: column.key, descending: column.numeric === true },
    );
  const heading = (column: Column<Row>) => (
    <>
      {column.title}
      {column.unit && <span className="unit">{column.unit}</span>}
    </>
  );
  return (
    <table className={narrow ? "data-table narrow" : "data-table"} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => {
            const sorting = sort?.key === column.key ? (sort.descending ? "descending" : "ascending") : undefined;
            return (
              <th key={column.key} scope="col" className={column.numeric ? "numeric" : ""} aria-sort={sorting}>
                {column.sortBy ? (
                  <button type="button" onClick={() => toggle(column)} title={t("sort_by", { title: column.title })}>
                    {heading(column)}
                    <span className="arrow" aria-hidden="true">
                      {sorting === "descending" ? "↓" : sorting === "ascending" ? "↑" : ""}
                    </span>
                  </button>
                ) : (
                  heading(column)
                )}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => (
          <tr key={rowKey(row)} className={onOpen ? "opens" : ""} aria-current={isCurrent?.(row) || undefined} onClick={onOpen && (() => onOpen(row))}>
            {columns.map((column, index) => (
              <td
                key={column.key}
                data-label={column.unit ? `${column.title} ${column.unit}` : column.title}
                className={[column.numeric && "numeric", index === 0 && "head", column.onCard && "on-card"]
                  .filter(Boolean)
                  .join(" ")}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
