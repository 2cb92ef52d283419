import { distinctUntilChanged, map, of, takeWhile, timer, type Observable, type SchedulerLike } from "rxjs";
import type { ConnectionCause, ConnectionState } from "../../index.js";
import { visible } from "./visible.js";

/** What the connection is doing, in the few words of a prompt; counts down while an attempt is waited for. */
export function statusText(state: ConnectionState, scheduler: SchedulerLike): Observable<string> {
  const retryAt = "retryAt" in state ? state.retryAt : undefined;
  if (retryAt === undefined) return of(text(state));
  return timer(0, 1_000, scheduler).pipe(
    map(() => retryAt - scheduler.now()),
    takeWhile((remaining) => remaining > 0, true),
    map((remaining) => retryText(state, remaining)),
    distinctUntilChanged(),
  );
}

function text(state: ConnectionState): string {
  switch (state.status) {
    case "connecting":
    case "recovering":
      return state.attempt === 1 ? `${state.status} …` : `${state.status} … (attempt ${state.attempt})`;
    case "connected":
    case "disconnected":
    case "stopped":
      return state.status;
  }
}

const retryText = (state: ConnectionState, remainingInMs: number): string =>
  `retrying in ${Math.max(0, Math.ceil(remainingInMs / 1_000))} s${"attempt" in state ? ` (attempt ${state.attempt})` : ""}`;

/** Why a connection ended or could not be had. */
export function causeText({ message, reason, code, error }: ConnectionCause): string {
  const words = message ?? reason ?? rootMessage(error);
  return visible(words || (code === undefined ? "unknown reason" : `close code ${code}`));
}

/** What was first in a row of errors that caused one another. */
export function rootMessage(error: unknown): string {
  let message = "";
  for (let at = error; at instanceof Error; at = at.cause) message = at.message || message;
  return message;
}
