import { Button, Input } from "antd";
import { useEffect, useState } from "react";
import type { PlanRoom } from "../api";
import { type Problem } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import type { Point } from "./geometry";
import { defaultOutline, type OutlineEditor } from "./outline";

interface Props {
  room: PlanRoom;
  /** the room whose place is drawn after this one */
  next: PlanRoom | null;
  outline: OutlineEditor;
  /** rooms whose place is drawn on the same ground */
  covered: PlanRoom[];
  chosen: number | null;
  onChoose: (corner: number | null) => void;
  busy: boolean;
  problem: Problem | null;
  onSave: (next: PlanRoom | null) => void;
  onGiveUp: () => void;
}

/** What is being drawn, corner by corner: everything the picture does can be done here by typing. */
export function OutlinePanel({ room, next, outline, covered, chosen, onChoose, busy, problem, onSave, onGiveUp }: Props) {
  const t = useTexts();
  const { points, closed, fault } = outline;
  const move = (corner: number, point: Point) => outline.set(points.map((one, index) => (index === corner ? point : one)), closed);
  const isReady = closed && fault === null && outline.isChanged;
  const hint = closed ? "draw_hint_closed" : points.length ? "draw_hint_open" : "draw_hint_start";
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || (event.target as Element).closest("input")) return;
      event.preventDefault();
      if (event.shiftKey) outline.redo();
      else outline.undo();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
  return (
    <section className="outline-panel" aria-labelledby="outline-title">
      <h2 id="outline-title">{t("drawing_of", { number: room.number })}</h2>
      <p role="status">{t(hint)}</p>
      <div className="buttons">
        <Button size="small" disabled={!outline.canUndo} onClick={outline.undo}>
          {t("undo")}
        </Button>
        <Button size="small" disabled={!outline.canRedo} onClick={outline.redo}>
          {t("redo")}
        </Button>
        {points.length > 0 ? (
          <Button size="small" onClick={() => (outline.set([], false), onChoose(null))}>
            {t("clear_outline")}
          </Button>
        ) : (
          <Button size="small" onClick={() => outline.set(defaultOutline(), true)}>
            {t("start_rectangle")}
          </Button>
        )}
      </div>
      {points.length > 0 && (
        <>
          <h3>{t("corners")}</h3>
          <p className="caption">{t("corners_hint")}</p>
          <ol className="corner-list">
            <li className="caption" aria-hidden="true">
              <span />
              <span>{t("across")}</span>
              <span>{t("down")}</span>
            </li>
            {points.map((point, index) => (
              <li key={index} className={index === chosen ? "chosen" : undefined}>
                <span className="caption">{index + 1}</span>
                <Share label={`${t("corner", { n: index + 1 })} ${t("across")}`} value={point[0]} onFocus={() => onChoose(index)} onChange={(x) => move(index, [x, point[1]])} />
                <Share label={`${t("corner", { n: index + 1 })} ${t("down")}`} value={point[1]} onFocus={() => onChoose(index)} onChange={(y) => move(index, [point[0], y])} />
                <Button size="small" type="text" aria-label={t("remove_corner", { n: index + 1 })} disabled={points.length <= 3} onClick={() => outline.set(points.filter((_, one) => one !== index), closed)}>
                  ×
                </Button>
              </li>
            ))}
          </ol>
          <Button
            size="small"
            className="add-corner"
            onClick={() => {
              const [a, b] = [points.at(-1)!, points[0]!];
              outline.set([...points, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]], closed || points.length > 1);
            }}
          >
            {t("add_corner")}
          </Button>
        </>
      )}
      {closed && fault && (
        <p className="complaint" role="alert">
          <span aria-hidden="true">■</span> {t(fault)}
        </p>
      )}
      {closed && !fault && covered.length > 0 && (
        <p className="watch" role="status">
          <span aria-hidden="true">▲</span> {t("outline_overlaps", { rooms: covered.map((one) => one.number).join(t("list_comma")) })}
        </p>
      )}
      {problem && <ProblemPanel problem={problem} />}
      <footer className="buttons">
        {next && (
          <Button type="primary" disabled={!isReady} loading={busy} onClick={() => onSave(next)}>
            {t("save_and_next", { number: next.number })}
          </Button>
        )}
        <Button type={next ? "default" : "primary"} disabled={!isReady || busy} onClick={() => onSave(null)}>
          {t("save_outline")}
        </Button>
        <Button disabled={busy} onClick={onGiveUp}>
          {t("give_up")}
        </Button>
      </footer>
    </section>
  );
}

/** A share of a side as per cent; what is no number yet stays in the field only. */
function Share({ label, value, onFocus, onChange }: { label: string; value: number; onFocus: () => void; onChange: (share: number) => void }) {
  const shown = String(Number((value * 100).toFixed(2)));
  const [said, setSaid] = useState(shown);
  useEffect(() => setSaid(shown), [shown]);
  return (
    <Input
      size="small"
      className="numeric"
      inputMode="decimal"
      aria-label={label}
      value={said}
      status={/^\d{1,3}(\.\d*)?$/.test(said) ? undefined : "error"}
      onFocus={onFocus}
      onBlur={() => setSaid(shown)}
      onChange={(event) => {
        setSaid(event.target.value);
        const share = Number(event.target.value) / 100;
        if (event.target.value.trim() && share >= 0 && share <= 1) onChange(share);
      }}
    />
  );
}
