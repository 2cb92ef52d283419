import { excerpt } from "../protocol/redact.js";
import { WebPubSubError } from "./web-pubsub-error.js";

/** The service sent a frame that breaks the protocol. The connection and every stream go on. */
export class ProtocolError extends WebPubSubError<"MalformedFrame"> {
  /** The frame, shortened and redacted. */
  readonly frame: string;

  constructor(reason: string, frame: string) {
    const shown = excerpt(frame);
    super("ProtocolError", `a frame from the service was ignored: ${reason}: ${shown}`, {
      code: "MalformedFrame",
      isRetriable: false,
    });
    this.frame = shown;
  }
}

/** More sends wait for the connection than `maxQueuedSends` allows; the newest was not taken. Retriable later. */
export class QueueOverflowError extends WebPubSubError<"QueueOverflow"> {
  constructor(operation: string, maxQueuedSends: number) {
    super(
      "QueueOverflowError",
      `${operation} was not queued: ${maxQueuedSends} sends wait already; wait for some or raise maxQueuedSends`,
      { code: "QueueOverflow", isRetriable: true },
    );
  }
}

/** The client was stopped or disposed before the operation settled. */
export class ClientStoppedError extends WebPubSubError<"ClientStopped"> {
  constructor(operation: string, reason: "stop" | "idle" | "disposed") {
    const advice = reason === "disposed" ? "disposed; make a new one" : "stopped; call start() first";
    super("ClientStoppedError", `${operation} ended: the client is ${advice}`, {
      code: "ClientStopped",
      isRetriable: false,
    });
  }
}
