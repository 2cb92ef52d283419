import type { ServiceError } from "../protocol/messages.js";
import { AckCache } from "./ack-cache.js";
import type { ClientEvent, EventOutcome } from "./event-handlers.js";
import { decodePayload, type Payload } from "./payload.js";
import type { Permissions } from "./permissions.js";
import { Publication } from "./publication.js";
import type { AckId, UpstreamFrame } from "./upstream-frames.js";

/** What carries out the operations of one session. */
export interface Executor {
  readonly connectionId: string;
  readonly userId: string | undefined;
  now(): number;
  join(group: string): void;
  leave(group: string): void;
  publishToGroup(group: string, publication: Publication, excluded?: ReadonlySet<string>): void;
  /** @param payload the event's data as the client wrote it */
  handleEvent(event: ClientEvent, payload: Payload): EventOutcome | Promise<EventOutcome>;
  /** Something has failed, and nobody asked for an ack. */
  failed(why: "eventFailure" | "forbidden"): void;
  deliver(publication: Publication): void;
  ack(ackId: AckId, error?: ServiceError): void;
}

type FrameOf<Type extends UpstreamFrame["type"]> = Extract<UpstreamFrame, { readonly type: Type }>;

/** What may carry an `ackId`. */
export type Operation = Exclude<UpstreamFrame, FrameOf<"sequenceAck" | "ping">>;

const internalServerError: ServiceError = { name: "InternalServerError", message: "Internal server error" };

/** What one client asks for, in the order of client-protocol §6: repeats, permissions, execution, record, ack. */
export class Operations {
  readonly #done = new AckCache();

  constructor(
    private readonly executor: Executor,
    private readonly permissions: Permissions,
  ) {}

  /** Runs one operation; a Promise is pending until a handler has answered, and never rejected. */
  run(frame: Operation): Promise<void> | undefined {
    // A repeat is told before permissions are looked at: it was allowed when it was done.
    if (frame.ackId !== undefined && this.#done.has(frame.ackId)) {
      const message = `Message with ack-id: ${frame.ackId} has been processed`;
      this.executor.ack(frame.ackId, { name: "Duplicate", message });
      return undefined;
    }
    switch (frame.type) {
      case "joinGroup":
      case "leaveGroup":
        this.#changeMembership(frame);
        return undefined;
      case "sendToGroup":
        this.#sendToGroup(frame);
        return undefined;
      case "event":
        return this.#raiseEvent(frame);
    }
  }

  #changeMembership({ type, group, ackId }: FrameOf<"joinGroup" | "leaveGroup">): void {
    const verb = type === "joinGroup" ? "join" : "leave";
    if (!this.permissions.joinLeaveGroup.allows(group)) {
      this.#forbid(ackId, `${verb} group '${group}'`);
      return;
    }
    this.executor[verb](group);
    this.#succeed(ackId);
  }

  #sendToGroup({ group, payload, metadata, noEcho, ttlSeconds, ackId }: FrameOf<"sendToGroup">): void {
    if (!this.permissions.sendToGroup.allows(group)) {
      this.#forbid(ackId, `send to group '${group}'`);
      return;
    }
    const { connectionId, userId: fromUserId } = this.executor;
    const expiresAt = ttlSeconds === 0 ? Infinity : this.executor.now() + ttlSeconds * 1_000;
    const publication = new Publication({ from: "group", group, fromUserId }, payload, metadata, expiresAt);
    this.executor.publishToGroup(group, publication, noEcho ? new Set([connectionId]) : undefined);
    this.#succeed(ackId);
  }

  #raiseEvent({ event, payload, metadata, ackId }: FrameOf<"event">): Promise<void> | undefined {
    const { connectionId, userId } = this.executor;
    const outcome = this.executor.handleEvent(
      {
        connectionId,
        ...(userId !== undefined && { userId }),
        event,
        ...decodePayload(payload),
        ...(metadata !== undefined && { metadata }),
      },
      payload,
    );
    if (outcome instanceof Promise) return outcome.then((late) => this.#settleEvent(late, ackId));
    this.#settleEvent(outcome, ackId);
    return undefined;
  }

  #settleEvent(outcome: EventOutcome, ackId: AckId | undefined): void {
    if (outcome.handled) {
      if (outcome.reply)
        this.executor.deliver(new Publication({ from: "server" }, outcome.reply.payload, outcome.reply.metadata));
      this.#succeed(ackId);
    } else if (ackId === undefined) {
      this.executor.failed("eventFailure");
    } else {
      this.executor.ack(ackId, internalServerError);
    }
  }

  /** Only successes are recorded: what failed may be tried again under its id. */
  #succeed(ackId: AckId | undefined): void {
    if (ackId === undefined) return;
    this.#done.add(ackId);
    this.executor.ack(ackId);
  }

  #forbid(ackId: AckId | undefined, action: string): void {
    if (ackId === undefined) {
      this.executor.failed("forbidden");
    } else {
      this.executor.ack(ackId, { name: "Forbidden", message: `The client does not have permission to ${action}.` });
    }
  }
}
