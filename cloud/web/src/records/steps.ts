/** Lets those hear that count what waits, when somebody has taken a step here. */
const heard = new EventTarget();

export function tellStep() {
  heard.dispatchEvent(new Event("step"));
}

/** Runs an action after every step; answers how to stop that. */
export function whenSteps(action: () => void): () => void {
  heard.addEventListener("step", action);
  return () => heard.removeEventListener("step", action);
}
