export const INSTITUTION = "institution";
/** Places of the directory, which no manifest describes; each route answers nodes with id, code and name. */
export const DIRECTORY: Record<string, string> = { [INSTITUTION]: "org/tree", building: "org/buildings" };
