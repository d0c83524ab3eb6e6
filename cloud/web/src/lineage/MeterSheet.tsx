import { useTexts } from "../preferences";
import type { Route } from "../route";
import { Readings } from "./Readings";
import { Sheet } from "./Sheet";

interface Props {
  meter: number;
  name: string;
  route: Route;
  today: string;
}

/** A meter opened from the institution's list: straight to its readings. */
export function MeterSheet({ meter, name, route, today }: Props) {
  const t = useTexts();
  const base = { institution: route.institution, period: route.period };
  const here = { ...base, meter };
  return (
    <Sheet crumbs={[{ title: t("readings_of", { name }), route: here }]} closed={base}>
      <Readings point={meter} date={route.date ?? today} today={today} route={here} />
    </Sheet>
  );
}
