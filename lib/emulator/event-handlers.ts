import type { MessageData } from "../protocol/messages.js";
import type { Metadata } from "../protocol/metadata.js";
import { askHandler } from "./ask-handler.js";
import { isFunction, requireType } from "./required-type.js";
import { readReply, type Reply } from "./event-reply.js";

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
 * (`undefined`) and what is empty (`""`, no bytes) is only the ack. An {@link EventReply} says more than data. A throw or a rejection is an ack with `InternalServerError`. A handler that answers
 * at once is answered within the same turn; while a Promise is pending, later frames of that connection wait.
 */
export type EventHandler = (event: ClientEvent) => unknown;

/** What came of an event. */
export type EventOutcome = { readonly handled: true; readonly reply?: Reply } | { readonly handled: false };

const failure: EventOutcome = { handled: false };

/** The application's handlers of one hub, in the order of registration: the first that matches has the event to itself. */
export class EventHandlers {
  readonly #handlers = new Set<{ readonly name: string; readonly handler: EventHandler }>();

  /** Adds a handler for a name, in any case, or for `"*"`; the result removes it. @throws TypeError */
  add(name: string, handler: EventHandler): () => void {
    requireType(isFunction(handler), "an event handler", "a function", handler);
    const entry = { name: name.toLowerCase(), handler };
    this.#handlers.add(entry);
    return () => void this.#handlers.delete(entry);
  }

  /** Never throws and never rejects: a handler's failure is an outcome. Nothing when no handler has that name. */
  handle(event: ClientEvent): EventOutcome | Promise<EventOutcome> | undefined {
    const name = event.event.toLowerCase();
    for (const entry of this.#handlers) {
      if (entry.name === "*" || entry.name === name) {
        return askHandler(`the event ${JSON.stringify(event.event)}`, () => entry.handler(event), success, failure);
      }
    }
    return undefined;
  }
}

function success(answer: unknown): EventOutcome {
  const reply = readReply(answer);
  return reply ? { handled: true, reply } : { handled: true };
}
