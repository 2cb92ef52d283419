import { EMPTY, Subject, Subscription, using, type Observable } from "rxjs";
import { ProtocolError } from "../errors/client-errors.js";
import { logger } from "../logging/logger.js";
import type {
  AckFrame,
  DownstreamFrame,
  GroupDataMessage,
  ServerDataMessage,
  ServiceError,
} from "../protocol/messages.js";
import type { EmissionQueue } from "./emission-queue.js";
import { FanOut } from "./fan-out.js";

/** The service's answer to an operation. */
export interface AckMessage {
  /** The id that the operation was sent under. */
  readonly ackId: number;
  /** Whether the service did what was asked, now or before. */
  readonly success: boolean;
  /** It had done it before. */
  readonly isDuplicated: boolean;
  /** Why not, in the service's words; absent on success. */
  readonly error?: ServiceError;
}

/**
 * Who listens to one group: members, for whom it is joined, and those who watch what others joined for them. Either is
 * there when it is wanted: with many groups, a message costs what memory it touches.
 */
interface GroupAudience {
  members: FanOut<GroupDataMessage> | undefined;
  watchers: FanOut<GroupDataMessage> | undefined;
}

/**
 * Takes each frame to its subscribers. A message costs one look-up, however many groups are subscribed; nothing here
 * passes the lifecycle.
 */
export class Router {
  readonly #groupMessages = new FanOut<GroupDataMessage>();
  readonly #serverMessages = new FanOut<ServerDataMessage>();
  readonly groupMessages$ = this.#groupMessages.values$;
  readonly serverMessages$ = this.#serverMessages.values$;
  readonly acks$ = new Subject<AckMessage>();
  readonly protocolErrors$ = new Subject<ProtocolError>();
  readonly #groups = new Map<string, GroupAudience>();
  #isDisposed = false;

  constructor(
    private readonly queue: EmissionQueue,
    private readonly acknowledge: (ack: AckFrame) => void,
  ) {}

  /**
   * The messages of one group, for its members, who are told when the service refuses the group, or for those who only
   * watch. Hot; costs nothing while nobody is subscribed.
   */
  messagesOf(group: string, audience: keyof GroupAudience): Observable<GroupDataMessage> {
    return using(
      () => new Subscription(() => this.#forget(group)),
      () => (this.#isDisposed ? EMPTY : (this.#audienceOf(group)[audience] ??= new FanOut()).values$),
    );
  }

  /** Ends the messages of a group for its members. */
  refuse(group: string, error: Error): void {
    const audience = this.#groups.get(group);
    const members = audience?.members;
    if (audience === undefined || members === undefined) return;
    audience.members = undefined;
    this.queue.push(() => members.error(error));
  }

  /** Delivers a frame, unless by the time of its turn it is not `due` any more. */
  route(frame: DownstreamFrame, due: () => boolean): void {
    switch (frame.kind) {
      case "groupData": {
        if (this.#groupMessages.observed) this.queue.emit(this.#groupMessages, frame, due);
        // Fragments of a stream have an Observable of their own.
        const audience = frame.stream === undefined ? this.#groups.get(frame.group) : undefined;
        if (audience === undefined) break;
        if (audience.members && due()) this.queue.emit(audience.members, frame, due);
        if (audience.watchers && due()) this.queue.emit(audience.watchers, frame, due);
        break;
      }
      case "serverData":
        this.queue.emit(this.#serverMessages, frame, due);
        break;
      case "ack":
        // Acknowledged before anyone is told: who stops the client on hearing of the ack takes the outcome from nobody.
        if (!this.acks$.observed) {
          this.acknowledge(frame);
          break;
        }
        this.queue.transact(() => {
          this.queue.emit(this.acks$, ackOf(frame), due);
          this.acknowledge(frame);
        });
        break;
      case "malformed": {
        const error = new ProtocolError(frame.reason, frame.frame);
        logger.warning(() => error.message);
        this.queue.emit(this.protocolErrors$, error, due);
        break;
      }
      // The session has seen to these, or there is nothing to be done.
      case "connected":
      case "disconnected":
      case "pong":
      case "unknown":
        break;
    }
  }

  /** Completes everything. */
  dispose(): void {
    this.#isDisposed = true;
    for (const stream of [this.#groupMessages, this.#serverMessages, this.acks$, this.protocolErrors$]) {
      stream.complete();
    }
    for (const { members, watchers } of this.#groups.values()) {
      members?.complete();
      watchers?.complete();
    }
  }

  #audienceOf(group: string): GroupAudience {
    let audience = this.#groups.get(group);
    if (audience === undefined) this.#groups.set(group, (audience = { members: undefined, watchers: undefined }));
    return audience;
  }

  #forget(group: string): void {
    const audience = this.#groups.get(group);
    if (audience && !audience.members?.observed && !audience.watchers?.observed) this.#groups.delete(group);
  }
}

function ackOf({ ackId, success, error }: AckFrame): AckMessage {
  const isDuplicated = error?.name === "Duplicate";
  return { ackId, success: success || isDuplicated, isDuplicated, ...(error && !isDuplicated && { error }) };
}
