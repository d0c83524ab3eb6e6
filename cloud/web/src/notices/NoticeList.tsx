import { Button } from "antd";
import type { Notice } from "../api";
import { clockOf, dateOf } from "../format";
import { usePreferences } from "../preferences";

interface Props {
  rows: Notice[];
  onRead: (notice: Notice) => void;
}

/** Notices, the newest first: each leads to its page, and is read by going there. */
export function NoticeList({ rows, onRead }: Props) {
  const { language, t } = usePreferences();
  return (
    <ul className="notices">
      {rows.map((one) => (
        <li key={one.id} className={one.is_read ? "read" : ""}>
          <div>
            {!one.is_read && (
              <span className="new" role="img" aria-label={t("notice_new")} title={t("notice_new")}>
                ●
              </span>
            )}
            <a href={`#/${one.subject}`} onClick={() => onRead(one)}>
              {one[language]}
            </a>
          </div>
          <p className="caption">
            {one.is_urgent && <strong className="urgent">■ {t("notice_urgent")}</strong>}
            <span>{t(`notice_kind_${one.kind}`)}</span>
            <span>{one.owner}</span>
            <time dateTime={one.at}>
              {dateOf(one.at)} {clockOf(one.at)}
            </time>
            {!one.is_read && (
              <Button type="link" size="small" onClick={() => onRead(one)}>
                {t("notices_read_one")}
              </Button>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
