import { addressOf } from "./address";
import type { Kind } from "./kinds";
import type { Row } from "./record";

const FLOORS = "housing/floors";
const ROOMS = "housing/rooms";

/** Where a room or floor is shown on its picture; null for all else, and for whom the plans are not. */
export function placeOnPlan(kind: Kind, row: Row): string | null {
  if (!kind.module.entities.some((one) => `${kind.module.key}/${one.path}` === FLOORS)) return null;
  if (kind.address === ROOMS) return addressOf({ kind: "housing/plans", record: Number(row.floor_id), query: new URLSearchParams({ room: String(row.id) }) });
  return kind.address === FLOORS ? addressOf({ kind: "housing/plans", record: row.id }) : null;
}
