import { useCallback, useEffect, useRef, useState } from "react";
import type { Problem as Refusal } from "./api";

/** What a person needs of a refusal; made here too, when no server answers. */
export type Problem = Pick<Refusal, "status" | "code" | "detail" | "detail_en" | "remedy" | "remedy_en"> & { where?: string };

/** A request that did not succeed, carrying what the server (or the missing network) says about it. */
export class RequestError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code} ${problem.detail}`);
  }
}

/** How long a page waits before it asks again a server that could not be reached. */
export const RETRY_MS = 5_000;

const OFFLINE: Problem = {
  status: 0,
  code: "CW-W0001",
  detail: "连不上服务器",
  detail_en: "The server cannot be reached",
  remedy: "请检查网络；页面会自动重试。",
  remedy_en: "Check the network; this page keeps trying.",
};

function unreadable(status: number): Problem {
  return {
    status,
    code: "CW-W0002",
    detail: `服务器的回答无法读取（状态 ${status}）`,
    detail_en: `The server's answer cannot be read (status ${status})`,
    remedy: "请稍后重试；若一直如此，请把编号告诉系统管理员。",
    remedy_en: "Try again later; if it stays, tell the system administrator this code.",
  };
}

/** What a body is sent as: a file as it is, all else as JSON. */
function sent(body: unknown): Pick<RequestInit, "headers" | "body"> {
  if (body === undefined) return { headers: { Accept: "application/json" } };
  if (body instanceof Blob) return { headers: { "Content-Type": "application/octet-stream" }, body };
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Sends one request under /api/v1; throws RequestError for everything that is not a success. */
export async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, { method, signal, ...sent(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError(OFFLINE);
  }
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as T;
  const problem = answer as Partial<Problem> | null;
  throw new RequestError(problem?.code ? ({ status: response.status, ...problem } as Problem) : unreadable(response.status));
}

let onSignedOut = () => {};
/** Registers what happens when the server no longer knows the session. */
export function whenSignedOut(action: () => void) {
  onSignedOut = action;
}

export interface Resource<T> {
  data: T | null;
  problem: Problem | null;
  retry: () => void;
}

/** Keeps one GET fresh: the last good answer stays on screen while the next one is fetched or fails. */
export function useResource<T>(path: string | null, refreshMs = 0): Resource<T> {
  const [held, setHeld] = useState<{ path: string | null; data: T | null; problem: Problem | null }>({
    path: null,
    data: null,
    problem: null,
  });
  const [round, setRound] = useState(0);
  const retry = useCallback(() => setRound((n) => n + 1), []);
  const timer = useRef(0);

  useEffect(() => {
    if (path === null) return;
    const aborter = new AbortController();
    const again = () => {
      if (refreshMs > 0 && !aborter.signal.aborted) timer.current = window.setTimeout(load, refreshMs);
    };
    const load = async () => {
      if (document.hidden && refreshMs > 0) return again();
      try {
        const data = await request<T>("GET", path, undefined, aborter.signal);
        setHeld({ path, data, problem: null });
      } catch (error) {
        if (aborter.signal.aborted) return;
        const problem = error instanceof RequestError ? error.problem : unreadable(0);
        if (problem.status === 401) return onSignedOut();
        setHeld((old) => ({ path, data: old.path === path ? old.data : null, problem }));
        if (problem === OFFLINE && refreshMs === 0) timer.current = window.setTimeout(load, RETRY_MS);
      }
      again();
    };
    void load();
    return () => {
      aborter.abort();
      window.clearTimeout(timer.current);
    };
  }, [path, refreshMs, round]);

  const current = held.path === path ? held : { data: null, problem: null };
  return { data: current.data, problem: current.problem, retry };
}
