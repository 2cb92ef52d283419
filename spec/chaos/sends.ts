import type { Observable } from "rxjs";
import type { CommandResult } from "../../lib/index.js";

/** One command, and how it turned out. */
export interface SendRecord {
  readonly n: number;
  readonly what: string;
  readonly fireAndForget: boolean;
  readonly mayBeDropped: boolean;
  readonly outcomes: string[];
  withdrawn: boolean;
  withdraw(): void;
}

/** Subscribes a command and keeps book of it. */
export function keepBook(
  command$: Observable<CommandResult>,
  about: Pick<SendRecord, "n" | "what" | "fireAndForget" | "mayBeDropped">,
): SendRecord {
  const outcomes: string[] = [];
  const subscription = command$.subscribe({
    next: () => outcomes.push("value"),
    complete: () => outcomes.push("complete"),
    error: (error: unknown) => outcomes.push(codeOf(error)),
  });
  const record: SendRecord = {
    ...about,
    outcomes,
    withdrawn: false,
    withdraw: () => {
      if (outcomes.length > 0) return;
      record.withdrawn = true;
      subscription.unsubscribe();
    },
  };
  return record;
}

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);

/** Outcomes that say for certain that the service has not done it. */
const NEVER_APPLIED: ReadonlySet<string> = new Set(["NotSent", "QueueOverflow", "LinkLost", "InternalServerError"]);
/** Outcomes that leave it open. */
const UNKNOWN: ReadonlySet<string> = new Set(["Unacknowledged", "AckTimeout", "ClientStopped", "GaveUp"]);

/** What is wrong with the outcome of a command, given how often the service applied it; `undefined`: not counted. */
export function problemOf(record: SendRecord, applied: number | undefined): string | undefined {
  const { what, n, outcomes, withdrawn, fireAndForget, mayBeDropped } = record;
  const told = `${what} ${n} ended with [${outcomes.join()}], applied ${applied ?? "?"} times`;
  if (applied !== undefined && applied > 1) return told;
  if (withdrawn) return outcomes.length > 0 ? `${told}, though it was withdrawn` : undefined;
  switch (outcomes.join()) {
    case "value,complete":
      return fireAndForget || applied === undefined || applied === 1 ? undefined : told;
    case "complete":
      return mayBeDropped && !applied ? undefined : told;
    default: {
      const [code = "", ...others] = outcomes;
      if (others.length > 0) return told;
      if (NEVER_APPLIED.has(code)) return applied ? told : undefined;
      return UNKNOWN.has(code) ? undefined : told;
    }
  }
}
