import type { Observable, SchedulerLike } from "rxjs";
import type { SubprotocolName } from "../protocol/subprotocols.js";
import type { WhenOffline } from "../session/operation.js";
import type { ShouldRetry } from "../session/should-retry.js";
import type { WebSocketConstructor } from "../socket/web-socket.js";

/** How often and at what distance something is tried again. Defaults: those of the option that it is for. */
export interface RetryOptions {
  /** Retries that may follow one another; 0: none. */
  readonly maxRetries?: number;
  /** The delay before the first retry, in milliseconds. */
  readonly retryDelayInMs?: number;
  /** The longest delay, in milliseconds; not below `retryDelayInMs`. */
  readonly maxRetryDelayInMs?: number;
  /** `"Exponential"`: the delay doubles from retry to retry; `"Fixed"`: it stays as it is. */
  readonly mode?: "Exponential" | "Fixed";
  /** `"full"`: anything from 0 to the delay, by chance; `"none"`: exactly the delay. */
  readonly jitter?: "full" | "none";
}

/** As {@link RetryOptions}, for attempts at a new session. */
export interface ReconnectRetryOptions extends RetryOptions {
  /** How long a link must have lived for the counting to start afresh, in milliseconds. Default 10 000. */
  readonly stableAfterInMs?: number;
}

/** When received messages are acknowledged at the latest (reliable subprotocols only; client-protocol §7). */
export interface SequenceAckOptions {
  /** After so many ids since the last acknowledgement; a jump counts in full. Default 200. */
  readonly count?: number;
  /** After so many bytes of UTF-8. Default 2 097 152. */
  readonly bytes?: number;
  /** After so many milliseconds. Default 1 000. */
  readonly timeInMs?: number;
}

/**
 * Options of `WebPubSubClient`; every one may be left out. The object is read once, by the constructor, and never
 * changed. A number out of range throws `RangeError`, a wrong kind of value `TypeError`, naming option and value.
 */
export interface WebPubSubClientOptions {
  /** The subprotocol. Default `"json.reliable.webpubsub.azure.v1"`. */
  readonly protocol?: SubprotocolName;
  /**
   * Whether a session that was once ready is replaced when it is lost for good. Default `true`. With `false` recovery is
   * still tried, and so is a first connection, as `reconnectRetryOptions` say.
   */
  readonly autoReconnect?: boolean;
  /** Whether groups joined by command are joined again on a new session; observed groups always are. Default `true`. */
  readonly autoRejoinGroups?: boolean;
  /**
   * The pace of attempts at a new session. Default: unlimited, `"Exponential"` from 1 000 to 30 000 ms, jitter `"full"`,
   * stable after 10 000 ms.
   */
  readonly reconnectRetryOptions?: ReconnectRetryOptions;
  /** The pace at which a failed operation is sent again. Default: 3 retries, `"Fixed"`, 1 000 ms, no jitter. */
  readonly messageRetryOptions?: RetryOptions;
  /**
   * Whether a failed attempt at a new session is worth another; asked after each while retries are left. Default: no to
   * what trying again cannot help, see the README.
   */
  readonly shouldRetry?: ShouldRetry;
  /** A `ping` goes out after so long without an inbound frame, in milliseconds; 0: none. Default 20 000. */
  readonly keepAliveIntervalInMs?: number;
  /** A link counts as dead after so long without an inbound frame, in milliseconds; 0: never. Default 120 000. */
  readonly keepAliveTimeoutInMs?: number;
  /** How long an ack is waited for, in milliseconds, per transmission; also how long a send waits for a link. Default 30 000. */
  readonly ackTimeoutInMs?: number;
  /**
   * How long one attempt may take for access URL, open and handshake, in milliseconds; one at a recovery too. Default
   * 30 000.
   */
  readonly startTimeoutInMs?: number;
  /** How long after the loss of its link a session may still be recovered, in milliseconds. Default 30 000. */
  readonly recoveryTimeoutInMs?: number;
  /** How long a recovered or probed link may stay silent, in milliseconds. Default 4 000. */
  readonly proofOfLifeInMs?: number;
  /**
   * What sends do while no link is live: wait in the queue, fail with a retriable `ConnectionError`, or complete unsent and
   * without a value. Default `"queue"`; also per call.
   */
  readonly whenOffline?: WhenOffline;
  /** How many sends may wait; the next one gets a `QueueOverflowError`. Default 1 000. */
  readonly maxQueuedSends?: number;
  /** How long a connection that nobody holds is kept, in milliseconds. Default 1 000. */
  readonly idleCloseInMs?: number;
  /** How long a group that nobody observes is kept, in milliseconds. Default 250. */
  readonly leaveDelayInMs?: number;
  /** When received messages are acknowledged at the latest. Default: after 200 ids, 2 MiB or 1 000 ms. */
  readonly sequenceAck?: SequenceAckOptions;
  /** How many joins may be in flight after a reconnection. Default 100. */
  readonly rejoinConcurrency?: number;
  /** A standard WebSocket class. Default: the platform's; `ws` in Node. */
  readonly webSocketCtor?: WebSocketConstructor;
  /** The only source of time. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** The only source of chance, from 0 to below 1. Default `Math.random`. */
  readonly random?: () => number;
  /**
   * Its emissions mean "look at the connection now": a live link is probed, a wait ends. Default: in browsers the page
   * becoming visible, shown again or online; elsewhere nothing. Subscribed while the client runs. When it completes,
   * or errors, which is logged, nothing wakes the client any more but a jump of the clock.
   */
  readonly wake$?: Observable<unknown>;
}
