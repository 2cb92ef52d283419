import type { SchedulerLike, Subscription } from "rxjs";
import { utf8Length } from "../protocol/bytes.js";
import { closeCode } from "../protocol/close-codes.js";
import { MAX_CLIENT_FRAME_BYTES, RECOVERY_WINDOW_MS } from "../protocol/limits.js";
import type { ServiceError } from "../protocol/messages.js";
import { AckCache } from "./ack-cache.js";
import type { Codec } from "./codec.js";
import type { ClientEvent, EventOutcome } from "./event-handlers.js";
import type { Frame, Link, LinkEvents } from "./link.js";
import { decodePayload } from "./payload.js";
import type { Permissions } from "./permissions.js";
import { Publication } from "./publication.js";
import { ReplayBuffer } from "./replay-buffer.js";
import type { AckId, UpstreamFrame, Violation } from "./upstream-frames.js";

/** What a session needs of the hub that it lives in. */
export interface SessionHost {
  readonly scheduler: SchedulerLike;
  /** Whether a recovered link begins with a `connected` frame (client-protocol §22 Q1). */
  readonly connectedOnRecovery: boolean;
  join(session: Session, group: string): void;
  leave(session: Session, group: string): void;
  publishToGroup(group: string, publication: Publication, excluded?: ReadonlySet<string>): void;
  handleEvent(event: ClientEvent): EventOutcome | Promise<EventOutcome>;
  issueReconnectionToken(connectionId: string): string;
  /** The session is over for good. */
  ended(session: Session): void;
}

/** What may carry an `ackId`. */
type Operation = Exclude<UpstreamFrame, FrameOf<"sequenceAck" | "ping">>;

type FrameOf<Type extends UpstreamFrame["type"]> = Extract<UpstreamFrame, { readonly type: Type }>;

const internalServerError: ServiceError = { name: "InternalServerError", message: "Internal server error" };

/** The service's side of one connection id, over as many links as the client needs (client-protocol §6 to §9). */
export class Session {
  readonly groups = new Set<string>();
  /** Set by a fault: the next recovery is refused. */
  recoveryRefused = false;
  readonly #acks = new AckCache();
  readonly #replay = new ReplayBuffer();
  #inbox: Frame[] = [];
  #busy = false;
  #ended = false;
  #link: Link | undefined;
  #window: Subscription | undefined;

  constructor(
    readonly connectionId: string,
    readonly userId: string | undefined,
    readonly codec: Codec,
    private readonly permissions: Permissions,
    private readonly host: SessionHost,
  ) {}

  get attached(): boolean {
    return this.#link !== undefined;
  }

  get unacknowledged(): number {
    return this.#replay.count;
  }

  /** Begins the session on its first link. */
  begin(link: Link): LinkEvents {
    this.#link = link;
    this.#sendConnected();
    return this.#eventsOf(link);
  }

  /** Goes on over a new link; an old one that still looks alive is aborted (client-protocol §8.2, §22 Q15). */
  recover(link: Link): LinkEvents {
    this.#link?.abort();
    this.#closeWindow();
    this.#link = link;
    if (this.host.connectedOnRecovery) this.#sendConnected();
    for (const frame of this.#replay.replay(this.host.scheduler.now())) link.send(frame);
    return this.#eventsOf(link);
  }

  /** Sends one message, numbered and kept if the subprotocol is reliable. */
  deliver(publication: Publication): void {
    if (!this.codec.reliable) {
      this.#send(this.codec.message(publication));
      return;
    }
    const frame = this.codec.message(publication, this.#replay.nextId);
    if (this.#replay.hold(frame, publication.expiresAt)) this.#send(frame);
    else this.#close(closeCode.policyViolation, "The reliable message buffer is full.");
  }

  /** Ends the session because the application, or the service itself, wants it; the client is told why. */
  disconnect(message: string, code: number = closeCode.normal): void {
    this.#send(this.codec.disconnected(message));
    this.#close(code, "");
  }

  /** The link dies without a close frame. */
  dropLink(): void {
    const link = this.#link;
    link?.abort();
    if (link) this.#linkLost();
  }

  /** The link is closed by something between client and service; only 1008 speaks for the service and ends the session. */
  closeLink(code: number, reason: string): void {
    const link = this.#link;
    link?.close(code, reason);
    if (code === closeCode.policyViolation) this.end();
    else if (link) this.#linkLost();
  }

  /** Ends the session without a word on the wire. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#link = undefined;
    this.#inbox = [];
    this.#closeWindow();
    this.host.ended(this);
  }

  /** Ends the session and aborts its link, if it has one. */
  abort(): void {
    this.#link?.abort();
    this.end();
  }

  /** Late events of a link that is no longer this session's change nothing. */
  #eventsOf(link: Link): LinkEvents {
    return {
      frame: (frame) => {
        if (this.#link === link) this.#receive(frame);
      },
      closed: (code, endedBy = "client") => {
        if (this.#link !== link) return;
        if (code === closeCode.normal || endedBy === "service") this.end();
        else this.#linkLost();
      },
    };
  }

  #linkLost(): void {
    this.#link = undefined;
    if (!this.codec.reliable) {
      this.end();
      return;
    }
    // The window of an earlier detach is unsubscribed by each recovery, so that an old timer cannot end a newer life.
    this.#window = this.host.scheduler.schedule(() => this.end(), RECOVERY_WINDOW_MS);
  }

  #closeWindow(): void {
    this.#window?.unsubscribe();
    this.#window = undefined;
  }

  #receive(frame: Frame): void {
    if ((typeof frame === "string" ? utf8Length(frame) : frame.byteLength) > MAX_CLIENT_FRAME_BYTES) {
      this.#close(closeCode.tooLarge, "The client message is too large.");
      return;
    }
    this.#inbox.push(frame);
    if (!this.#busy) this.#processInbox();
  }

  /** One frame after the other: what comes while a handler is at work waits, also over a recovery (client-protocol §3). */
  #processInbox(): void {
    this.#busy = true;
    for (let frame = this.#inbox.shift(); frame !== undefined; frame = this.#inbox.shift()) {
      const pending = this.#process(this.codec.parse(frame));
      if (pending) {
        void pending.then(() => this.#processInbox());
        return;
      }
    }
    this.#busy = false;
  }

  #process(frame: UpstreamFrame | Violation): Promise<void> | undefined {
    switch (frame.type) {
      case "violation":
        this.#close(frame.code, frame.reason);
        return undefined;
      case "ping":
        this.#send(this.codec.pong());
        return undefined;
      case "sequenceAck":
        this.#replay.release(frame.sequenceId);
        return undefined;
      default:
        return this.#operate(frame);
    }
  }

  #operate(frame: Operation): Promise<void> | undefined {
    // A repeat is told before permissions are looked at: it was allowed when it was done (client-protocol §6.3).
    if (frame.ackId !== undefined && this.#acks.has(frame.ackId)) {
      const message = `Message with ack-id: ${frame.ackId} has been processed`;
      this.#answer(frame.ackId, { name: "Duplicate", message });
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
        return this.#handleEvent(frame);
    }
  }

