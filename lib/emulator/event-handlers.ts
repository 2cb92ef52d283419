import type { MessageData } from "../protocol/messages.js";
import type { Metadata } from "../protocol/metadata.js";
import { encodePayload, type Payload } from "./payload.js";

/** An event that a client sent to the application, as a handler gets it. */
export type ClientEvent = {
  readonly connectionId: string;
  /** Absent for an anonymous user. */
  readonly userId?: string;
  /** The event's name as the client spelled it. */
  readonly event: string;
  readonly metadata?: Metadata;
} & MessageData;

/**
 * Answers an event. What it returns becomes a `message` from the server to that connection, before the ack; nothing
 * (`undefined`) is only the ack. A throw or a rejection is an ack with `InternalServerError`. A handler that answers
 * at once is answered within the same turn; while a Promise is pending, later frames of that connection wait.
 */
export type EventHandler = (event: ClientEvent) => unknown;

/** What came of an event. */
export type EventOutcome = { readonly handled: true; readonly reply?: Payload } | { readonly handled: false };

const failure: EventOutcome = { handled: false };

/** The application's handlers of one hub, in the order of registration: the first that matches has the event to itself. */
export class EventHandlers {
  readonly #handlers = new Set<{ readonly name: string; readonly handler: EventHandler }>();

  /** Adds a handler for a name, in any case, or for `"*"`; the result removes it. */
  add(name: string, handler: EventHandler): () => void {
    const entry = { name: name.toLowerCase(), handler };
    this.#handlers.add(entry);
    return () => void this.#handlers.delete(entry);
  }

  /** Never throws and never rejects: a handler's failure is an outcome. */
  handle(event: ClientEvent): EventOutcome | Promise<EventOutcome> {
    const name = event.event.toLowerCase();
    for (const entry of this.#handlers) {
      if (entry.name === "*" || entry.name === name) return run(entry.handler, event);
    }
    return failure;
  }
}

function run(handler: EventHandler, event: ClientEvent): EventOutcome | Promise<EventOutcome> {
  try {
    const value = handler(event);
    return isPromiseLike(value)
      ? Promise.resolve(value)
          .then(success)
          .catch(() => failure)
      : success(value);
  } catch {
    return failure;
  }
}

const success = (value: unknown): EventOutcome =>
  value === undefined ? { handled: true } : { handled: true, reply: encodePayload(value) };

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
