import { Tooltip } from "antd";
import { useTexts } from "../preferences";

/** A mark on a figure that leaves something out; says what on hover, focus and tap. */
export function Caveat({ text }: { text: string }) {
  const t = useTexts();
  return (
    <Tooltip title={text} trigger={["hover", "focus"]}>
      <button type="button" className="state explained caption" aria-label={text}>
        <span aria-hidden="true" className="watch-sign">
          ▲
        </span>
        {t("caveat")}
      </button>
    </Tooltip>
  );
}
