import { useEffect, useState } from "react";
import { useTexts } from "../preferences";
import { type Cell, idOf, neighbour } from "./sheet";

interface Props {
  cell: Cell;
  name: string;
  column: "amount" | "cost";
  required: boolean;
  readOnly: boolean;
  isWrong: boolean;
  onType: (value: string) => void;
  onOpen: () => void;
}

/** A number and, below it, where it comes from. What is typed is kept when the cell is left. */
export function CellInput({ cell, name, column, required, readOnly, isWrong, onType, onOpen }: Props) {
  const t = useTexts();
  const [said, setSaid] = useState(cell.value ?? "");
  useEffect(() => setSaid(cell.value ?? ""), [cell.value]);
  const press = (event: React.KeyboardEvent<HTMLInputElement>) => {
    const { key, altKey, currentTarget } = event;
    if (key === "Enter" && altKey) onOpen();
    else if (key === "Enter" || key === "ArrowDown") neighbour(currentTarget, 1)?.focus();
    else if (key === "ArrowUp") neighbour(currentTarget, -1)?.focus();
    else if (key === "Escape") setSaid(cell.value ?? "");
    else return;
    event.preventDefault();
  };
  return (
    <span className="fill-cell">
      <input
        id={idOf(cell.code)}
        data-column={column}
        className={isWrong ? "wrong" : undefined}
        inputMode="decimal"
        autoComplete="off"
        aria-label={`${name} ${cell.unit}`}
        aria-invalid={isWrong}
        aria-required={required}
        readOnly={readOnly}
        value={said}
        onChange={(event) => setSaid(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => said !== (cell.value ?? "") && onType(said)}
        onKeyDown={press}
      />
      <button type="button" className={`source of-${cell.source ?? "none"}`} title={t("fill_source_of", { name })} aria-label={t("fill_source_of", { name })} onClick={onOpen}>
        {cell.source ? t(`source_${cell.source}`) : required ? t("fill_required") : "—"}
      </button>
    </span>
  );
}
