import type { Happened } from "./wire";

const WATCHED = ["silent", "power_cut"];

/** What somebody has to look at: violations, and vehicles that are not heard of. */
export const isAlert = (event: Happened) => event.is_violation || WATCHED.includes(event.kind);
