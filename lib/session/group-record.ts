import { ReplaySubject, type Observable } from "rxjs";
import type { Due } from "./deadlines.js";
import type { WaitingJoin } from "./waiting-join.js";

/** Where a group was joined. */
export interface Joined {
  readonly connectionId: string;
}

const SUCCEEDED = Symbol();

const joinedOn = (connectionId: string | undefined): Joined | null =>
  connectionId === undefined ? null : { connectionId };

/**
 * What is known of one group that somebody wants, watches or is a member of. *Wanted* (a claim by command, observers)
 * and *joined* are separate facts. With thousands of groups each field counts, so what few need is made when needed.
 */
export class GroupRecord implements Due {
  /** Subscriptions that keep the group joined. */
  observers = 0;
  /** When the leave delay is over, if nobody observes it any more. */
  dueAt = Infinity;
  /** The leave delay has passed since the last observer went, or a command's claim was taken back. */
  leaveIsDue = false;
  /** Subscriptions to `joined$`, and commands, joins and leaves under way: they keep the record. */
  watchers = 0;
  /** Counts the joins and leaves that were sent, which gives each its place. */
  changes = 0;
  /** The place of the last one that is known to have been done. */
  lastDone = 0;
  /** The place of the last join on this connection that may have been done; 0: there is none. */
  lastJoin = 0;
  /** The connection that it is joined on. */
  joinedOn: string | undefined;
  /** It has been joined before: a further join on another connection is a rejoin. */
  wasJoined = false;
  /** A join or leave on behalf of observers is under way; the next one waits for it. */
  isBusy = false;
  /** Join commands that wait for the next session's join, or for the outcome of that. */
  waiting: Set<WaitingJoin> | undefined;
  /** How often the service refused the group for good, which each time took off all observers. */
  refusals = 0;
  /** Join commands that want it: one entry for all that succeeded, and one for each that is under way. */
  #claims: Set<symbol> | undefined;
  #joined$: ReplaySubject<Joined | null> | undefined;

  constructor(readonly name: string) {}

  /** Whether and where it is joined, as last told. Replays. */
  get joined$(): Observable<Joined | null> {
    if (this.#joined$ === undefined) {
      // Not a BehaviorSubject: a bundle holds this one anyway, for a WebSocketSubject has one.
      this.#joined$ = new ReplaySubject(1);
      this.tell(this.joinedOn);
    }
    return this.#joined$;
  }

  /** Whether somebody is to be told where it is joined. */
  get isWatched(): boolean {
    return this.#joined$ !== undefined;
  }

  /** Tells where it is joined. */
  tell(connectionId: string | undefined): void {
    this.#joined$?.next(joinedOn(connectionId));
  }

  /** Nothing is told any more. */
  complete(): void {
    this.#joined$?.complete();
  }

  /** A join command begins. */
  claim(): symbol {
    const claim = Symbol();
    (this.#claims ??= new Set()).add(claim);
    return claim;
  }

  /** The join command succeeded: its claim stays, unless a leave came after it. */
  keepClaim(claim: symbol): void {
    if (this.#claims?.delete(claim)) this.#claims.add(SUCCEEDED);
  }

  /** The join command failed or was unsubscribed, or those that succeeded want it no longer; tells whether it had a claim. */
  dropClaim(claim: symbol = SUCCEEDED): boolean | undefined {
    return this.#claims?.delete(claim);
  }

  /** No command wants it any longer, whatever is under way. */
  dropClaims(): void {
    this.#claims?.clear();
  }

  /** Whether the service may have us in the group. */
  get mayBeJoined(): boolean {
    return this.joinedOn !== undefined || this.lastJoin > this.lastDone;
  }

  get isWanted(): boolean {
    return this.observers > 0 || (this.#claims?.size ?? 0) > 0;
  }

  /** Nobody wants it, watches it, or needs it to be left: nothing need be kept. */
  get isIdle(): boolean {
    return !this.isWanted && this.watchers === 0 && !this.mayBeJoined && !this.isBusy;
  }
}
