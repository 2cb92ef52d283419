import type { ServiceError } from "../protocol/messages.js";
import { WebPubSubError } from "./web-pubsub-error.js";

/**
 * The name of the service's error, one of an open set of which these are known (client-protocol §19); or `Unacknowledged`:
 * the session ended before the ack came.
 */
export type SendMessageErrorCode =
  "Forbidden" | "BadRequest" | "InternalServerError" | "Unacknowledged" | (string & Record<never, never>);

/** What a {@link SendMessageError} is made of. */
export interface SendMessageErrorDetails {
  readonly code: SendMessageErrorCode;
  readonly ackId?: number | undefined;
  readonly errorDetail?: ServiceError | undefined;
  readonly cause?: unknown;
}

const DEFINITIVE: readonly string[] = ["Forbidden", "BadRequest"];

/**
 * The service refused an operation (`code` is its error's name), or the session ended before it answered
 * (`Unacknowledged`: whether the operation was applied is unknown). `Forbidden` and `BadRequest` are definitive; the
 * rest is retriable, within one session best under the same `ackId`, which lets the service recognise a repeat.
 */
export class SendMessageError extends WebPubSubError<SendMessageErrorCode> {
  /** The id under which the operation was sent. */
  declare readonly ackId?: number;
  /** The service's error as it came. */
  declare readonly errorDetail?: ServiceError;

  constructor(message: string, { code, ...rest }: SendMessageErrorDetails) {
    super("SendMessageError", message, { code, isRetriable: !DEFINITIVE.includes(code), ...rest });
  }
}
