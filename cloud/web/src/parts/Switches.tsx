import { Button } from "antd";
import { usePreferences } from "../preferences";

/** Language, and light or dark. */
export function Switches() {
  const { language, setLanguage, dark, setDark, t } = usePreferences();
  const other = language === "zh" ? "en" : "zh";
  return (
    <span className="switches">
      <Button type="text" lang={other === "en" ? "en" : "zh-CN"} onClick={() => setLanguage(other)}>
        {t("other_language")}
      </Button>
      <Button type="text" onClick={() => setDark(!dark)}>
        {t(dark ? "light_mode" : "dark_mode")}
      </Button>
    </span>
  );
}
