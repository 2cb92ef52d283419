import type { SchedulerLike, Subscription } from "rxjs";
import * as closeCode from "../protocol/close-codes.js";
import { MAX_CLIENT_FRAME_BYTES } from "../protocol/limits.js";
import type { ServiceError } from "../protocol/messages.js";
import { Channel, type ChannelHost } from "./channel.js";
import type { Codec } from "./codec.js";
import type { ClientEvent, EventOutcome } from "./event-handlers.js";
import { Inbox } from "./inbox.js";
import { RECOVERY_WINDOW_MS } from "./limits.js";
import { frameBytes, type Frame, type Link, type LinkEvents } from "./link.js";
import { Operations, type Executor } from "./operations.js";
import type { Payload } from "./payload.js";
import type { Permissions } from "./permissions.js";
import type { Publication } from "./publication.js";
import { ReplayBuffer } from "./replay-buffer.js";
import { Troubles } from "./troubles.js";
import type { AckId } from "./upstream-frames.js";

const EXPIRED = "The connection recovery timeout expired.";

/** What a session needs of the hub that it lives in. */
export interface SessionHost {
  readonly scheduler: SchedulerLike;
  /** Whether a recovered link begins with a `connected` frame (client-protocol §22 Q1). */
  readonly connectedOnRecovery: boolean;
  join(session: Session, group: string): void;
  leave(session: Session, group: string): void;
  publishToGroup(group: string, publication: Publication, excluded?: ReadonlySet<string>): void;
  handleEvent(event: ClientEvent, payload: Payload): EventOutcome | Promise<EventOutcome>;
  issueReconnectionToken(connectionId: string): string;
  /** The session is over for good. */
  ended(session: Session, reason: string): void;
}

/** The service's side of one connection id, over as many links as the client needs (client-protocol §7 to §9). */
export class Session implements Executor {
  readonly groups = new Set<string>();
  readonly troubles = new Troubles();
  readonly #operations: Operations;
  readonly #replay = new ReplayBuffer();
  readonly #inbox = new Inbox<Frame>((frame) => this.#process(frame));
  #ended = false;
  #channel: Channel | undefined;
  #window: Subscription | undefined;

  constructor(
    readonly connectionId: string,
    readonly userId: string | undefined,
    readonly codec: Codec,
    readonly permissions: Permissions,
    private readonly host: SessionHost,
  ) {
    this.#operations = new Operations(this, permissions);
  }

  get attached(): boolean {
    return this.#channel !== undefined;
  }

  get unacknowledged(): number {
    return this.#replay.count;
  }

  /** Begins the session on its first link. */
  begin(link: Link): LinkEvents {
    const channel = this.#open(link);
    this.#sendConnected();
    return this.#eventsOf(channel);
  }

  /** Goes on over a new link; an old one that still looks alive is aborted (client-protocol §8.2, §22 Q15). */
  recover(link: Link): LinkEvents {
    this.#channel?.abort();
    this.#closeWindow();
    const channel = this.#open(link);
    if (this.host.connectedOnRecovery) this.#sendConnected();
    for (const { frame, expiresAt } of this.#replay.replay(this.now())) channel.sendMessage(frame, expiresAt);
    return this.#eventsOf(channel);
  }

  /** Sends one message, numbered and kept if the subprotocol is reliable. */
  deliver(publication: Publication): void {
    const { codec } = this;
    const { expiresAt } = publication;
    const frame = codec.message(publication, codec.reliable ? this.#replay.nextId : undefined);
    if (!codec.reliable || this.#replay.hold(frame, expiresAt)) this.#channel?.sendMessage(frame, expiresAt);
    else this.#close(closeCode.policyViolation, "The reliable message buffer is full.");
  }

  /** Ends the session because the application, or the service itself, wants it; the client is told why. */
  disconnect(message: string, code: number = closeCode.normal): void {
    this.#send(this.codec.disconnected(message));
    this.#close(code, "", message);
  }

  /** The link dies without a close frame. */
  dropLink(): void {
    if (!this.#channel) return;
    this.#channel.abort();
    this.#linkLost("");
  }

  /** The link is closed by something on the way; only 1008 speaks for the service itself and ends the session. */
  closeLink(code: number, reason: string): void {
    if (code === closeCode.policyViolation) {
      this.#close(code, reason);
    } else if (this.#channel) {
      this.#channel.close(code, reason);
      this.#linkLost(reason);
    }
  }

  /** The link stays open, but nothing passes. The next link of the session is not frozen. */
  freezeLink(): void {
    this.#channel?.freeze();
  }

  /** A frozen link goes on. */
  thawLink(): void {
    this.#channel?.thaw();
  }

  /** Ends the session and aborts its link, if it has one. */
  abort(reason = ""): void {
    this.#channel?.abort();
    this.#end(reason);
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

  handleEvent(event: ClientEvent, payload: Payload): EventOutcome | Promise<EventOutcome> {
    return this.host.handleEvent(event, payload);
  }

  failed(why: "eventFailure" | "forbidden"): void {
    const violation = this.codec[why];
    if (violation) this.#close(violation.code, violation.reason);
  }

  ack(ackId: AckId, error?: ServiceError): void {
    const frame = this.codec.ack(ackId, error);
    if (frame !== undefined) this.#channel?.sendAck(frame);
  }

  #open(link: Link): Channel {
    const host: ChannelHost = {
      scheduler: this.host.scheduler,
      troubles: this.troubles,
      limited: !this.codec.reliable,
      receive: (frame) => this.#receive(frame),
      overflow: () => this.abort("The outbound message queue is full."),
    };
    return (this.#channel = new Channel(link, host));
  }

  /** Late events of a link that is no longer this session's change nothing. */
  #eventsOf(channel: Channel): LinkEvents {
    return {
      frame: (frame) => {
        if (this.#channel === channel) channel.receive(frame);
      },
      closed: (code, endedBy = "client", reason = "") => {
        if (this.#channel !== channel) return;
        if (code === closeCode.normal || endedBy === "service") this.#end(reason);
        else this.#linkLost(reason);
      },
    };
  }

  #receive(frame: Frame): void {
    if (frameBytes(frame) > MAX_CLIENT_FRAME_BYTES) {
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

  #linkLost(reason: string): void {
    this.#channel?.ended();
    this.#channel = undefined;
    // A recovery unsubscribes the window of its detach, so that an old timer never ends a newer life.
    if (this.codec.reliable) this.#window = this.host.scheduler.schedule(() => this.#end(EXPIRED), RECOVERY_WINDOW_MS);
    else this.#end(reason);
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
    if (frame !== undefined) this.#channel?.send(frame);
  }

  /** @param because what the application is told, where it is more than the client is */
  #close(code: number, reason: string, because = reason): void {
    this.#channel?.close(code, reason);
    this.#end(because);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#channel?.ended();
    this.#channel = undefined;
    this.#inbox.clear();
    this.#closeWindow();
    this.host.ended(this, reason);
  }
}
