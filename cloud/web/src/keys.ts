import { useEffect } from "react";

const TEXT_FIELD = "input:not([type=radio], [type=checkbox]), textarea, [contenteditable]";

/** Runs an action on a single key, unless the person is typing text or holds a modifier. */
export function useKey(key: string, action: () => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest(TEXT_FIELD);
      if (event.key.toLowerCase() !== key || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}
