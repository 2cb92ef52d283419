import {
  ConnectionError,
  type ConnectionCause,
  type ConnectionErrorDetails,
  type ConnectionPhase,
} from "../errors/connection-error.js";
import { messageOf, redactedError } from "../errors/foreign-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import type { WebPubSubError } from "../errors/web-pubsub-error.js";
import { defined } from "../protocol/defined.js";
import { httpStatusOf, refusedSubprotocol, type LinkEnd } from "../socket/link.js";
import { LinkSilent } from "./liveness.js";
import { describeOperation, type Operation } from "./operation.js";

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
  const isSilent = end instanceof LinkSilent;
  if (!isSilent && !isLinkEnd(end)) return { phase: "live", error: redactedError(end) };
  return causeOf(isSilent ? "the link is silent" : "the link was lost", endingOf(end, goodbye), {
    code: "LinkLost",
    phase: "live",
  });
}

/** The end of a session that could not be kept: the first reason stays the cause. */
export function sessionLost(cause: ConnectionCause, last: unknown, wasRecoverable: boolean): SessionEnd {
  if (!wasRecoverable && cause.error instanceof ConnectionError) return new SessionEnd(cause, cause.error, true);
  const { words, facts } = endingOf(last, undefined);
  const error = new ConnectionError(`the session could not be recovered${words}`, {
    ...facts,
    code: "RecoveryFailed",
    phase: "recovery",
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
  const known = isLinkEnd(end) ? end.error : end;
  if (known instanceof ConnectionError || known instanceof TimeoutError) {
    return new SessionEnd({ phase: "phase" in known ? known.phase : phase, error: known }, known, false);
  }
  const link = isLinkEnd(end) ? end : undefined;
  const isShakingHands = link?.opened ?? end instanceof LinkSilent;
  const isRefused = link !== undefined && refusedSubprotocol(link);
  const cause = causeOf(
    isShakingHands ? "the handshake failed" : "the WebSocket could not be opened",
    endingOf(end, goodbye),
    {
      code: isShakingHands ? "HandshakeFailed" : "OpenFailed",
      phase,
      httpStatus: link && httpStatusOf(link),
      isRetriable: !isRefused,
    },
    (isRefused ? " (the service does not accept the subprotocol; see the protocol option)" : "") + hint,
  );
  return new SessionEnd(cause, cause.error, false);
}

/** The error with which a client gives up, for the last reason there was, or that of an operation which waited. */
export function errorOfGivingUp(
  end: unknown,
  cause: ConnectionCause,
  operation?: Pick<Operation, "kind" | "target">,
): ConnectionError {
  const last = end instanceof SessionEnd ? end.error : end;
  const known = last instanceof ConnectionError ? last : undefined;
  const what = operation ? `${describeOperation(operation)}: ` : "";
  return new ConnectionError(`${what}the client gave up: ${messageOf(last)}`, {
    code: "GaveUp",
    phase: cause.phase,
    closeCode: cause.code,
    reason: cause.message ?? cause.reason,
    httpStatus: known?.httpStatus,
    cause: last,
  });
}

export const isLinkEnd = (end: unknown): end is LinkEnd => typeof end === "object" && end !== null && "opened" in end;

/** How a link ended: in words, for a cause, and for an error. */
interface Ending {
  readonly words: string;
  readonly seen?: Pick<ConnectionCause, "code" | "reason" | "wasClean" | "message">;
  readonly facts?: Pick<ConnectionErrorDetails, "closeCode" | "reason" | "cause">;
}

function endingOf(end: unknown, word: string | undefined): Ending {
  if (end instanceof LinkSilent) {
    return { words: `: no frame came for ${end.silentForMs} ms` };
  }
  if (!isLinkEnd(end)) return { words: `: ${messageOf(end)}`, facts: { cause: redactedError(end) } };
  const { code, wasClean, error } = end;
  const reason = end.reason === "" ? undefined : end.reason;
  // The service may say goodbye without a word.
  const goodbye = word === "" ? undefined : word;
  const close = code === undefined ? "" : ` (close code ${code}${reason ? `, ${reason}` : ""})`;
  const message = goodbye ?? (error === undefined ? "" : messageOf(error));
  return {
    words: close + (message && `: ${message}`),
    seen: { code, reason, wasClean, message: goodbye },
    facts: { closeCode: code, reason: goodbye ?? reason, cause: redactedError(error) },
  };
}

function causeOf(
  what: string,
  { words, seen, facts }: Ending,
  details: ConnectionErrorDetails,
  advice = "",
): ConnectionCause & { readonly error: ConnectionError } {
  const error = new ConnectionError(what + words + advice, { ...facts, ...details });
  return defined({ phase: details.phase, ...seen, error });
}
