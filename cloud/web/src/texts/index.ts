import en from "./en";
import zh, { type TextKey } from "./zh";

export type Language = "zh" | "en";
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

const TEXTS: Record<Language, Record<TextKey, string>> = { zh, en };

export function isTextKey(key: string): key is TextKey {
  return key in zh;
}

export function translator(language: Language): Translate {
  return (key, values = {}) =>
    TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
