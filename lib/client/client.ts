import type { Observable } from "rxjs";
import { ClientStoppedError, type ProtocolError } from "../errors/client-errors.js";
import type { DataType, GroupDataMessage, ServerDataMessage } from "../protocol/messages.js";
import { invalidGroupName } from "../protocol/names.js";
import type { Announced } from "../session/announcer.js";
import type { ConnectionState } from "../session/connection-state.js";
import type {
  AckMessage,
  Connected,
  Disconnected,
  Gap,
  Recovered,
  RejoinGroupFailed,
  Stopped,
} from "../session/notices.js";
import type { CommandResult } from "../session/operation.js";
import type { AbortSignalLike } from "../socket/abort-signal.js";
import { resolveAccess, type ClientAccess } from "../socket/access.js";
import { AsyncDisposable } from "./async-disposing.js";
import type { WebPubSubClientOptions } from "./client-options.js";
import type { MembershipCommandOptions, SendEventOptions, SendToGroupOptions } from "./command-options.js";
import { refuse } from "./commands.js";
import { WebPubSubGroup, type GroupOptions } from "./group.js";
import { Parts } from "./parts.js";
import { resolveOptions } from "./resolve-options.js";
import { handled, whenReady, type SessionIdentity, type StartOptions } from "./when-ready.js";

const ANNOUNCED = [
  "state$",
  "connected$",
  "recovered$",
  "disconnected$",
  "gap$",
  "stopped$",
  "rejoinGroupFailed$",
  "acks$",
  "protocolErrors$",
] as const satisfies readonly (keyof Announced)[];

/**
 * A client of Azure Web PubSub as Observables.
 *
 * Two families, one rule: data (`serverMessages$`, `groupMessages$`, a group's `messages$`) holds the connection and opens
 * it if need be; everything else only watches it. All are hot and shared, outlive drops, stop and start, and complete on
 * `dispose()`. State replays, messages never do. All emissions of one client pass one queue, so that every subscriber sees
 * the same history.
 *
 * @example
 * ```ts
 * const client = new WebPubSubClient(() => negotiate("ann")); // your server's answer: a client access URL
 * client.group("room-7").messages$.subscribe(({ fromUserId, data }) => console.log(fromUserId, data));
 * client.sendToGroup("room-7", { hello: "world" }).subscribe();
 * ```
 */
export class WebPubSubClient extends AsyncDisposable {
  /** What the connection is doing, never the same twice in a row. Replays the last state emitted; watches; never errors. */
  declare readonly state$: Observable<ConnectionState>;
  /** Emits once per new session, when it is ready: handshake done, rejoins settled. Watches; never errors. */
  declare readonly connected$: Observable<Connected>;
  /** Emits once per recovery, after proof of life on the new link. Watches; never errors. */
  declare readonly recovered$: Observable<Recovered>;
  /** Emits once per session that `connected$` announced and that ended for good. Watches; never errors. */
  declare readonly disconnected$: Observable<Disconnected>;
  /**
   * Emits once per new session that follows a lost one, before its first message: messages may have been missed, what is
   * held may be stale. Not for a recovery, nor for a session that `stop()` or an idle close has ended. Watches; never errors.
   */
  declare readonly gap$: Observable<Gap>;
  /** Emits once per run, when the client gives up (with the error) or is stopped; not for an idle close. Watches; never errors. */
  declare readonly stopped$: Observable<Stopped>;
  /** Emits per rejoin that the service refused. Watches; never errors. */
  declare readonly rejoinGroupFailed$: Observable<RejoinGroupFailed>;
  /** Every ack result, success or failure, as it arrives (client-protocol §6). Watches; never errors. */
  declare readonly acks$: Observable<AckMessage>;
  /** A `ProtocolError` per frame that could not be understood; the connection goes on. Watches; never errors. */
  declare readonly protocolErrors$: Observable<ProtocolError>;
  /** Messages from the application server, exactly once per session and in order. Holds; never errors. */
  declare readonly serverMessages$: Observable<ServerDataMessage>;
  /** Messages of all groups, fragments of streams among them, exactly once per session and in order. Holds; never errors. */
  declare readonly groupMessages$: Observable<GroupDataMessage>;

  readonly #parts: Parts;

