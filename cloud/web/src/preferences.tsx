import { App, ConfigProvider, theme } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { createContext, type ReactNode, useContext, useLayoutEffect, useMemo, useState } from "react";
import { type Language, translator, type Translate } from "./texts";
import { FONT, type Palette, PALETTES } from "./tokens";

interface Preferences {
  language: Language;
  dark: boolean;
  palette: Palette;
  t: Translate;
  setLanguage: (language: Language) => void;
  setDark: (dark: boolean) => void;
}

const Context = createContext<Preferences | null>(null);

export function usePreferences(): Preferences {
  const preferences = useContext(Context);
  if (preferences === null) throw new Error("outside PreferencesProvider");
  return preferences;
}

export function useTexts(): Translate {
  return usePreferences().t;
}

function useStored(key: string, initial: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => window.localStorage.getItem(key) ?? initial);
  const store = (next: string) => {
    window.localStorage.setItem(key, next);
    setValue(next);
  };
  return [value, store];
}

/** Language and light or dark: read from this browser, given to antd, the style sheets and the charts alike. */
export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useStored("civicwatt.language", "zh");
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const [mode, setMode] = useStored("civicwatt.mode", system);
  const dark = mode === "dark";
  const palette = PALETTES[dark ? "dark" : "light"];
  const spoken: Language = language === "en" ? "en" : "zh";

  useLayoutEffect(() => {
    const root = document.documentElement;
    for (const [name, value] of Object.entries(palette)) root.style.setProperty(`--${name}`, value);
    root.style.setProperty("--font", FONT);
    root.style.colorScheme = dark ? "dark" : "light";
    root.lang = spoken === "zh" ? "zh-CN" : "en";
  }, [palette, dark, spoken]);

  const antdTheme = useMemo(
    () => ({
      algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
      token: {
        colorPrimary: palette.primary,
        colorLink: palette.primary,
        colorBgLayout: palette.ground,
        colorBgContainer: palette.card,
        colorBgElevated: palette.card,
        colorBorder: palette.border,
        colorBorderSecondary: palette.line,
        colorError: palette.bad,
        colorBgMask: dark ? "#00000080" : "#1F243040",
        colorText: palette.text,
        colorTextSecondary: palette.secondary,
        colorTextPlaceholder: dark ? "#7E8897" : "#6B7484",
        borderRadius: 6,
        fontFamily: FONT,
        fontSize: 14,
        motion: false,
      },
      components: {
          Alert: { withDescriptionPadding: "10px 12px", withDescriptionIconSize: 18 },
          Button: { primaryShadow: "none", defaultShadow: "none", contentFontSizeSM: 12 },
          Input: { inputFontSizeSM: 12 },
        },
    }),
    [palette, dark],
  );

  const preferences = useMemo(
    () => ({
      language: spoken,
      dark,
      palette,
      t: translator(spoken),
      setLanguage,
      setDark: (next: boolean) => setMode(next ? "dark" : "light"),
    }),
    [spoken, dark, palette],
  );

  return (
    <Context.Provider value={preferences}>
      <ConfigProvider theme={antdTheme} locale={spoken === "zh" ? zhCN : enUS} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
        <App component={false}>{children}</App>
      </ConfigProvider>
    </Context.Provider>
  );
}
