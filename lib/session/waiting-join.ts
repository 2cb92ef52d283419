import { Subscription, type Subscriber, type Unsubscribable } from "rxjs";
import { after } from "./after.js";
import { neverSent } from "./failures.js";
import type { MembershipOptions } from "./membership-options.js";
import type { CommandResult } from "./operation.js";

/** A join command without a session: becomes one of the next session's joins, and has waited in vain when none comes. */
export class WaitingJoin implements Unsubscribable {
  #patience = Subscription.EMPTY;

  constructor(
    private readonly group: string,
    /** The id that the caller chose. */
    readonly ackId: number | undefined,
    private readonly options: Pick<MembershipOptions, "ackTimeoutInMs" | "scheduler">,
    readonly subscriber: Subscriber<CommandResult>,
  ) {
    this.wait();
  }

  /** There is no session. */
  wait(): void {
    const { ackTimeoutInMs, scheduler } = this.options;
    this.#patience = after(ackTimeoutInMs, scheduler, () => {
      const operation = { kind: "joinGroup", target: this.group, ackId: this.ackId } as const;
      this.subscriber.error(neverSent(operation, `found no session within ackTimeoutInMs (${ackTimeoutInMs} ms)`));
    });
  }

  /** The group's join is under way: from now on its time is that of the join. */
  unsubscribe(): void {
    this.#patience.unsubscribe();
  }
}
