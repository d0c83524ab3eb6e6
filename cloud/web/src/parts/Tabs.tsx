import { type KeyboardEvent, type ReactNode, useId } from "react";

interface Props {
  label: string;
  tabs: { key: string; title: string; content: () => ReactNode }[];
  chosen: string;
  onChoose: (key: string) => void;
}

const MOVES: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

/** Tabs as WAI-ARIA has them: one stop for the tab key, arrows between them. */
export function Tabs({ label, tabs, chosen, onChoose }: Props) {
  const id = useId();
  const current = tabs.find((tab) => tab.key === chosen) ?? tabs[0];
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = MOVES[event.key];
    if (!step || !current) return;
    const next = tabs[(tabs.indexOf(current) + step + tabs.length) % tabs.length];
    if (!next) return;
    onChoose(next.key);
    document.getElementById(`${id}${next.key}`)?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            id={`${id}${tab.key}`}
            type="button"
            role="tab"
            aria-selected={tab === current}
            aria-controls={`${id}panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => onChoose(tab.key)}
          >
            {tab.title}
          </button>
        ))}
      </div>
      <div className="tab-panel" id={`${id}panel`} role="tabpanel" aria-label={current?.title}>
        {current?.content()}
      </div>
    </>
  );
}
