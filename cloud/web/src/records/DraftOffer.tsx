import { Button } from "antd";
import { clockOf, dateOf, inChina } from "../format";
import { useTexts } from "../preferences";

/** What was typed before a crash, to be taken up again or dropped. */
export function DraftOffer({ at, onTake, onDrop }: { at: string; onTake: () => void; onDrop: () => void }) {
  const t = useTexts();
  const then = inChina(at);
  return (
    <div className="notice" role="status">
      <span>{t("draft_found", { at: `${dateOf(then)} ${clockOf(then)}` })}</span>
      <Button size="small" onClick={onTake}>
        {t("draft_take")}
      </Button>
      <Button size="small" onClick={onDrop}>
        {t("draft_drop")}
      </Button>
    </div>
  );
}
