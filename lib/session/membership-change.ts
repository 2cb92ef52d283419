import { Subscription, type Observer } from "rxjs";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import type { Codec } from "../protocol/codec.js";
import type { AckIds } from "./ack-ids.js";
import { isUnanswered, retryDelay } from "./failures.js";
import type { GroupRecord } from "./group-record.js";
import type { GroupRecords } from "./group-records.js";
import type { CommandResult, Transmission } from "./operation.js";
import type { Outbox } from "./outbox.js";

/** Whose change it is. */
export interface MembershipChangeHost {
  readonly options: { readonly codec: Codec };
  readonly outbox: Outbox;
  readonly ackIds: AckIds;
  readonly records: Pick<GroupRecords, "unwatch">;
  /** The service has us in the group, or not, from now on. */
  changed(record: GroupRecord, isJoined: boolean): void;
}

/** Who is told of a change, and may be of the failures that it is tried again after, counted from 1. */
export interface MembershipOutcome extends Observer<CommandResult> {
  readonly retrying?: (failure: unknown, retry: number) => void;
}

/**
 * One join or leave on its way, tried again while it is meant: a join while the group is wanted, a leave while it is not.
 * Tried later, it would undo what came after it. One object rather than a chain of operators: a session may begin with
 * thousands. Unsubscribing forgets it.
 */
export class MembershipChange extends Subscription implements Transmission {
  readonly target: string;
  readonly frame: string | Uint8Array;
  dueAt = Infinity;
  session: string | undefined;
  /** Its places among the changes of the group: where it may have been done first, and where last; 0 until it is sent. */
  #first = 0;
  #last = 0;
  #retries = 0;

  constructor(
    readonly kind: "joinGroup" | "leaveGroup",
    private readonly record: GroupRecord,
    /** Reserved for it; unsubscribing releases it. */
    readonly ackId: number,
    private readonly policy: RetryBackoffPolicy,
    private readonly host: MembershipChangeHost,
    private readonly outcome: MembershipOutcome,
  ) {
    super();
    this.target = record.name;
    record.watchers++;
    this.frame = host.options.codec[kind](this.target, this.ackId);
  }

  sentIn(session: string): void {
    this.session = session;
    this.#last = ++this.record.changes;
    this.#first ||= this.#last;
    if (this.kind === "joinGroup") this.record.lastJoin = this.#last;
  }

  /** It would undo what came after it. */
  get isObsolete(): boolean {
    return this.record.isWanted !== (this.kind === "joinGroup");
  }

  retryDelay(failure: unknown): number | undefined {
    if (this.isObsolete) return undefined;
    // What was refused was not done.
    if (!isUnanswered(failure)) this.#first = 0;
    this.#retries++;
    this.outcome.retrying?.(failure, this.#retries);
    return retryDelay(this.policy, this.#retries);
  }

  next(result: CommandResult): void {
    if (this.closed) return;
    this.#end();
    // The ack may be that of its first transmission: what is sent again is not done again.
    this.#done(this.#first);
    this.outcome.next(result);
    this.outcome.complete();
  }

  error(error: unknown): void {
    if (this.closed) return;
    this.#end();
    if (isUnanswered(error)) this.#maybeDone();
    else if (this.record.lastJoin === this.#last) this.record.lastJoin = 0;
    this.outcome.error(error);
  }

  complete(): void {
    // Never goes unsent.
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#end();
    if (this.#first > 0) this.#maybeDone();
  }

  #end(): void {
    super.unsubscribe();
    this.host.outbox.forget(this);
    // Whoever is told of the outcome may choose the id again.
    this.host.ackIds.release(this.ackId);
    this.host.records.unwatch(this.record);
  }

  /** Nobody will know: after a leave, who wants the group from now on joins anew. */
  #maybeDone(): void {
    if (this.kind === "leaveGroup") this.#done(this.#last);
  }

  /** It was done at its place among the changes; one at a later place tells what is. */
  #done(place: number): void {
    if (place < this.record.lastDone) return;
    this.record.lastDone = place;
    this.host.changed(this.record, this.kind === "joinGroup");
  }
}
