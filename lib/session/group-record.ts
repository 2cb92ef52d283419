import { BehaviorSubject, Subject } from "rxjs";
import type { CommandResult } from "./operation.js";

/** Where a group was joined. */
export interface Joined {
  readonly connectionId: string;
}

const SUCCEEDED = Symbol();

/**
 * What is known of one group that somebody wants, watches or is a member of. *Wanted* (a claim by command, observers)
 * and *joined* are separate facts.
 */
export class GroupRecord {
  /** Join commands that want it: one entry for all that succeeded, and one for each that is under way. */
  readonly #claims = new Set<symbol>();
  /** Subscriptions that keep the group joined. */
  observers = 0;
  /** Counts the times that observers came, so that a leave delay knows whether it is still meant. */
  observed = 0;
  /** The leave delay has passed since the last observer went. */
  leaveIsDue = false;
  /** Subscriptions to `joined$`, and join commands under way, whether or not a later leave has taken their claim. */
  watchers = 0;
  /** Counts the joins and leaves that were acknowledged, so that a late ack knows whether it still tells what is. */
  changes = 0;
  /** The connection that it is joined on. */
  joinedOn: string | undefined;
  /** It has been joined before: a further join on another connection is a rejoin. */
  wasJoined = false;
  /** A join or leave on behalf of observers is under way; the next one waits for it. */
  isBusy = false;
  /** What `joined$` last emitted. */
  readonly joined$ = new BehaviorSubject<Joined | null>(null);
  /** How often the service refused the group for good, which each time took off all observers. */
  refusals = 0;
  /** The outcome of the next session's join, for commands that wait for it. */
  nextJoin$ = new Subject<CommandResult>();

  constructor(readonly name: string) {}

  /** A join command begins. */
  claim(): symbol {
    const claim = Symbol();
    this.#claims.add(claim);
    return claim;
  }

  /** The join command succeeded: its claim stays, unless a leave came after it. */
  keepClaim(claim: symbol): void {
    if (this.#claims.delete(claim)) this.#claims.add(SUCCEEDED);
  }

  /** The join command failed or was unsubscribed; tells whether its claim was still there. */
  dropClaim(claim: symbol): boolean {
    return this.#claims.delete(claim);
  }

  /** The commands that succeeded want it no longer. */
  dropKeptClaim(): void {
    this.#claims.delete(SUCCEEDED);
  }

  /** No command wants it any longer, whatever is under way. */
  dropClaims(): void {
    this.#claims.clear();
  }

  get isWanted(): boolean {
    return this.#claims.size > 0 || this.observers > 0;
  }

  /** Nobody wants it, watches it, or needs it to be left: nothing need be kept. */
  get isForgettable(): boolean {
    return !this.isWanted && this.watchers === 0 && this.joinedOn === undefined && !this.isBusy;
  }
}
