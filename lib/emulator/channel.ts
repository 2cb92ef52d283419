import { Subscription, type SchedulerLike } from "rxjs";
import type { Frame, Link } from "./link.js";
import { OutboundQueue } from "./outbound-queue.js";
import type { Troubles } from "./troubles.js";

/** What a channel needs of its session. */
export interface ChannelHost {
  readonly scheduler: SchedulerLike;
  readonly troubles: Troubles;
  /** Whether a client that takes too little is cut off; a reliable session has a buffer with limits of its own. */
  readonly limited: boolean;
  /** Takes what the client sent. */
  receive(frame: Frame): void;
  /** The client takes too little. */
  overflow(): void;
}

interface Frozen {
  readonly unsent: { readonly frame: Frame; readonly expiresAt: number }[];
  readonly unread: Frame[];
}

/** One link of a session, both ways, with the limits and the troubles on it. */
export class Channel {
  #queue = new OutboundQueue();
  // Holds what is still to come; closed as soon as the link has ended.
  readonly #life = new Subscription();
  #frozen: Frozen | undefined;

  constructor(
    private readonly link: Link,
    private readonly host: ChannelHost,
  ) {}

  send(frame: Frame): void {
    this.#put(frame, Infinity);
  }

  /** @param expiresAt when a copy that still waits here is dropped */
  sendMessage(frame: Frame, expiresAt: number): void {
    const copies = this.host.troubles.take("duplicates") ? 2 : 1;
    for (let i = 0; i < copies; i++) this.#put(frame, expiresAt);
  }

  /** An ack belongs to its link: one that is late is lost with it (client-protocol §6). */
  sendAck(frame: Frame): void {
    const { scheduler, troubles } = this.host;
    if (troubles.take("lostAcks")) return;
    if (troubles.ackDelayMs === 0) this.send(frame);
    else this.#life.add(scheduler.schedule(() => this.send(frame), troubles.ackDelayMs));
  }

  receive(frame: Frame): void {
    // What was not read when the link ended is lost with it.
    if (this.#life.closed) return;
    if (this.#frozen) this.#frozen.unread.push(frame);
    else this.host.receive(frame);
  }

  /** From now on nothing is read and nothing is sent. */
  freeze(): void {
    if (this.#frozen) return;
    this.#queue.settle(this.link.backlog);
    this.#frozen = { unsent: [], unread: [] };
  }

  /** Goes on where it stopped, but for messages that have outlived their time (client-protocol §12.4). */
  thaw(): void {
    const frozen = this.#flush();
    for (const frame of frozen?.unread ?? []) this.receive(frame);
  }

  /** Ends the link with a close frame, after all that was sent. */
  close(code: number, reason: string): void {
    this.#flush();
    this.#life.unsubscribe();
    this.link.close(code, reason);
  }

  /** Ends the link without a close frame. */
  abort(): void {
    this.#life.unsubscribe();
    this.link.abort();
  }

  /** The link has ended by itself. */
  ended(): void {
    this.#life.unsubscribe();
  }

  #flush(): Frozen | undefined {
    const frozen = this.#frozen;
    this.#frozen = undefined;
    // What was held back is counted anew on its way out.
    if (frozen) this.#queue = new OutboundQueue();
    for (const { frame, expiresAt } of frozen?.unsent ?? []) {
      if (this.host.scheduler.now() <= expiresAt) this.#pass(frame);
    }
    return frozen;
  }

  #put(frame: Frame, expiresAt: number): void {
    const onTheWire = this.host.troubles.take("garbled") ? broken(frame) : frame;
    if (!this.#frozen) this.#pass(onTheWire);
    else if (this.#hasRoom(onTheWire)) this.#frozen.unsent.push({ frame: onTheWire, expiresAt });
    else this.host.overflow();
  }

  #pass(frame: Frame): void {
    if (this.#life.closed) return;
    this.#queue.settle(this.link.backlog);
    if (this.#hasRoom(frame)) this.link.send(frame);
    else this.host.overflow();
  }

  #hasRoom(frame: Frame): boolean {
    return !this.host.limited || this.#queue.add(frame);
  }
}

/** Without its last brace, JSON is none; what is no JSON loses its last character or byte. */
const broken = (frame: Frame): Frame => (typeof frame === "string" ? frame.slice(0, -1) : frame.subarray(0, -1));
