import { defer, finalize, Subject, type Observable } from "rxjs";
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

/** The service's answer to an operation. */
export interface AckMessage {
  readonly ackId: number;
  /** Whether the service did what was asked, now or before. */
  readonly success: boolean;
  /** It had done it before. */
  readonly isDuplicated: boolean;
  /** Why not. */
  readonly error?: ServiceError;
}

/**
 * Takes each frame to its subscribers. A message costs one look-up, however many groups are subscribed; nothing here
 * passes the lifecycle.
 */
export class Router {
  readonly groupMessages$ = new Subject<GroupDataMessage>();
  readonly serverMessages$ = new Subject<ServerDataMessage>();
  readonly acks$ = new Subject<AckMessage>();
  readonly protocolErrors$ = new Subject<ProtocolError>();
  readonly #groups = new Map<string, Subject<GroupDataMessage>>();

  constructor(
    private readonly queue: EmissionQueue,
    private readonly acknowledge: (ack: AckFrame) => void,
  ) {}

  /** The messages of one group; costs nothing while nobody is subscribed. Hot. */
  messagesOf(group: string): Observable<GroupDataMessage> {
    return defer(() => {
      let messages$ = this.#groups.get(group);
      if (messages$ === undefined) this.#groups.set(group, (messages$ = new Subject()));
      const subject = messages$;
      return subject.pipe(
        finalize(() => {
          if (!subject.observed && this.#groups.get(group) === subject) this.#groups.delete(group);
        }),
      );
    });
  }

  /** Delivers a frame, unless by the time of its turn it is not `due` any more. */
  route(frame: DownstreamFrame, due: () => boolean): void {
    switch (frame.kind) {
      case "groupData": {
        this.queue.emit(this.groupMessages$, frame, due);
        // Fragments of a stream have an Observable of their own.
        const messages$ = frame.stream === undefined ? this.#groups.get(frame.group) : undefined;
        if (messages$ && due()) this.queue.emit(messages$, frame, due);
        break;
      }
      case "serverData":
        this.queue.emit(this.serverMessages$, frame, due);
        break;
      case "ack":
        this.queue.emit(this.acks$, ackOf(frame), due);
        this.acknowledge(frame);
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

  /** Completes everything; the groups' streams end with their subscribers. */
  dispose(): void {
    for (const subject of [this.groupMessages$, this.serverMessages$, this.acks$, this.protocolErrors$]) {
      subject.complete();
    }
  }
}

function ackOf({ ackId, success, error }: AckFrame): AckMessage {
  const isDuplicated = error?.name === "Duplicate";
  return { ackId, success: success || isDuplicated, isDuplicated, ...(error && !isDuplicated && { error }) };
}
