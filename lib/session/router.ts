import { Observable, type Subscriber } from "rxjs";
import { ProtocolError } from "../errors/client-errors.js";
import { logger } from "../logging/logger.js";
import type { AckFrame, DownstreamFrame, GroupDataMessage, ServerDataMessage } from "../protocol/messages.js";
import type { Announced, Announcer } from "./announcer.js";
import type { Owner, EmissionQueue } from "./emission-queue.js";
import { FanOut } from "./fan-out.js";
import type { AckMessage } from "./notices.js";
import type { Outbox } from "./outbox.js";

/**
 * Who listens to one group: its members, for whom it is joined, and those who watch what others joined for them. One
 * object for the members, and the watchers apart, for there are few.
 */
class GroupAudience extends FanOut<GroupDataMessage> {
  watchers: FanOut<GroupDataMessage> | undefined;

  override next(message: GroupDataMessage): void {
    super.next(message);
    this.watchers?.next(message);
  }
}

/**
 * Takes each frame to its subscribers. A message costs one look-up, however many groups are subscribed; nothing here
 * passes the lifecycle.
 */
export class Router {
  readonly #groupMessages = new FanOut<GroupDataMessage>();
  readonly #serverMessages = new FanOut<ServerDataMessage>();
  /** Made for the first. */
  #groups: Map<string, GroupAudience> | undefined;
  #isDisposed = false;

  constructor(
    private readonly queue: EmissionQueue,
    private readonly outbox: Pick<Outbox, "acknowledge">,
    private readonly announcer: Announcer,
  ) {}

  get groupMessages$(): Observable<GroupDataMessage> {
    return this.#messages(this.#groupMessages);
  }

  get serverMessages$(): Observable<ServerDataMessage> {
    return this.#messages(this.#serverMessages);
  }

  /**
   * Lets a subscriber have the messages of one group: as a member, who is told when the service refuses the group, or as
   * one who only watches. Completes it once this is disposed of.
   */
  listen(group: string, isMember: boolean, subscriber: Subscriber<GroupDataMessage>): void {
    if (this.#isDisposed) {
      subscriber.complete();
      return;
    }
    let audience = this.#groups?.get(group);
    if (audience === undefined) (this.#groups ??= new Map()).set(group, (audience = new GroupAudience()));
    (isMember ? audience : (audience.watchers ??= new FanOut())).add(subscriber);
  }

  unlisten(group: string, isMember: boolean, subscriber: Subscriber<GroupDataMessage>): void {
    const audience = this.#groups?.get(group);
    if (audience === undefined) return;
    (isMember ? audience : audience.watchers)?.delete(subscriber);
    if (!audience.observed && !audience.watchers?.observed) this.#groups?.delete(group);
  }

  /** Ends the messages of a group for its members. */
  refuse(group: string, error: Error): void {
    const members = this.#groups?.get(group)?.take();
    this.queue.push(() => members?.forEach((member) => member.error(error)));
  }

  /** Delivers a frame, unless by the time of its turn the run that it came in is closed. */
  route(frame: DownstreamFrame, run: Owner): void {
    switch (frame.kind) {
      case "groupData": {
        // Fragments of a stream have an Observable of their own.
        const audience = frame.stream === undefined ? this.#groups?.get(frame.group) : undefined;
        if (this.#groupMessages.observed) this.queue.emit(this.#all(audience), frame, run);
        else if (audience) this.queue.emit(audience, frame, run);
        break;
      }
      case "serverData":
        this.queue.emit(this.#serverMessages, frame, run);
        break;
      case "ack":
        // Acknowledged before anyone is told: who stops the client on hearing of the ack takes the outcome from nobody.
        this.queue.transact(() => {
          const ack = ackOf(frame);
          this.#announce("acks$", ack, run);
          this.outbox.acknowledge(ack);
        });
        break;
      case "malformed": {
        const error = new ProtocolError(frame.reason, frame.frame);
        logger.warning(() => error.message);
        this.#announce("protocolErrors$", error, run);
        break;
      }
      default:
      // The session has seen to the others, or there is nothing to be done.
    }
  }

  /** Completes everything. */
  dispose(): void {
    this.#isDisposed = true;
    this.#groupMessages.complete();
    this.#serverMessages.complete();
    for (const audience of this.#groups?.values() ?? []) {
      audience.complete();
      audience.watchers?.complete();
    }
  }

  /** Who listens to all groups, and then the audience of one: one emission, in which no other comes between. */
  #all(audience: GroupAudience | undefined): Pick<GroupAudience, "next"> {
    return {
      next: (message) => {
        this.#groupMessages.next(message);
        audience?.next(message);
      },
    };
  }

  #announce<Name extends "acks$" | "protocolErrors$">(name: Name, value: Announced[Name], run: Owner): void {
    this.queue.push(() => {
      if (!run.closed) this.announcer.next(name, value);
    });
  }

  #messages<T>(fanOut: FanOut<T>): Observable<T> {
    return new Observable((subscriber) => {
      if (this.#isDisposed) {
        subscriber.complete();
        return undefined;
      }
      fanOut.add(subscriber);
      return () => fanOut.delete(subscriber);
    });
  }
}

function ackOf({ ackId, success, error }: AckFrame): AckMessage {
  const isDuplicated = error?.name === "Duplicate";
  return { ackId, success: success || isDuplicated, isDuplicated, ...(error && !isDuplicated && { error }) };
}
