import { WebPubSubError } from "./web-pubsub-error.js";

/**
 * - `StartTimeout`: an attempt took too long to get an access URL, open and shake hands.
 * - `NotSent`: an operation waited for a connection in vain and was never on the wire.
 * - `AckTimeout`: an operation was sent and no ack came; whether it was applied is unknown.
 */
export type TimeoutErrorCode = "StartTimeout" | "NotSent" | "AckTimeout";

/** The option whose time ran out. */
export type TimeoutOption = "startTimeoutInMs" | "recoveryTimeoutInMs" | "ackTimeoutInMs";

/** Something took longer than an option allows. Retriable. */
export class TimeoutError extends WebPubSubError<TimeoutErrorCode> {
  /** The option whose time ran out. */
  declare readonly option: TimeoutOption;
  /** The id of the operation that timed out, if it had one. */
  declare readonly ackId?: number;

  constructor(message: string, details: { code: TimeoutErrorCode; option: TimeoutOption; ackId?: number | undefined }) {
    super("TimeoutError", message, { ...details, isRetriable: true });
  }
}
