import { Button, Input, Popover } from "antd";
import { type FormEvent, useState } from "react";
import { useTexts } from "../preferences";
import { type Kind, useNamed } from "./kinds";
import { fieldsOf } from "./record";
import type { useViews } from "./views";

interface Props {
  kind: Kind;
  views: ReturnType<typeof useViews>;
  query: string;
  onView: (query: string) => void;
  /** what of the query the server narrows and orders by */
  asked: string;
  onImport: () => void;
}

/** Out to a workbook and in from one; which columns are shown, and the views that somebody has saved. */
export function ListTools({ kind, views, query, onView, asked, onImport }: Props) {
  const t = useTexts();
  return (
    <>
      <Button href={`/api/v1/${kind.address}/export${asked ? `?${asked}` : ""}`} download>
        {t("export")}
      </Button>
      {kind.can_write && <Button onClick={onImport}>{t("import")}</Button>}
      <Popover trigger="click" placement="bottomRight" content={<SavedViews views={views} query={query} onView={onView} />}>
        <Button>{t("views")} ▾</Button>
      </Popover>
      <Popover trigger="click" placement="bottomRight" content={<Columns kind={kind} views={views} />}>
        <Button>{t("columns")} ▾</Button>
      </Popover>
    </>
  );
}

function Columns({ kind, views }: Pick<Props, "kind" | "views">) {
  const t = useTexts();
  const named = useNamed();
  const { columns, setColumns } = views;
  const toggle = (key: string) => {
    if (!columns.includes(key)) setColumns([...columns, key]);
    else if (columns.length > 1) setColumns(columns.filter((one) => one !== key));
  };
  return (
    <div className="menu-panel">
      {fieldsOf(kind).map((field) => (
        <label key={field.key}>
          <input type="checkbox" checked={columns.includes(field.key)} onChange={() => toggle(field.key)} /> {named(field)}
        </label>
      ))}
      <Button size="small" disabled={views.isUsual} onClick={() => setColumns(null)}>
        {t("usual_columns")}
      </Button>
    </div>
  );
}

function SavedViews({ views, query, onView }: Pick<Props, "views" | "query" | "onView">) {
  const t = useTexts();
  const [name, setName] = useState("");
  const save = (event: FormEvent) => {
    event.preventDefault();
    views.save(name.trim(), { columns: views.columns, query });
    setName("");
  };
  return (
    <div className="menu-panel">
      {Object.entries(views.views).map(([one, view]) => (
        <span key={one} className="saved-view">
          <Button
            type="text"
            onClick={() => {
              views.setColumns(view.columns);
              onView(view.query);
            }}
          >
            {one}
          </Button>
          <Button size="small" aria-label={`${t("forget_view")} ${one}`} onClick={() => views.forget(one)}>
            {t("forget_view")}
          </Button>
        </span>
      ))}
      {Object.keys(views.views).length === 0 && <p className="caption">{t("empty_views")}</p>}
      <form onSubmit={save}>
        <Input size="small" aria-label={t("view_name")} placeholder={t("view_name")} maxLength={20} value={name} onChange={(event) => setName(event.target.value)} />
        <Button size="small" htmlType="submit" disabled={!name.trim()}>
          {t("save_view")}
        </Button>
      </form>
    </div>
  );
}
