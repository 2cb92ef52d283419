import { ConnectionError, type ConnectionCause, type ConnectionPhase } from "../errors/connection-error.js";
import { messageOf, redactedError } from "../errors/foreign-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import type { WebPubSubError } from "../errors/web-pubsub-error.js";
import { httpStatusOf, refusedSubprotocol, type LinkEnd } from "../socket/link.js";
import { LinkSilent } from "./liveness.js";

/** The error with which the stream of a session ends: an attempt that failed, or a session that is over. */
export class SessionEnd {
  constructor(
    /** The first reason. */
    readonly cause: ConnectionCause,
    /** What makes it final. */
    readonly error: WebPubSubError,
    /** Whether there was a session at all. */
    readonly hadSession: boolean,
  ) {}
}

/** Why a live link ended: the cause of an outage. */
export function causeOfLoss(end: unknown, goodbye: string | undefined): ConnectionCause {
  if (end instanceof LinkSilent) {
    const message = `no frame came for ${end.silentForMs} ms`;
    return { phase: "live", message, error: new ConnectionError(`the link is silent: ${message}`, lost) };
  }
  if (!isLinkEnd(end)) return { phase: "live", error: redactedError(end) };
  const { code, reason, wasClean } = end;
  const error = new ConnectionError(`the link was lost${describeEnd(end, goodbye)}`, {
    ...lost,
    closeCode: code,
    reason: goodbye ?? reason,
    cause: redactedError(end.error),
  });
  return {
    phase: "live",
    ...closeOf(code, reason, wasClean),
    ...(goodbye !== undefined && { message: goodbye }),
    error,
  };
}

const lost = { code: "LinkLost", phase: "live" } as const;

/** The end of a session that could not be kept: the first reason stays the cause. */
export function sessionLost(cause: ConnectionCause, last: unknown, wasRecoverable: boolean): SessionEnd {
  if (!wasRecoverable && cause.error instanceof ConnectionError) return new SessionEnd(cause, cause.error, true);
  const why = isLinkEnd(last) ? describeEnd(last, undefined) : last instanceof Error ? `: ${last.message}` : "";
  const error = new ConnectionError(`the session could not be recovered${why}`, {
    code: "RecoveryFailed",
    phase: "recovery",
    ...(isLinkEnd(last) && { closeCode: last.code, reason: last.reason }),
    cause: cause.error,
  });
  return new SessionEnd(cause, error, true);
}

/** The end of an attempt that never became a session. */
export function attemptFailed(
  end: unknown,
  phase: ConnectionPhase,
  goodbye: string | undefined,
  hint: string,
): SessionEnd {
  if (end instanceof TimeoutError) return new SessionEnd({ phase, message: end.message, error: end }, end, false);
  const known = isLinkEnd(end) ? end.error : end;
  if (known instanceof ConnectionError) {
    return new SessionEnd({ phase: known.phase, message: known.message, error: known }, known, false);
  }
  if (end instanceof LinkSilent) {
    const message = `no frame came for ${end.silentForMs} ms`;
    const error = new ConnectionError(`the handshake failed: ${message}`, { code: "HandshakeFailed", phase });
    return new SessionEnd({ phase, message, error }, error, false);
  }
  if (!isLinkEnd(end)) {
    const error = new ConnectionError(`the connection failed: ${messageOf(end)}`, {
      code: "OpenFailed",
      phase,
      cause: redactedError(end),
    });
    return new SessionEnd({ phase, error }, error, false);
  }
  const { code, reason, wasClean, opened } = end;
  const httpStatus = httpStatusOf(end);
  const isRefusedSubprotocol = refusedSubprotocol(end);
  const error = new ConnectionError(
    (opened ? "the service ended the link before the handshake was done" : "the WebSocket could not be opened") +
      describeEnd(end, goodbye) +
      (isRefusedSubprotocol ? " (the service does not accept the subprotocol; see the protocol option)" : "") +
      hint,
    {
      code: opened ? "HandshakeFailed" : "OpenFailed",
      phase,
      closeCode: code,
      reason: goodbye ?? reason,
      httpStatus,
      isRetriable: !isRefusedSubprotocol,
      cause: redactedError(end.error),
    },
  );
  const cause: ConnectionCause = {
    phase,
    ...closeOf(code, reason, wasClean),
    ...(goodbye !== undefined && { message: goodbye }),
    error,
  };
  return new SessionEnd(cause, error, false);
}

export const isLinkEnd = (end: unknown): end is LinkEnd => typeof end === "object" && end !== null && "opened" in end;

const closeOf = (code: number | undefined, reason: string | undefined, wasClean: boolean) => ({
  ...(code !== undefined && { code }),
  ...(reason ? { reason } : undefined),
  wasClean,
});

function describeEnd({ code, reason, error }: LinkEnd, goodbye: string | undefined): string {
  const close = code === undefined ? "" : ` (close code ${code}${reason ? `, ${reason}` : ""})`;
  const words = goodbye ?? (error === undefined ? undefined : messageOf(error));
  return close + (words ? `: ${words}` : "");
}
