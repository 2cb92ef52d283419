import { noop, Observable, Subscription, type Observer } from "rxjs";
import type { SendMessageError } from "../errors/send-message-error.js";
import type { RetryBackoffPolicy } from "../operators/retry-backoff.js";
import type { AckIds } from "./ack-ids.js";
import type { Announcer } from "./announcer.js";
import { Deadlines, type DeadlineKeeper } from "./deadlines.js";
import type { EmissionQueue } from "./emission-queue.js";
import { isDefinitive } from "./failures.js";
import type { GroupRecord } from "./group-record.js";
import { GroupRecords } from "./group-records.js";
import { MembershipChange, type MembershipChangeHost, type MembershipOutcome } from "./membership-change.js";
import type { MembershipOptions } from "./membership-options.js";
import type { CommandResult, Operation } from "./operation.js";
import type { Outbox } from "./outbox.js";
import type { Router } from "./router.js";
import { succeed, WaitingJoin } from "./waiting-join.js";

const NOBODY: Observer<unknown> = { next: noop, error: noop, complete: noop };

/** One who wants a group for as long as they observe it. */
export interface Observing {
  readonly record: GroupRecord;
  /** The refusals before: a later one has taken them off. */
  readonly refusals: number;
}

/**
 * Which groups are wanted and which are joined, and the joins and leaves that bring the two together.
 *
 * What observers cause is coalesced: per group one join or leave at a time, and the next one only if it is still needed.
 * What commands ask for goes out as it is, see membership-commands.ts.
 */
export class Membership implements MembershipChangeHost, DeadlineKeeper<GroupRecord> {
  readonly records = new GroupRecords();
  /** Groups that nobody observes any more, and that are left after a while. Made for the first. */
  #leaving: Deadlines<GroupRecord, GroupRecord> | undefined;
  /** Changes that belong to the present session, but for its first joins. */
  #work = Subscription.EMPTY;
  #connectionId: string | undefined;
  /** Whether the run goes on in which the last session has ended: its joins are those of the next one. */
  goesOn = true;

  constructor(
    readonly options: MembershipOptions,
    readonly outbox: Outbox,
    readonly ackIds: AckIds,
    private readonly queue: EmissionQueue,
    private readonly router: Pick<Router, "refuse">,
    private readonly announcer: Announcer,
  ) {}

  /** Nobody has observed a group for as long as the leave delay. */
  overdue(record: GroupRecord): void {
    // One that was forgotten meanwhile would leave the group for the one that came after it.
    if (this.records.get(record.name) !== record) return;
    record.leaveIsDue = true;
    this.#reconcile(record);
  }

  /** The groups that the present or next session is to be joined to. */
  wanted(): string[] {
    return [...this.records].filter(({ isWanted }) => isWanted).map(({ name }) => name);
  }

  /** A session is about to be opened: its joins, leaves and leave delays go on until {@link rest}. */
  work(): void {
    this.#work = new Subscription();
  }

  /** The session, or the attempt at it, is over. */
  rest(): void {
    this.#work.unsubscribe();
    this.#leaving?.clear();
  }

  /** Keeps a group joined until given to {@link unobserve}, and for `leaveDelayInMs` after the last such. */
  observe(group: string): Observing {
    const record = this.records.of(group);
    const { refusals } = record;
    record.observers++;
    record.leaveIsDue = false;
    this.#leaving?.delete(record);
    this.#reconcile(record);
    return { record, refusals };
  }

  unobserve({ record, refusals }: Observing): void {
    // A refusal has taken all its observers off already.
    if (record.refusals !== refusals || --record.observers > 0) return;
    if (this.#connectionId === undefined) {
      this.records.forget(record);
      return;
    }
    const { leaveDelayInMs, scheduler } = this.options;
    this.#leaving ??= new Deadlines(leaveDelayInMs, scheduler, this);
    this.#leaving.set(record, record);
  }

  /** The run ended: join commands that wait for the next session have none to wait for. */
  stop(errorFor: (operation: Pick<Operation, "kind" | "target">) => Error): void {
    this.goesOn = false;
    for (const record of this.records) {
      this.#settleWaiting(record, (waiting) => waiting.error(errorFor({ kind: "joinGroup", target: record.name })));
    }
  }

  beginSession(connectionId: string): void {
    this.#connectionId = connectionId;
  }

  /** The session is over, and with it every membership. */
  endSession(): void {
    this.#connectionId = undefined;
    this.goesOn = true;
    this.rest();
    for (const record of this.records) {
      if (!this.options.autoRejoinGroups) record.dropClaim();
      if (record.isBusy) record.waiting?.forEach((waiting) => waiting.wait());
      record.isBusy = false;
      record.lastJoin = 0;
      this.#setJoined(record, undefined);
      this.records.forget(record);
    }
  }

