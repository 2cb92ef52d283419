import type { Observer } from "rxjs";
import { SendMessageError } from "../errors/send-message-error.js";
import type { ServiceError } from "../protocol/messages.js";
import type { Due } from "./deadlines.js";

/** What a command emits when the service has done what it asked. */
export interface CommandResult {
  /** The id under which it was acknowledged; absent when it went without one. */
  readonly ackId?: number;
  /** The service had applied it before: an earlier transmission got through, its ack did not. */
  readonly isDuplicated: boolean;
}

/**
 * What sends do while no link is live: `queue` waits for one, in order; `fail` errors with a retriable `ConnectionError`;
 * `drop` completes without a value. The last two never open a connection.
 */
export type WhenOffline = "queue" | "fail" | "drop";

export type OperationKind = "joinGroup" | "leaveGroup" | "sendToGroup" | "sendEvent";

/** One thing asked of the service, encoded and ready to go, as often as it takes under the same id. */
export interface Operation {
  readonly kind: OperationKind;
  /** The group, or the name of the event. */
  readonly target: string;
  readonly frame: string | Uint8Array;
  /** Absent: no ack is asked for. */
  readonly ackId: number | undefined;
  /** The session that it was first sent in: only there may it be sent again. */
  readonly session: string | undefined;
}

/**
 * An operation on its way, told its outcome once: by `next` when the service has done it, by `complete` when it went
 * unsent, by `error` when all is lost.
 */
export interface Transmission extends Operation, Due, Observer<CommandResult> {
  /** It goes out, for the first time or again: from now on what it asks may be done any moment. */
  sentIn(session: string): void;
  /** Nobody waits for the outcome any longer. */
  readonly closed: boolean;
  /** What becomes of it, while it is unsent, without a live link; absent: it waits. */
  readonly whenOffline?: WhenOffline;
  /** What came after it wants the contrary: it is not to be sent again. */
  readonly isObsolete?: boolean;
  /** After a failure that may pass: how long to wait before sending it again; undefined: it is not to be. */
  retryDelay(failure: unknown): number | undefined;
}

/** Names an operation in an error: `sendToGroup (group "room-7")`. */
export const describeOperation = ({ kind, target }: Pick<Operation, "kind" | "target">): string =>
  `${kind} (${kind === "sendEvent" ? "event" : "group"} ${JSON.stringify(target)})`;

/** Joins and leaves are never held back, have no place in the queue, and outlive a session in a way of their own. */
export const isMembership = ({ kind }: Operation): boolean => kind === "joinGroup" || kind === "leaveGroup";

/** A refusal in the service's words, with what to do about it. */
export function refusalOf(
  operation: Operation,
  ackId: number,
  errorDetail: ServiceError | undefined,
): SendMessageError {
  const { name, message } = errorDetail ?? { name: "Unknown", message: "no reason given" };
  return new SendMessageError(
    `${describeOperation(operation)} failed: ${name}: ${message}${adviceFor(operation, name)}`,
    { code: name, ackId, errorDetail },
  );
}

function adviceFor({ kind, target }: Operation, code: string): string {
  if (code === "Forbidden" && kind !== "sendEvent") {
    const permission = kind === "sendToGroup" ? "sendToGroup" : "joinLeaveGroup";
    return ` (the access token lacks the role webpubsub.${permission} or webpubsub.${permission}.${target})`;
  }
  if (code === "InternalServerError" && kind === "sendEvent") {
    return " (does the hub have an event handler for it?)";
  }
  return "";
}

/** The session ended before the ack came: whether the operation was applied cannot be known. */
export const unacknowledged = (operation: Operation, why: unknown): SendMessageError => {
  const hint =
    operation.kind === "sendEvent" ? "; a service that closes after an event may lack an event handler for it" : "";
  return new SendMessageError(
    `${describeOperation(operation)}: the session ended before the ack came; it may have been applied${hint}`,
    { code: "Unacknowledged", ackId: operation.ackId, cause: why },
  );
};
