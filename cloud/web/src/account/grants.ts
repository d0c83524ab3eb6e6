import type { Grant } from "../api";

export type Role = Grant["role"];

export const ADMINISTRATORS: Role[] = ["system_admin", "security_admin", "audit_admin"];
/** Granted to a last day; every read is logged. */
export const TEMPORARY: Role[] = ["discipline", "auditor"];

/** The roles as one looks for them. */
export const ROLES = {
  roles_admin: ADMINISTRATORS,
  roles_office: [
    "energy_manager",
    "organisation_manager",
    "housing_manager",
    "fleet_manager",
    "asset_manager",
    "cost_manager",
    "supervisor",
    "publisher",
    "dispatcher",
    "warehouse_keeper",
    "logistics_manager",
  ],
  roles_unit: ["liaison", "approver", "reporter", "asset_clerk", "fleet_clerk", "staff"],
  roles_outside: ["worker", "vendor_manager", "driver", "finance", ...TEMPORARY],
} as const satisfies Record<string, readonly Role[]>;

/** Whether a grant holds on a day; a later one is not over. */
export const isOver = (one: Grant, today: string) => one.valid_to !== null && one.valid_to <= today;
export const isInForce = (one: Grant, today: string) => one.valid_from <= today && !isOver(one, today);
/** Grants without a first day carry the republic's. */
export const isDated = (one: Grant) => one.valid_from > "1949-10-01";
