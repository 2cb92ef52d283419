import {
  catchError,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  mergeMap,
  of,
  Subject,
  Subscription,
  take,
  tap,
  throwError,
  timeout,
  timer,
  type Observable,
  type SchedulerLike,
} from "rxjs";
import { SendMessageError } from "../errors/send-message-error.js";
import { TimeoutError } from "../errors/timeout-error.js";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import type { Codec } from "../protocol/codec.js";
import type { AckIds } from "./ack-ids.js";
import type { EmissionQueue } from "./emission-queue.js";
import { GroupRecord, type Joined } from "./group-record.js";
import { describeOperation, type CommandResult, type Operation } from "./operation.js";
import type { Outbox } from "./outbox.js";
import { isUnacknowledged, retryWithinSession } from "./retry-within-session.js";

/** A rejoin that the service refused. */
export interface RejoinGroupFailed {
  readonly group: string;
  readonly error: Error;
}

export interface MembershipOptions {
  readonly codec: Codec;
  readonly autoRejoinGroups: boolean;
  readonly leaveDelayInMs: number;
  readonly ackTimeoutInMs: number;
  /** For joins and leaves by command. */
  readonly messageRetry: RetryBackoffPolicy;
  /** For joins on behalf of observers and of later sessions, which are kept up. */
  readonly rejoinRetry: RetryBackoffPolicy;
  readonly scheduler: SchedulerLike;
}

const DONE: CommandResult = { isDuplicated: false };

/**
 * Which groups are wanted and which are joined, and the joins and leaves that bring the two together.
 *
 * Commands go out in the order subscribed, each for itself. What observers cause is coalesced: per group one join or
 * leave at a time, and the next one only if it is still needed.
 */
export class Membership {
  readonly rejoinGroupFailed$ = new Subject<RejoinGroupFailed>();
  readonly #records = new Map<string, GroupRecord>();
  readonly #work$ = new Subject<Observable<unknown>>();
  #connectionId: string | undefined;
  #isRunning = false;

  constructor(
    private readonly options: MembershipOptions,
    private readonly outbox: Outbox,
    private readonly ackIds: AckIds,
    private readonly queue: EmissionQueue,
    /** The service will not have us in a group, for good. */
    private readonly onRefused: (group: string, error: SendMessageError) => void,
  ) {}

  /** The groups that the present or next session is to be joined to. */
  wanted(): string[] {
    return [...this.#records.values()].filter(({ isWanted }) => isWanted).map(({ name }) => name);
  }

  /** Does the joins, leaves and leave delays of one session, for as long as it is subscribed. */
  work(): Observable<never> {
    return this.#work$.pipe(
      // Every piece of work tells those concerned of its failure itself.
      mergeMap((work) => work.pipe(catchError(() => EMPTY))),
      ignoreElements(),
    );
  }

