import { type ReactNode, useState } from "react";
import { useTexts } from "../preferences";

export interface Column<Row> {
  key: string;
  title: string;
  /** shown in secondary colour beside the title */
  unit?: string;
  numeric?: boolean;
  /** heads the card that a row becomes on a phone; the first column where none says so */
  isHead?: boolean;
  /** stays visible when the table becomes cards on a phone */
  onCard?: boolean;
  sortBy?: (row: Row) => string | number | null;
  /** the server sorts by it */
  sorts?: boolean;
  cell: (row: Row) => ReactNode;
}

export interface Order {
  key: string;
  descending: boolean;
}

interface Props<Row> {
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
  onOpen?: (row: Row) => void;
  /** the row that what is shown beside the table belongs to */
  isCurrent?: (row: Row) => boolean;
  initialSort?: Order;
  /** the order in which the server sent the rows, and how another one is asked for */
  order?: Order | null;
  onOrder?: (order: Order) => void;
  /** the rows that something is to be done with at once */
  selected?: Set<string | number>;
  onSelect?: (selected: Set<string | number>) => void;
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
export function DataTable<Row>({ columns, rows, rowKey, onOpen, isCurrent, initialSort, order, onOrder, selected, onSelect, label, narrow = false }: Props<Row>) {
  const t = useTexts();
  const [own, setOwn] = useState(initialSort ?? null);
  const sort = order === undefined ? own : order;
  const sorter = columns.find((column) => column.key === sort?.key)?.sortBy;
  const sign = sort?.descending ? -1 : 1;
  const sorted = sorter ? rows.toSorted((a, b) => compare(sorter(a), sorter(b), sign)) : rows;
  const head = columns.find((column) => column.isHead) ?? columns[0];
  const toggle = ({ key, numeric }: Column<Row>) => {
    const next = { key, descending: sort?.key === key ? !sort.descending : numeric === true };
    if (onOrder) onOrder(next);
    else setOwn(next);
  };
  const keys = rows.map(rowKey);
  const isAll = keys.length > 0 && keys.every((key) => selected?.has(key));
  const pick = (key: string | number) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
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
          {onSelect && (
            <th scope="col" className="select">
              <input type="checkbox" aria-label={t("select_all")} checked={isAll} onChange={() => onSelect(new Set(isAll ? [] : keys))} />
            </th>
          )}
          {columns.map((column) => {
            const sorting = sort?.key === column.key ? (sort.descending ? "descending" : "ascending") : undefined;
            return (
              <th key={column.key} scope="col" className={column.numeric ? "numeric" : ""} aria-sort={sorting}>
                {column.sortBy || column.sorts ? (
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
            {onSelect && (
              <td className="select on-card" onClick={(event) => event.stopPropagation()}>
                <input type="checkbox" aria-label={t("select_row", { n: rowKey(row) })} checked={selected?.has(rowKey(row)) ?? false} onChange={() => pick(rowKey(row))} />
              </td>
            )}
            {columns.map((column) => (
              <td
                key={column.key}
                data-label={column.unit ? `${column.title} ${column.unit}` : column.title}
                className={[column.numeric && "numeric", column === head && "head", column.onCard && "on-card"]
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
