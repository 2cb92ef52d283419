import type { Observable } from "rxjs";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import type { EmissionQueue } from "./emission-queue.js";
import type { Notice } from "./notices.js";
import type { Router } from "./router.js";
import type { SessionOptions, SessionPorts } from "./session-ports.js";
import type { ShouldRetry } from "./should-retry.js";

export interface ConnectionOptions extends SessionOptions {
  readonly autoReconnect: boolean;
  /** Who judges an attempt, and who is told of a wait, is the connection's own. */
  readonly reconnectRetry: Omit<RetryBackoffPolicy, "shouldRetry" | "onWait">;
  /** Emissions mean "look at the connection now". */
  readonly wake$: Observable<unknown>;
}

/** What a connection works with, and whom it tells. */
export type ConnectionPorts = Pick<SessionPorts, "access" | "openLink" | "pace" | "outbox" | "membership"> & {
  /** Makes the judge of one run's failed attempts. */
  readonly makeShouldRetry: () => ShouldRetry;
  readonly queue: EmissionQueue;
  readonly router: Router;
  readonly notify: (notice: Notice) => void;
};

/** How a run turned out, for those who wait for it; numbered, for none may take the outcome of an earlier run. */
export type Outcome = { readonly run: number } & (
  { readonly session: { readonly connectionId: string; readonly userId?: string } } | { readonly error: Error }
);