  static {
    /** Made when it is first asked for, and from then on the same: most clients are asked for few of them. */
    const shows = (name: keyof WebPubSubClient, make: (parts: Parts) => Observable<unknown>) => {
      Object.defineProperty(this.prototype, name, {
        get(this: WebPubSubClient) {
          const value = make(this.#parts);
          Object.defineProperty(this, name, { value, enumerable: true });
          return value;
        },
      });
    };
    for (const name of ANNOUNCED) shows(name, ({ announcer }) => announcer.streamOf(name));
    shows("serverMessages$", ({ holders, router }) => holders.holdDuring(router.serverMessages$));
    shows("groupMessages$", ({ holders, router }) => holders.holdDuring(router.groupMessages$));
  }

  /**
   * Neither opens anything nor starts a timer.
   *
   * @param access a client access URL; or a function that gives one, called once per attempt at a new session; or an
   *   object with `getClientAccessUrl`, as the official client takes
   * @throws ConnectionError for a string that is no `ws(s)` URL, RangeError or TypeError for a bad option
   */
  constructor(access: ClientAccess, options?: WebPubSubClientOptions) {
    super();
    this.#parts = new Parts(resolveAccess(access), resolveOptions(options));
  }

  /** What the connection is doing now; inside a subscriber it may be ahead of `state$`. */
  get state(): ConnectionState {
    return this.#parts.connection.state;
  }

  /**
   * Opens the connection and holds it until `stop()`. Legal in every state.
   *
   * @returns a promise that resolves when the session is ready, waits through retries, and rejects when the client gives
   *   up, is stopped, or the signal aborts; it never causes an unhandled rejection
   */
  start({ signal, abortSignal }: StartOptions = {}): Promise<SessionIdentity> {
    const aborter = signal ?? abortSignal;
    if (aborter?.aborted) return handled(Promise.reject(aborter.reason as Error));
    return this.#start(() => this.#parts.connection.open(), aborter);
  }

  #start(open: () => void, aborter?: AbortSignalLike): Promise<SessionIdentity> {
    if (this.#parts.stopReason === "disposed") {
      return handled(Promise.reject(new ClientStoppedError("start()", "disposed")));
    }
    return this.#parts.queue.transact(() => {
      const settle = this.#parts.holders.holdForStart();
      open();
      return whenReady(this.#parts.connection, settle, aborter);
    });
  }

  /**
   * Stops at once, whoever holds the connection, and stays stopped until `start()` or `reconnect()`. Subscriptions stay,
   * silent; commands error with `ClientStoppedError`. Closes with code 1000.
   *
   * @returns a promise that settles when the socket is closed, after 500 ms at the latest
   */
  stop(): Promise<void> {
    return this.#stop("stop");
  }

  /**
   * Means "now": cuts a wait short, probes a live link, starts a stopped client; with `newSession` it replaces the session
   * by one with a fresh access URL, and every subscriber stays. Takes no hold of its own on a running client.
   *
   * @returns a promise as `start()` does; that of a live link resolves at once, before its probe is answered
   */
  reconnect({ newSession = false }: { readonly newSession?: boolean } = {}): Promise<SessionIdentity> {
    const open = () => (newSession ? this.#parts.connection.renew() : this.#parts.connection.reopen());
    if (this.#parts.stopReason !== undefined) return this.#start(open);
    // What follows is emitted only when somebody waits for the outcome.
    return this.#parts.queue.transact(() => {
      open();
      return whenReady(this.#parts.connection);
    });
  }

  /** Stops for good and completes every Observable. */
  dispose(): Promise<void> {
    const stopped = this.#stop("disposed");
    const { queue, announcer, router, membership } = this.#parts;
    queue.push(() => {
      announcer.complete();
      router.dispose();
      membership.records.dispose();
    });
    return stopped;
  }

  /**
   * A group of this client. Making one registers nothing.
   *
   * @throws RangeError for a name outside the limits (client-protocol §18)
   */
  group(name: string, options: GroupOptions = {}): WebPubSubGroup {
    refuse(invalidGroupName(name), name);
    return new WebPubSubGroup(name, options, this.#parts);
  }

  /**
   * Joins a group, now and on every later session. Cold: each subscription is one operation, which holds the connection
   * until it settles. Without a session it becomes one of the next session's joins. Unsubscribing withdraws it.
   *
   * Emits its ack once and completes. Errors with `SendMessageError` when the service refuses, `TimeoutError` when no ack
   * comes, `ConnectionError` when the client gives up, `ClientStoppedError` when it is stopped, and at once with
   * `RangeError` for a name outside the limits (client-protocol §18).
   */
  joinGroup(group: string, options?: MembershipCommandOptions): Observable<CommandResult> {
    return this.#parts.commands.joinGroup(group, options);
  }

  /**
   * Leaves a group, unless subscriptions to its messages remain: then it completes at once, without an `ackId`, as it does
   * when there is no session. Cold: each subscription is one operation; errors as {@link joinGroup} does.
   */
  leaveGroup(group: string, options?: MembershipCommandOptions): Observable<CommandResult> {
    return this.#parts.commands.leaveGroup(group, options);
  }

  /**
   * Publishes to a group (client-protocol §4.2). Cold: each subscription is one operation, which holds the connection until
   * it settles; unsubscribing withdraws what waits and forgets what was sent.
   *
   * Emits its ack once and completes; a `fireAndForget` emits once it is handed to a socket, without an `ackId`; what
   * `whenOffline: "drop"` drops completes without a value. Errors as {@link joinGroup} does, with code
   * `Unacknowledged` when the session ends before the ack (applied or not, nobody knows), with `QueueOverflowError` when
   * too many wait, and at once with `TypeError` or `RangeError` for content or options outside the limits.
   *
   * @param content a string, bytes, or what JSON can hold but `null`; encoded when subscribed
   * @param dataType inferred when left out: a string is `text`, bytes are `binary`, anything else is `json`
   */
  sendToGroup(
    group: string,
    content: unknown,
    dataType?: DataType,
    options?: SendToGroupOptions,
  ): Observable<CommandResult> {
    return this.#parts.commands.sendToGroup(group, content, dataType, options);
  }

  /** Sends an event to the application server (client-protocol §4.3). Cold; emits, completes and errors as {@link sendToGroup} does. */
  sendEvent(
    event: string,
    content: unknown,
    dataType?: DataType,
    options?: SendEventOptions,
  ): Observable<CommandResult> {
    return this.#parts.commands.sendEvent(event, content, dataType, options);
  }

  #stop(reason: "stop" | "disposed"): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.connection.stop(reason).subscribe({ complete: resolve });
    });
  }
}
