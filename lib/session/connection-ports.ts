import type { Announcer } from "./announcer.js";
import type { EmissionQueue } from "./emission-queue.js";
import type { Router } from "./router.js";
import type { RunOptions } from "./run.js";
import type { SessionOptions, SessionPorts } from "./session-ports.js";

export type ConnectionOptions = SessionOptions & RunOptions;

/** What a connection works with. */
export interface ConnectionPorts extends SessionPorts {
  readonly queue: EmissionQueue;
  readonly router: Router;
  readonly announcer: Announcer;
  /** Told that the connection is stopped, by whomever, before the public is. */
  readonly holders: { stopped(): void };
}

/** How a run turned out, for those who wait for it; numbered, for none may take the outcome of an earlier run. */
export type Outcome =
  { readonly session: { readonly connectionId: string; readonly userId?: string } } | { readonly error: Error };

/** The outcome of one run. */
export type OutcomeOfRun = Outcome & { readonly run: number };
