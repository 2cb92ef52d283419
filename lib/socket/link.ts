import {
  Observable,
  Subject,
  Subscription,
  type Observer,
  type SchedulerLike,
  type Subscriber,
  type Unsubscribable,
} from "rxjs";
import { webSocket, type WebSocketSubject } from "rxjs/webSocket";
import { fieldsOf } from "../errors/foreign-error.js";
import { logger } from "../logging/logger.js";
import * as closeCode from "../protocol/close-codes.js";
import { defined } from "../protocol/defined.js";
import { redact } from "../protocol/redact.js";
import { platformWebSocket } from "./platform-web-socket.js";
import type { WebSocketConstructor, WebSocketLike } from "./web-socket.js";

const CONNECTING = 0;
const OPEN = 1;

/** How long after an `error` event the `close` event may take, before the link counts as ended without one. */
const CLOSE_EVENT_GRACE_MS = 100;
/** How long a closing handshake may take, before the socket is terminated. */
const CLOSING_HANDSHAKE_MS = 500;

export interface LinkOptions {
  /** The subprotocol's name. */
  readonly protocol: string;
  /** In place of the platform's. */
  readonly webSocketCtor: WebSocketConstructor | undefined;
  readonly scheduler: SchedulerLike;
  /** Wraps what registers event handlers, so that a framework can keep them out of its change detection. */
  readonly runOutside: <T>(open: () => T) => T;
}

/** How a link ended: the error of the Observable that opened it. */
export interface LinkEnd {
  /** Whether the WebSocket had opened. */
  readonly opened: boolean;
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean: boolean;
  /** What the platform said of it, if anything. */
  readonly error?: unknown;
}

type Frame = string | ArrayBuffer;

/** Who a link was handed to: takes its frames as they come, and its ending unless it was ended from this side. */
export interface LinkTaker {
  frame(frame: Frame): void;
  ended(end: LinkEnd): void;
}

/** One open WebSocket. Unsubscribing abandons it at once, without a closing handshake, unless it is being closed in peace already. */
export interface Link extends Unsubscribable {
  /** Whether a frame sent now goes to the network; not so while the peer is closing. */
  readonly isOpen: boolean;
  /** Bytes handed over and not yet on the network. */
  readonly bufferedAmount: number;
  /** Takes the link, at once when it was handed out: nobody else ends it from then on. */
  take(taker: LinkTaker): void;
  send(frame: string | Uint8Array): void;
  /**
   * Ends the link in peace, with close code 1000, and lets go of it: no frame and no ending comes from it any more.
   * What it returns completes at the close event, after 500 ms at the latest.
   */
  close(): Observable<never>;
}

interface RawEvent {
  readonly data: Frame;
}
interface RawCloseEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/**
 * Opens one WebSocket per subscription, emits it as a `Link` when it is open, and completes: it then belongs to who
 * has taken it. Errors with a `LinkEnd` when the socket does not open. Unsubscribing before abandons it.
 *
 * This is the one file that knows `rxjs/webSocket`. What a `WebSocketSubject` cannot tell (how many bytes are
 * buffered, which close code a failure had) is read from the socket that its constructor made.
 */
export const openLink = (url: string, options: LinkOptions): Observable<Link> =>
  new Observable<Link>((subscriber) => {
    logger.verbose(() => `opening ${url}`);
    const link = new SocketLink(url, options, subscriber);
    subscriber.add(() => link.cancel());
    options.runOutside(() => link.open());
  });

const asItIs = (frame: Frame): Frame => frame;
const dataOf = ({ data }: RawEvent): Frame => data;

/** Link, and observer of its `WebSocketSubject`: one that is a subscription too goes in as it is, so each frame has a step less. */
class SocketLink extends Subscription implements Link, Observer<Frame> {
  readonly #subject: WebSocketSubject<Frame>;
  #socket: WebSocketLike | undefined;
  /** Who waits for it to open. */
  #opening: Subscriber<Link> | undefined;
  #taker: LinkTaker | undefined;
  /** Completes when a link that is closed in peace has ended. */
  #closed$: Subject<never> | undefined;
  #lastError: unknown;
  /** The time that an ending takes. */
  #ending = Subscription.EMPTY;

