import type { SchedulerLike, Subscription } from "rxjs";
import { utf8Length } from "../protocol/bytes.js";
import { closeCode } from "../protocol/close-codes.js";
import { MAX_CLIENT_FRAME_BYTES, RECOVERY_WINDOW_MS } from "../protocol/limits.js";
import type { ServiceError } from "../protocol/messages.js";
import type { Codec } from "./codec.js";
import type { ClientEvent, EventOutcome } from "./event-handlers.js";
import { Inbox } from "./inbox.js";
import type { Frame, Link, LinkEvents } from "./link.js";
import { Operations, type Executor } from "./operations.js";
import type { Permissions } from "./permissions.js";
import type { Publication } from "./publication.js";
import { ReplayBuffer } from "./replay-buffer.js";
import type { AckId } from "./upstream-frames.js";

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

/** The service's side of one connection id, over as many links as the client needs (client-protocol §7 to §9). */
export class Session implements Executor {
  readonly groups = new Set<string>();
  /** Set by a fault: the next recovery is refused. */
  recoveryRefused = false;
  readonly #operations: Operations;
  readonly #replay = new ReplayBuffer();
  readonly #inbox = new Inbox<Frame>((frame) => this.#process(frame));
  #ended = false;
  #link: Link | undefined;
  #window: Subscription | undefined;

  constructor(
    readonly connectionId: string,
    readonly userId: string | undefined,
    readonly codec: Codec,
    permissions: Permissions,
    private readonly host: SessionHost,
  ) {
    this.#operations = new Operations(this, permissions);
  }

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
    for (const frame of this.#replay.replay(this.now())) link.send(frame);
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
    if (!this.#link) return;
    this.#link.abort();
    this.#linkLost();
  }

  /** The link is closed by something on the way; only 1008 speaks for the service itself and ends the session. */
  closeLink(code: number, reason: string): void {
    if (code === closeCode.policyViolation) {
      this.#close(code, reason);
    } else if (this.#link) {
      this.#link.close(code, reason);
      this.#linkLost();
    }
  }

  /** Ends the session and aborts its link, if it has one. */
  abort(): void {
    this.#link?.abort();
    this.#end();
  }

  now(): number {
    return this.host.scheduler.now();
  }

  join(group: string): void {
    this.host.join(this, group);
  }

  leave(group: string): void {
    this.host.leave(this, group);
  }

  publishToGroup(group: string, publication: Publication, excluded?: ReadonlySet<string>): void {
    this.host.publishToGroup(group, publication, excluded);
  }

  handleEvent(event: ClientEvent): EventOutcome | Promise<EventOutcome> {
    return this.host.handleEvent(event);
  }

  eventFailed(): void {
    const { eventFailure } = this.codec;
    if (eventFailure) this.#close(eventFailure.code, eventFailure.reason);
  }

  ack(ackId: AckId, error?: ServiceError): void {
    this.#send(this.codec.ack(ackId, error));
  }

  /** Late events of a link that is no longer this session's change nothing. */
  #eventsOf(link: Link): LinkEvents {
    return {
      frame: (frame) => {
        if (this.#link === link) this.#receive(frame);
      },
      closed: (code, endedBy = "client") => {
        if (this.#link !== link) return;
        if (code === closeCode.normal || endedBy === "service") this.#end();
        else this.#linkLost();
      },
    };
  }

  #receive(frame: Frame): void {
    if ((typeof frame === "string" ? utf8Length(frame) : frame.byteLength) > MAX_CLIENT_FRAME_BYTES) {
      this.#close(closeCode.tooLarge, "The client message is too large.");
    } else {
      this.#inbox.put(frame);
    }
  }

  #process(data: Frame): Promise<void> | undefined {
    const frame = this.codec.parse(data);
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
        return this.#operations.run(frame);
    }
  }

  #linkLost(): void {
    this.#link = undefined;
    // A recovery unsubscribes the window of its detach, so that an old timer never ends a newer life.
    if (this.codec.reliable) this.#window = this.host.scheduler.schedule(() => this.#end(), RECOVERY_WINDOW_MS);
    else this.#end();
  }

  #closeWindow(): void {
    this.#window?.unsubscribe();
    this.#window = undefined;
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
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#link = undefined;
    this.#inbox.clear();
    this.#closeWindow();
    this.host.ended(this);
  }
}
