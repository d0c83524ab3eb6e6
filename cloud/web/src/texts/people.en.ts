import type zh from "./people.zh";

/** The sentences about what happens to people, in English. */
const en: Record<keyof typeof zh, string> = {
  tab_events: "Events",
  note_event: "Note what happened",
  event_begin: "Note an event",
  event_post: "Post (where appointed)",
  event_appointed: "From that day the person holds the post.",
  event_concurrent: "The person holds the post beside the present one.",
  event_removed: "All present posts end; grants and rooms stay.",
  event_transferred: "From that day posts and grants end, what waits goes to the deputy, and a task to vacate the office is opened.",
  event_retired: "From that day posts and grants end, what waits goes to the deputy, and a task to vacate the office is opened.",
  event_deceased: "From that day posts and grants end, what waits goes to the deputy, and a task to vacate the office is opened.",
  events_fixed: "An event is never changed; note another one to correct it.",
  empty_events: "Nothing has been noted yet.",
};

export default en;
