/* What joinGroup and leaveGroup do: each goes out for itself, in the order subscribed. */
import { catchError, defer, tap, type Observable, type ObservableInput } from "rxjs";
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
      // A group that was left meanwhile is not joined again.
      overtaken(membership, () => (record.isWanted ? membership.nextJoin(record, ackId) : [DONE])),
      tap({
        next: () => record.keepClaim(claim),
        error: (error: unknown) => {
          record.dropClaim(claim);
          if (isDefinitive(error)) record.dropClaim();
          // What was done or is under way would join a group that nobody wants.
          else membership.unclaimed(record);
        },
        unsubscribe: () => {
          if (record.dropClaim(claim)) membership.unclaimed(record);
        },
        finalize: () => membership.records.unwatch(record),
      }),
    );
  });

/** Goes on otherwise when the session is lost before the ack, and another one is to come. */
const overtaken = (membership: Membership, otherwise: () => ObservableInput<CommandResult>) =>
  catchError<CommandResult, ObservableInput<CommandResult>>((error: unknown) => {
    if (isUnacknowledged(error) && membership.goesOn) return otherwise();
    throw error;
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
    membership.settle(record, DONE);
    const isToBeLeft = record.observers === 0 && outbox.hasSession;
    return defer(() => (isToBeLeft ? membership.change("leaveGroup", record, ackId) : [DONE])).pipe(
      // With its session every membership ends, so the leave is done.
      overtaken(membership, () => [DONE]),
      tap({ finalize: () => membership.records.forget(record) }),
    );
  });
