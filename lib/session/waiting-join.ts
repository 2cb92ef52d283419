import { Subscription, type Observer, type Subscriber, type Unsubscribable } from "rxjs";
import type { AckIds } from "./ack-ids.js";
import { after } from "./after.js";
import { timedOut } from "./failures.js";
import type { MembershipOptions } from "./membership-options.js";
import type { CommandResult } from "./operation.js";

/** Whose joins they are. */
export interface WaitingJoinHost {
  readonly options: Pick<MembershipOptions, "ackTimeoutInMs" | "scheduler">;
  readonly ackIds: AckIds;
}

/** A join command without a session: becomes one of the next session's joins, and has waited in vain when none comes. */
export class WaitingJoin implements Unsubscribable {
  #patience = Subscription.EMPTY;
  #reserved: number | undefined;

  constructor(
    private readonly group: string,
    /** The id that the caller chose. */
    readonly ackId: number | undefined,
    private readonly host: WaitingJoinHost,
    readonly subscriber: Subscriber<CommandResult>,
  ) {
    if (ackId !== undefined) this.#reserved = host.ackIds.take(ackId);
    this.wait();
  }

  /** There is no session. */
  wait(): void {
    this.stay();
    const { ackTimeoutInMs, scheduler } = this.host.options;
    this.#patience = after(ackTimeoutInMs, scheduler, () => {
      const { group, ackId } = this;
      this.subscriber.error(timedOut({ kind: "joinGroup", target: group, ackId, session: undefined }, ackTimeoutInMs));
    });
  }

  /** The group's join is under way: from now on its time is that of the join. */
  stay(): void {
    this.#patience.unsubscribe();
  }

  /** The outcome is known, or nobody wants it any longer. */
  unsubscribe(): void {
    this.stay();
    if (this.#reserved !== undefined) this.host.ackIds.release(this.#reserved);
    this.#reserved = undefined;
  }
}

/** What a command is told when it is done. */
export const succeed =
  (result: CommandResult) =>
  (waiting: Observer<CommandResult>): void => {
    waiting.next(result);
    waiting.complete();
  };