  constructor(
    url: string,
    private readonly options: LinkOptions,
    opening: Subscriber<Link>,
  ) {
    super();
    this.#opening = opening;
    // One for both, as thousands of clients may have a link each; a close tells its code, or at least how clean it was.
    const events = {
      next: (event: object | undefined) => {
        const { code, wasClean = code } = (event ?? {}) as Partial<RawCloseEvent>;
        if (wasClean === undefined) this.#opened();
        else this.#end(event);
      },
    };
    this.#subject = webSocket<Frame>({
      url,
      protocol: options.protocol,
      binaryType: "arraybuffer",
      // Bound rather than made anew: each function that is called with `new` has a hidden class of its own.
      WebSocketCtor: SocketOf.bind(undefined, this) as unknown as typeof WebSocket,
      serializer: asItIs,
      deserializer: dataOf,
      openObserver: events,
      // The only place that knows the close code. An `error` event may come before it, or alone.
      closeObserver: events,
    });
  }

  open(): void {
    this.#subject.subscribe(this);
  }

  cancel(): void {
    if (this.#opening) this.unsubscribe();
  }

  get isOpen(): boolean {
    return !this.#closed$ && this.#socket?.readyState === OPEN;
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  take(taker: LinkTaker): void {
    this.#opening = undefined;
    this.#taker = taker;
  }

  send(frame: string | Uint8Array): void {
    this.#subject.next(frame as string);
  }

  close(): Observable<never> {
    if (this.#closed$) return this.#closed$;
    const closed$ = (this.#closed$ = new Subject<never>());
    this.#taker = undefined;
    this.#ending.unsubscribe();
    // Before it is closed: a socket may tell of that at once.
    this.#ending = this.options.scheduler.schedule(() => {
      this.#abandon();
      closed$.complete();
    }, CLOSING_HANDSHAKE_MS);
    this.#subject.error({ code: closeCode.normal, reason: "" });
    return closed$;
  }

  override unsubscribe(): void {
    if (!this.#closed$) this.#abandon();
  }

  next(frame: Frame): void {
    this.#taker?.frame(frame);
  }

  error(error: unknown): void {
    // It follows an unclean close too, which has been told.
    if (!this.#opening && !this.#taker) return;
    this.#lastError = errorOf(error);
    if (this.#socket === undefined) {
      // The constructor itself threw: there will be no event.
      this.#end();
    } else if (this.#ending.closed) {
      this.#ending = this.options.scheduler.schedule(() => this.#end(), CLOSE_EVENT_GRACE_MS);
    }
  }

  complete(): void {
    // A clean close comes with its code to the close observer.
  }

  #opened(): void {
    const opening = this.#opening;
    opening?.next(this);
    // Whoever unsubscribed instead of taking it has let it go.
    opening?.complete();
  }

  #end({ code, reason, wasClean = false }: Partial<RawCloseEvent> = {}): void {
    logger.verbose(() => `closed: ${code} ${reason}`);
    this.#closed$?.complete();
    const opening = this.#opening;
    const taker = this.#taker;
    this.#abandon();
    const end: LinkEnd = defined({
      opened: opening === undefined,
      wasClean,
      code,
      reason: reason === undefined ? undefined : redact(reason),
      error: this.#lastError,
    });
    opening?.error(end);
    taker?.ended(end);
  }

  #abandon(): void {
    this.#opening = this.#taker = undefined;
    this.#ending.unsubscribe();
    if (this.#socket) discard(this.#socket);
    super.unsubscribe();
  }

  /** Makes the real socket and keeps it. */
  makeSocket(url: string, protocols?: string | string[]): WebSocketLike {
    return (this.#socket = new (this.options.webSocketCtor ?? platformWebSocket())(url, protocols));
  }
}

/** A constructor that has a link make the socket: `new` gives what a constructor returns. */
function SocketOf(link: SocketLink, url: string, protocols?: string | string[]): WebSocketLike {
  return link.makeSocket(url, protocols);
}

/** Lets go of a socket whose peer may be silent: no handshake, and its late events reach nobody. */
function discard(socket: WebSocketLike): void {
  socket.onopen = null;
  socket.onmessage = null;
  socket.onclose = null;
  // Kept, so that a late `error` event of `ws` does not end the process.
  socket.onerror = () => undefined;
  const { terminate } = socket as { terminate?: () => void };
  if (terminate) terminate.call(socket);
  else if (socket.readyState === OPEN || socket.readyState === CONNECTING) socket.close();
}

/** What an `error` event tells: `ws` has an `error` in it, browsers tell nothing. */
function errorOf(event: unknown): unknown {
  const fields = event instanceof Error ? undefined : fieldsOf(event);
  if (!fields) return event;
  const { error, message } = fields;
  return error ?? (typeof message === "string" && message !== "" ? new Error(message) : undefined);
}

/** The HTTP status that refused an upgrade; only `ws` and the emulator's in-memory socket tell it, in these words. */
export function httpStatusOf(end: LinkEnd): number | undefined {
  const text = end.error instanceof Error ? end.error.message : "";
  const status = /^Unexpected server response: (\d{3})$/.exec(text)?.[1];
  return status === undefined ? undefined : Number(status);
}

/** Whether the service accepted the upgrade but not the subprotocol; browsers do not tell. */
export const refusedSubprotocol = (end: LinkEnd): boolean =>
  end.error instanceof Error && /^Server sent (?:no|an invalid) subprotocol$/.test(end.error.message);
