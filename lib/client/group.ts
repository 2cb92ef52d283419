import { Observable, type Subscriber, type Unsubscribable } from "rxjs";
import type { DataType, GroupDataMessage } from "../protocol/messages.js";
import type { Joined } from "../session/group-record.js";
import type { Membership, Observing } from "../session/membership.js";
import type { CommandResult } from "../session/operation.js";
import type { Router } from "../session/router.js";
import type { MembershipCommandOptions, SendToGroupOptions } from "./command-options.js";
import type { Commands } from "./commands.js";
import type { Holders } from "./holders.js";

/** Options of `client.group(name, options)`. */
export interface GroupOptions {
  /**
   * Whether `messages$` joins the group and leaves it. Default `true`. `false` is for members that the server or the
   * access token added, whose role may forbid joining.
   */
  readonly join?: boolean;
}

export interface GroupPorts {
  readonly commands: Commands;
  readonly membership: Membership;
  readonly router: Router;
  readonly holders: Holders;
}

/** One subscription to a group's messages, and what it holds for that. */
class Listening implements Unsubscribable {
  readonly #observing: Observing | undefined;

  constructor(
    private readonly group: string,
    private readonly isMember: boolean,
    private readonly ports: Pick<GroupPorts, "membership" | "router" | "holders">,
    private readonly subscriber: Subscriber<GroupDataMessage>,
  ) {
    const { membership, router, holders } = ports;
    if (isMember) this.#observing = membership.observe(group);
    // After that, so that a connection that opens at once finds the group wanted.
    holders.acquire();
    router.listen(group, isMember, subscriber);
  }

  unsubscribe(): void {
    const { membership, router, holders } = this.ports;
    router.unlisten(this.group, this.isMember, this.subscriber);
    if (this.#observing) membership.unobserve(this.#observing);
    holders.release();
  }
}

/** One group of a client: a value that registers nothing until one of its Observables is subscribed. */
export class WebPubSubGroup {
  /**
   * The group's messages, from subscribing on. Hot and shared; holds the connection.
   *
   * Joins on the first subscriber, leaves `leaveDelayInMs` after the last, and joins again on every new session. Outlives
   * drops, stop and start; completes on dispose; errors with a `SendMessageError` only when the service refuses the group
   * for good (`Forbidden`, `BadRequest`): then the next subscription joins anew. Fragments of streams are not among them.
   */
  readonly messages$: Observable<GroupDataMessage>;
  /**
   * `{ connectionId }` while this client is joined to the group, else `null`. Replays; only watches; completes on dispose
   * and never errors. What the server or the access token joined is not known here.
   */
  readonly joined$: Observable<Joined | null>;

  readonly #commands: Commands;

  /** @internal Made by `client.group(name)`. */
  constructor(
    /** The group's name; upper and lower case differ. */
    readonly name: string,
    { join = true }: GroupOptions,
    ports: GroupPorts,
  ) {
    this.#commands = ports.commands;
    this.messages$ = new Observable((subscriber) => new Listening(name, join, ports, subscriber));
    this.joined$ = ports.membership.records.joined(name);
  }

  /** As `client.joinGroup(name, options)`. */
  join(options?: MembershipCommandOptions): Observable<CommandResult> {
    return this.#commands.joinGroup(this.name, options);
  }

  /** As `client.leaveGroup(name, options)`. */
  leave(options?: MembershipCommandOptions): Observable<CommandResult> {
    return this.#commands.leaveGroup(this.name, options);
  }

  /** As `client.sendToGroup(name, content, dataType, options)`. */
  send(content: unknown, dataType?: DataType, options?: SendToGroupOptions): Observable<CommandResult> {
    return this.#commands.sendToGroup(this.name, content, dataType, options);
  }
}