  /** Joins a wanted group on a new session, on behalf of everyone who wants it. For `replayJoins`. */
  rejoin(group: string): Observable<never> {
    return new Observable((subscriber) => {
      // The session is over: its joins settle no more.
      if (this.#connectionId === undefined) return;
      const record = this.records.get(group);
      if (record?.isWanted && !record.isBusy) this.#joinForAll(record, subscriber, subscriber);
      else subscriber.complete();
    });
  }

  /** Sends one join or leave for a command. Cold. */
  change(kind: MembershipChange["kind"], record: GroupRecord, ackId: number | undefined): Observable<CommandResult> {
    return new Observable((subscriber) => {
      this.#begin(kind, record, this.options.messageRetry, subscriber, subscriber, this.ackIds.take(ackId));
    });
  }

  /** The outcome of the next session's join, for a command without a session. Cold. */
  nextJoin(record: GroupRecord, ackId: number | undefined): Observable<CommandResult> {
    return new Observable((subscriber) => {
      const waiting = new WaitingJoin(record.name, ackId, this, subscriber);
      (record.waiting ??= new Set()).add(waiting);
      return () => {
        waiting.unsubscribe();
        record.waiting?.delete(waiting);
      };
    });
  }

  /** A leave came before the next session: joins that have waited for it are as good as done, and undone. */
  settle(record: GroupRecord, result: CommandResult): void {
    if (!record.isBusy) this.#settleWaiting(record, succeed(result));
  }

  /** A claim was taken back: leaves the group if nobody wants it any longer and a join may have been applied. */
  unclaimed(record: GroupRecord): void {
    if (record.isWanted) return;
    record.leaveIsDue = true;
    this.#reconcile(record);
  }

  #begin(
    kind: MembershipChange["kind"],
    record: GroupRecord,
    policy: RetryBackoffPolicy,
    /** What it belongs to: with that it ends. */
    owner: Subscription,
    outcome: MembershipOutcome,
    /** Reserved for it, if there is one already. */
    ackId?: number,
  ): void {
    if (owner.closed) return;
    ackId ??= this.ackIds.take(undefined);
    const change = new MembershipChange(kind, record, ackId, policy, this, outcome);
    owner.add(change);
    this.outbox.submit(change);
  }

  #joinForAll(record: GroupRecord, owner: Subscription, told: Observer<never>): void {
    const isRejoin = record.wasJoined;
    const { rejoinRetry, messageRetry } = this.options;
    record.isBusy = true;
    let chosen: number | undefined;
    record.waiting?.forEach((waiting) => {
      waiting.stay();
      chosen ??= waiting.ackId;
    });
    const outcome: MembershipOutcome = {
      next: (result) => {
        this.#settleWaiting(record, succeed(result));
        told.complete();
        this.#release(record);
      },
      error: (error: unknown) => {
        if (isDefinitive(error)) this.#refuse(record, error, isRejoin);
        // It is tried no more because nobody wants the group, and may have been done.
        else this.unclaimed(record);
        this.#settleWaiting(record, (waiting) => waiting.error(error));
        told.error(error);
        this.#release(record);
      },
      complete: noop,
      // It goes on for those who observe the group; commands have as many tries as if they had made it themselves.
      retrying: (failure, retry) => {
        if (retry > (messageRetry.maxRetries ?? Infinity)) {
          this.#settleWaiting(record, (waiting) => waiting.error(failure));
        }
      },
    };
    this.#begin(
      "joinGroup",
      record,
      rejoinRetry,
      owner,
      outcome,
      chosen === undefined ? undefined : this.ackIds.share(chosen),
    );
  }

  /** Brings what observers want and what is joined together, one step at a time. */
  #reconcile(record: GroupRecord): void {
    if (record.isBusy || this.#connectionId === undefined) return;
    if (record.observers > 0 && record.joinedOn === undefined) {
      this.#joinForAll(record, this.#work, NOBODY);
    } else if (!record.isWanted && record.leaveIsDue && record.mayBeJoined) {
      record.isBusy = true;
      // A leave that is refused is not tried for ever; one that nobody answers is, for as long as nobody wants the group.
      record.leaveIsDue = false;
      const release = () => this.#release(record);
      this.#begin("leaveGroup", record, this.options.rejoinRetry, this.#work, {
        next: noop,
        error: release,
        complete: release,
      });
    }
  }

  #release(record: GroupRecord): void {
    record.isBusy = false;
    this.#reconcile(record);
    this.records.forget(record);
  }

  /** The service will not have us in the group: nobody wants it any longer, and everybody is told. */
  #refuse(record: GroupRecord, error: SendMessageError, isRejoin: boolean): void {
    const { name } = record;
    record.refusals++;
    record.observers = 0;
    // Joins by command that are under way have an answer of their own to come.
    record.dropClaim();
    if (isRejoin) this.queue.push(() => this.announcer.next("rejoinGroupFailed$", { group: name, error }));
    this.router.refuse(name, error);
  }

  #settleWaiting(record: GroupRecord, settle: (waiting: Observer<CommandResult>) => void): void {
    const { waiting } = record;
    record.waiting = undefined;
    if (waiting) {
      this.queue.push(() =>
        waiting.forEach((join) => {
          join.unsubscribe();
          settle(join.subscriber);
        }),
      );
    }
  }

  /** The service has us in the group, or not, from now on. */
  changed(record: GroupRecord, isJoined: boolean): void {
    this.#setJoined(record, isJoined ? this.#connectionId : undefined);
    if (isJoined) return;
    record.wasJoined = false;
    // An observer may have come while it was being left.
    this.#reconcile(record);
    this.records.forget(record);
  }

  #setJoined(record: GroupRecord, connectionId: string | undefined): void {
    if (record.joinedOn === connectionId) return;
    record.joinedOn = connectionId;
    if (connectionId !== undefined) record.wasJoined = true;
    if (record.isWatched) this.queue.push(() => record.tell(connectionId));
  }
}
