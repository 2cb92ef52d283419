/* What joinGroup and leaveGroup do: each goes out for itself, in the order subscribed. */
import { catchError, defer, tap, throwError, type Observable } from "rxjs";
import { isDefinitive, isUnacknowledged } from "./failures.js";
import type { Membership } from "./membership.js";
import type { CommandResult } from "./operation.js";
import type { Outbox } from "./outbox.js";

export interface MembershipCommandPorts {
  readonly membership: Membership;
  readonly outbox: Outbox;
}

const DONE: CommandResult = { isDuplicated: false };

/** Joins a group and claims it for later sessions too. Cold; see `WebPubSubClient.joinGroup`. */
export const joining = (
  group: string,
  ackId: number | undefined,
  { membership, outbox }: MembershipCommandPorts,
): Observable<CommandResult> =>
  defer(() => {
    const record = membership.records.of(group);
    const claim = record.claim();
    record.watchers++;
    return (
      outbox.hasSession ? membership.change("joinGroup", record, ackId) : membership.nextJoin(record, ackId)
    ).pipe(
      catchError((error: unknown) =>
        isUnacknowledged(error) && membership.isRunning ? membership.nextJoin(record, ackId) : throwError(() => error),
      ),
      tap({
        next: () => record.keepClaim(claim),
        error: (error: unknown) => {
          record.dropClaim(claim);
          if (isDefinitive(error)) record.dropKeptClaim();
          // What is under way for it would join a group that nobody wants.
          else if (record.isBusy) membership.unclaimed(record);
        },
        unsubscribe: () => {
          if (record.dropClaim(claim)) membership.unclaimed(record);
        },
        finalize: () => membership.records.unwatch(record),
      }),
    );
  });

/** Gives a group up and leaves it, unless observers want it or there is no session. Cold. */
export const leaving = (
  group: string,
  ackId: number | undefined,
  { membership, outbox }: MembershipCommandPorts,
): Observable<CommandResult> =>
  defer(() => {
    const record = membership.records.of(group);
    record.dropClaims();
    const isToBeLeft = record.observers === 0 && outbox.hasSession;
    return defer(() => (isToBeLeft ? membership.change("leaveGroup", record, ackId) : [DONE])).pipe(
      // With its session every membership ends, so the leave is done.
      catchError((error: unknown) =>
        isUnacknowledged(error) && membership.isRunning ? [DONE] : throwError(() => error),
      ),
      tap({ finalize: () => membership.records.forget(record) }),
    );
  });