  /** Joins a group and claims it for later sessions too. Cold; see `WebPubSubClient.joinGroup`. */
  join(group: string, ackId: number | undefined): Observable<CommandResult> {
    return defer(() => {
      const record = this.#record(group);
      const claim = record.claim();
      record.watchers++;
      return defer(() => (this.outbox.hasSession ? this.#joinNow(record, ackId) : this.#awaitNextJoin(record))).pipe(
        catchError((error: unknown) =>
          isUnacknowledged(error) && this.#isRunning ? this.#awaitNextJoin(record) : throwError(() => error),
        ),
        tap({
          next: () => record.keepClaim(claim),
          error: (error: unknown) => {
            record.dropClaim(claim);
            if (isDefinitive(error)) record.dropKeptClaim();
          },
          unsubscribe: () => this.#withdraw(record, claim),
        }),
        finalize(() => {
          record.watchers--;
          this.#forget(record);
        }),
      );
    });
  }

  /** Gives a group up and leaves it, unless observers want it or there is no session. Cold. */
  leave(group: string, ackId: number | undefined): Observable<CommandResult> {
    return defer(() => {
      const record = this.#record(group);
      record.dropClaims();
      const leave$ = record.observers > 0 || !this.outbox.hasSession ? of(DONE) : this.#leaveNow(record, ackId);
      return leave$.pipe(
        // With its session every membership ends, so the leave is done.
        catchError((error: unknown) =>
          isUnacknowledged(error) && this.#isRunning ? of(DONE) : throwError(() => error),
        ),
        finalize(() => this.#forget(record)),
      );
    });
  }

  /** Keeps a group joined until unsubscribed, and for `leaveDelayInMs` after the last such subscription. */
  observe(group: string): Subscription {
    const record = this.#record(group);
    const { refusals } = record;
    record.observers++;
    record.observed++;
    record.leaveIsDue = false;
    this.#reconcile(record);
    return new Subscription(() => {
      // A refusal has taken all its observers off already.
      if (record.refusals === refusals && --record.observers === 0) this.#leaveLater(record);
    });
  }

  /** Whether and where a group is joined. Replays. */
  joined(group: string): Observable<Joined | null> {
    return defer(() => {
      const record = this.#record(group);
      record.watchers++;
      return record.joined$.pipe(
        finalize(() => {
          record.watchers--;
          this.#forget(record);
        }),
      );
    });
  }

  /** A run began. */
  start(): void {
    this.#isRunning = true;
  }

  /** The run ended: join commands that wait for the next session have none to wait for. */
  stop(errorFor: (operation: Pick<Operation, "kind" | "target">) => Error): void {
    this.#isRunning = false;
    for (const record of this.#records.values()) {
      this.#settleWaiting(record, (waiting) => waiting.error(errorFor(joinOf(record))));
    }
  }

  beginSession(connectionId: string): void {
    this.#connectionId = connectionId;
  }

  /** The session is over, and with it every membership. */
  endSession(): void {
    this.#connectionId = undefined;
    for (const record of this.#records.values()) {
      if (!this.options.autoRejoinGroups) record.dropKeptClaim();
      record.isBusy = false;
      this.#setJoined(record, undefined);
      this.#forget(record);
    }
  }

  /** Joins a wanted group on a new session, on behalf of everyone who wants it. For `replayJoins`. */
  rejoin(group: string): Observable<unknown> {
    return defer(() => {
      const record = this.#records.get(group);
      return record?.isWanted && !record.isBusy ? this.#joinForAll(record) : EMPTY;
    });
  }

  /** Completes what replays. */
  dispose(): void {
    this.rejoinGroupFailed$.complete();
    for (const { joined$ } of this.#records.values()) joined$.complete();
  }

  #joinForAll(record: GroupRecord): Observable<CommandResult> {
    return defer(() => {
      const isRejoin = record.wasJoined;
      record.isBusy = true;
      return this.#transmit("joinGroup", record, undefined, this.options.rejoinRetry, () => record.isWanted).pipe(
        tap({
          next: (result) => this.#settleWaiting(record, (waiting) => waiting.next(result)),
          error: (error: unknown) => {
            if (isDefinitive(error)) this.#refuse(record, error, isRejoin);
            // It is tried no more because nobody wants the group, and may have been applied.
            else if (isUnanswered(error)) this.#work$.next(this.#leaveNow(record));
          },
        }),
        finalize(() => this.#release(record)),
      );
    });
  }

  #joinNow(record: GroupRecord, ackId: number | undefined): Observable<CommandResult> {
    // Not after a later leave: tried again, it would undo that.
    return this.#transmit("joinGroup", record, ackId, this.options.messageRetry, () => record.isWanted);
  }

  #leaveNow(record: GroupRecord, ackId?: number, policy = this.options.messageRetry): Observable<CommandResult> {
    return defer(() => {
      const { changes } = record;
      return this.#transmit("leaveGroup", record, ackId, policy, () => !record.isWanted).pipe(
        tap({
          // An observer may have come meanwhile.
          next: () => this.#reconcile(record),
          // It may have been applied: who wants the group from now on joins it anew. A join acknowledged since is later.
          error: (error: unknown) => {
            if (isUnanswered(error) && record.changes === changes) this.#setJoined(record, undefined);
          },
        }),
      );
    });
  }

  /** A command's join that has no session becomes one of the next session's joins. */
  #awaitNextJoin(record: GroupRecord): Observable<CommandResult> {
    const { ackTimeoutInMs, scheduler } = this.options;
    const late = () =>
      new TimeoutError(
        `${describeOperation(joinOf(record))} found no session within ackTimeoutInMs (${ackTimeoutInMs} ms)`,
        { code: "NotSent", option: "ackTimeoutInMs" },
      );
    return defer(() =>
      record.nextJoin$.pipe(take(1), timeout({ first: ackTimeoutInMs, scheduler, with: () => throwError(late) })),
    );
  }

  #transmit(
    kind: "joinGroup" | "leaveGroup",
    record: GroupRecord,
    chosenAckId: number | undefined,
    policy: RetryBackoffPolicy,
    isWanted: () => boolean,
  ): Observable<CommandResult> {
    const transmit = (ackId: number): Observable<CommandResult> => {
      const { name, changes } = record;
      const operation: Operation = { kind, target: name, ackId, frame: this.options.codec[kind](name, ackId) };
      return this.outbox.transmit(operation).pipe(
        retryWithinSession(operation, policy, this.outbox, isWanted),
        tap(({ isDuplicated }) => {
          // What is acknowledged as a repeat was done before all that has been acknowledged since.
          if (isDuplicated && record.changes !== changes) return;
          record.changes++;
          this.#setJoined(record, kind === "joinGroup" ? this.#connectionId : undefined);
        }),
      );
    };
    return chosenAckId === undefined ? this.ackIds.reserve(undefined, transmit) : defer(() => transmit(chosenAckId));
  }

  /** Brings what observers want and what is joined together, one step at a time. */
  #reconcile(record: GroupRecord): void {
    if (record.isBusy || this.#connectionId === undefined) return;
    if (record.observers > 0 && record.joinedOn === undefined) {
      this.#work$.next(this.#joinForAll(record));
    } else if (!record.isWanted && record.joinedOn !== undefined && record.leaveIsDue) {
      record.isBusy = true;
      // A leave that is refused is not tried for ever; one that nobody answers is, for as long as nobody wants the group.
      record.leaveIsDue = false;
      const leave$ = this.#leaveNow(record, undefined, this.options.rejoinRetry);
      this.#work$.next(leave$.pipe(finalize(() => this.#release(record))));
    }
  }

  #release(record: GroupRecord): void {
    record.isBusy = false;
    this.#reconcile(record);
    this.#forget(record);
  }

  #leaveLater(record: GroupRecord): void {
    const { observed } = record;
    const { leaveDelayInMs, scheduler } = this.options;
    const leave = () => {
      if (record.observed !== observed) return;
      record.leaveIsDue = true;
      this.#reconcile(record);
    };
    if (this.#connectionId === undefined) this.#forget(record);
    else this.#work$.next(timer(leaveDelayInMs, scheduler).pipe(tap(leave)));
  }

  /** A join command was unsubscribed before its outcome: it may have been applied. */
  #withdraw(record: GroupRecord, claim: symbol): void {
    if (!record.dropClaim(claim) || record.isWanted || this.#connectionId === undefined) return;
    this.#work$.next(this.#leaveNow(record));
  }

  /** The service will not have us in the group: nobody wants it any longer, and everybody is told. */
  #refuse(record: GroupRecord, error: SendMessageError, isRejoin: boolean): void {
    const { name } = record;
    record.refusals++;
    record.observers = 0;
    record.dropClaims();
    if (isRejoin) this.queue.push(() => this.rejoinGroupFailed$.next({ group: name, error }));
    this.onRefused(name, error);
    this.#settleWaiting(record, (waiting) => waiting.error(error));
  }

  #settleWaiting(record: GroupRecord, settle: (waiting: Subject<CommandResult>) => void): void {
    const waiting = record.nextJoin$;
    if (!waiting.observed) return;
    record.nextJoin$ = new Subject();
    this.queue.push(() => settle(waiting));
  }

  #setJoined(record: GroupRecord, connectionId: string | undefined): void {
    if (record.joinedOn === connectionId) return;
    record.joinedOn = connectionId;
    if (connectionId !== undefined) record.wasJoined = true;
    this.queue.push(() => record.joined$.next(connectionId === undefined ? null : { connectionId }));
  }

  #record(group: string): GroupRecord {
    let record = this.#records.get(group);
    if (record === undefined) this.#records.set(group, (record = new GroupRecord(group)));
    return record;
  }

  #forget(record: GroupRecord): void {
    if (record.isForgettable && this.#records.get(record.name) === record) this.#records.delete(record.name);
  }
}

const joinOf = ({ name }: GroupRecord): Pick<Operation, "kind" | "target"> => ({ kind: "joinGroup", target: name });

const isDefinitive = (error: unknown): error is SendMessageError =>
  error instanceof SendMessageError && error.isDefinitive;

const isUnanswered = (error: unknown): boolean => error instanceof TimeoutError && error.code === "AckTimeout";
