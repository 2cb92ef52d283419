/* What joinGroup and leaveGroup do: each goes out for itself, in the order subscribed. */
import { catchError, defer, tap, throwError, type Observable } from "rxjs";
import { isDefinitive, isUnacknowledged, neverSent } from "./failures.js";
import { firstWithin } from "./first-within.js";
import type { GroupRecord } from "./group-record.js";
import type { MembershipOptions } from "./membership-options.js";
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
      outbox.hasSession ? membership.change("joinGroup", record, ackId) : nextJoin(record, membership.options)
    ).pipe(
      catchError((error: unknown) =>
        isUnacknowledged(error) && membership.isRunning
          ? nextJoin(record, membership.options)
          : throwError(() => error),
      ),
      tap({
        next: () => record.keepClaim(claim),
        error: (error: unknown) => {
          record.dropClaim(claim);
          if (isDefinitive(error)) record.dropKeptClaim();
        },
        // It may have been applied.
        unsubscribe: () => {
          if (record.dropClaim(claim) && !record.isWanted) membership.leaveUnwanted(record);
        },
        finalize: () => membership.records.unwatch(record),
      }),
    );
  });

/** A join that has no session becomes one of the next session's joins. */
const nextJoin = (record: GroupRecord, { ackTimeoutInMs, scheduler }: MembershipOptions): Observable<CommandResult> =>
  defer(() => record.nextJoin$).pipe(
    firstWithin(ackTimeoutInMs, scheduler, () =>
      neverSent(
        { kind: "joinGroup", target: record.name, ackId: undefined },
        `found no session within ackTimeoutInMs (${ackTimeoutInMs} ms)`,
      ),
    ),
  );

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