  #changeMembership({ type, group, ackId }: FrameOf<"joinGroup" | "leaveGroup">): void {
    const joins = type === "joinGroup";
    if (!this.permissions.mayJoinOrLeave(group)) {
      this.#forbid(ackId, `${joins ? "join" : "leave"} group '${group}'`);
      return;
    }
    if (joins) this.host.join(this, group);
    else this.host.leave(this, group);
    this.#succeed(ackId);
  }

  #sendToGroup({ group, payload, metadata, noEcho, ttlSeconds, ackId }: FrameOf<"sendToGroup">): void {
    if (!this.permissions.maySendTo(group)) {
      this.#forbid(ackId, `send to group '${group}'`);
      return;
    }
    const expiresAt = ttlSeconds === 0 ? Infinity : this.host.scheduler.now() + ttlSeconds * 1_000;
    const publication = new Publication(
      { from: "group", group, fromUserId: this.userId },
      payload,
      metadata,
      expiresAt,
    );
    this.host.publishToGroup(group, publication, noEcho ? new Set([this.connectionId]) : undefined);
    this.#succeed(ackId);
  }

  #handleEvent({ event, payload, metadata, ackId }: FrameOf<"event">): Promise<void> | undefined {
    const { connectionId, userId } = this;
    const outcome = this.host.handleEvent({
      connectionId,
      ...(userId !== undefined && { userId }),
      event,
      ...decodePayload(payload),
      ...(metadata !== undefined && { metadata }),
    });
    if (outcome instanceof Promise) return outcome.then((late) => this.#settleEvent(late, ackId));
    this.#settleEvent(outcome, ackId);
    return undefined;
  }

  #settleEvent(outcome: EventOutcome, ackId: AckId | undefined): void {
    // A handler may have closed this very connection, or the client may have gone for good meanwhile.
    if (this.#ended) return;
    if (!outcome.handled) {
      const { eventFailure } = this.codec;
      if (eventFailure) this.#close(eventFailure.code, eventFailure.reason);
      else if (ackId !== undefined) this.#answer(ackId, internalServerError);
      return;
    }
    if (outcome.reply) this.deliver(new Publication({ from: "server" }, outcome.reply));
    this.#succeed(ackId);
  }

  #succeed(ackId: AckId | undefined): void {
    if (ackId === undefined) return;
    this.#acks.add(ackId);
    this.#answer(ackId);
  }

  #forbid(ackId: AckId | undefined, action: string): void {
    if (ackId === undefined) return;
    const message = `The client does not have permission to ${action}.`;
    this.#answer(ackId, { name: "Forbidden", message });
  }

  #answer(ackId: AckId, error?: ServiceError): void {
    this.#send(this.codec.ack(ackId, error));
  }

  #sendConnected(): void {
    const { codec, connectionId, userId } = this;
    const token = codec.reliable ? this.host.issueReconnectionToken(connectionId) : undefined;
    this.#send(codec.connected(connectionId, userId, token));
  }

  #send(frame: Frame | undefined): void {
    if (frame !== undefined) this.#link?.send(frame);
  }

  #close(code: number, reason: string): void {
    this.#link?.close(code, reason);
    this.end();
  }
}
