import { useState } from "react";
import { type Problem, RequestError } from "../client";

/** One thing at a time that may be refused: whether it is under way, and what was said against the last one. */
export function useDeed() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const act = async (deed: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.problem);
    }
    setBusy(false);
  };
  return { busy, problem, act };
}
