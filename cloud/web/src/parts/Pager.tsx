import { Button } from "antd";
import { useTexts } from "../preferences";

/** One page on or back, and where one is. */
export function Pager({ page, pages, onPage }: { page: number; pages: number; onPage: (page: number) => void }) {
  const t = useTexts();
  return (
    <nav className="pager" aria-label={t("pages")}>
      <Button disabled={page <= 1} onClick={() => onPage(page - 1)}>
        {t("page_before")}
      </Button>
      <span>{t("page_of", { page, pages })}</span>
      <Button disabled={page >= pages} onClick={() => onPage(page + 1)}>
        {t("page_after")}
      </Button>
    </nav>
  );
}
