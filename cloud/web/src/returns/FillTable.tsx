import { percent } from "../format";
import { usePreferences } from "../preferences";
import { CellInput } from "./CellInput";
import { OutcomeMark } from "./OutcomeMark";
import { type Cell, type Line, type Outcome, signed, type Table } from "./sheet";

interface Props {
  table: Table;
  readOnly: boolean;
  wrong: string | null;
  onType: (code: string, value: string) => void;
  onOpen: (code: string) => void;
}

const RANK: Record<Outcome, number> = { okay: 0, unchecked: 1, possible: 2 };

function worst(line: Line): Outcome | null {
  const said = [line.amount.outcome, line.cost?.outcome].filter((one): one is Outcome => !!one);
  return said.reduce<Outcome | null>((a, b) => (a === null || RANK[b] > RANK[a] ? b : a), null);
}

/** A table of the form: amounts and costs to fill in, what is measured beside them, what the checks say. */
export function FillTable({ table, readOnly, wrong, onType, onOpen }: Props) {
  const { language, t } = usePreferences();
  const named = (one: { zh: string; en: string }) => (language === "zh" ? one.zh : one.en);
  const hasCosts = table.lines.some((line) => line.cost);
  const input = (cell: Cell, column: "amount" | "cost", required: boolean) => (
    <CellInput
      cell={cell}
      name={named(cell)}
      column={column}
      required={required}
      readOnly={readOnly}
      isWrong={wrong === cell.code}
      onType={(value) => onType(cell.code, value)}
      onOpen={() => onOpen(cell.code)}
    />
  );
  return (
    <table className={hasCosts ? "fill-table with-costs" : "fill-table"} aria-label={named(table)}>
      <thead>
        <tr>
          <th scope="col">{t("fill_line")}</th>
          <th scope="col" className="numeric">
            {t("fill_amount")}
          </th>
          <th scope="col" className="numeric">
            {t("fill_measured")}
          </th>
          {hasCosts && (
            <th scope="col" className="numeric">
              {t("fill_cost")}
            </th>
          )}
          <th scope="col">{t("fill_check")}</th>
        </tr>
      </thead>
      <tbody>
        {table.lines.map((line) => {
          const { measured } = line.amount;
          const outcome = worst(line);
          const issue = line.amount.outcome === outcome ? line.amount : (line.cost ?? line.amount);
          return (
            <tr key={line.code}>
              <th scope="row" className={line.is_part ? "part" : undefined}>
                {named(line)}
                <span className="unit">{line.amount.unit}</span>
              </th>
              <td className="amount">{input(line.amount, "amount", line.required)}</td>
              <td className="measured numeric">
                {measured && line.amount.source === "person" && (
                  <>
                    {measured.value}
                    {measured.difference_percent !== null && <span className="caption"> {signed(measured.difference_percent)}</span>}
                  </>
                )}
                {measured && line.amount.source !== "person" && measured.completeness !== null && <span className="caption">{percent(measured.completeness)}</span>}
              </td>
              {hasCosts && <td className="cost" data-title={t("fill_cost")}>{line.cost && input(line.cost, "cost", false)}</td>}
              <td className="check">
                {outcome && (
                  <button type="button" onClick={() => onOpen(issue.code)}>
                    <OutcomeMark outcome={outcome} />
                    {outcome === "possible" && <span className="caption">{t(issue.reason ? "fill_reason_given" : "fill_give_reason")}</span>}
                  </button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
