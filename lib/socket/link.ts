import { Observable, Subject, Subscription, type SchedulerLike, type Subscriber } from "rxjs";
import { webSocket } from "rxjs/webSocket";
import * as closeCode from "../protocol/close-codes.js";
import { redact } from "../protocol/redact.js";
import type { WebSocketConstructor, WebSocketLike } from "./web-socket.js";

const CONNECTING = 0;
const OPEN = 1;

/** How long after an `error` event the `close` event may take, before the link counts as ended without one. */
const CLOSE_EVENT_GRACE_MS = 100;
/** How long a closing handshake may take, before the socket is terminated. */
const CLOSING_HANDSHAKE_MS = 500;

export interface LinkOptions {
  readonly subprotocol: string;
  /** Asked when the link opens. */
  readonly webSocketCtor: () => WebSocketConstructor;
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

/** One open WebSocket. */
export interface Link {
  /** The frames as they come, hot, for one subscriber. Subscribe at once when the link is handed out. */
  readonly frames$: Observable<string | ArrayBuffer>;
  /** Whether a frame sent now goes to the network; not so while the peer is closing. */
  readonly isOpen: boolean;
  /** Bytes handed over and not yet on the network. */
  readonly bufferedAmount: number;
  send(frame: string | Uint8Array): void;
  /**
   * Ends the link in peace, with close code 1000, and lets go of it: no frame and no ending comes from it any more.
   * What it returns completes at the close event, after 500 ms at the latest.
   */
  close(): Observable<never>;
}

interface RawEvent {
  readonly data: string | ArrayBuffer;
}
interface RawCloseEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/**
 * Opens one WebSocket per subscription, emits it as a `Link` when it is open, and errors with a `LinkEnd` when it has
 * ended, clean or not; it never completes. Unsubscribing abandons the socket at once, without a closing handshake,
 * unless it is being closed in peace already.
 *
 * This is the one file that knows `rxjs/webSocket`. What a `WebSocketSubject` cannot tell (how many bytes are
 * buffered, which close code a failure had) is read from the socket that its constructor made.
 */
export const openLink = (url: string, options: LinkOptions): Observable<Link> =>
  new Observable<Link>((subscriber) => {
    const { scheduler } = options;
    /** Who takes the frames: one at a time, so that a frame goes straight there. */
    let receiver: Subscriber<string | ArrayBuffer> | undefined;
    const closed$ = new Subject<never>();
    const grace = new Subscription();
    let socket: WebSocketLike | undefined;
    let opened = false;
    let closing = false;

    const end = (event: Omit<LinkEnd, "opened">) => {
      grace.unsubscribe();
      closed$.complete();
      subscriber.error({ opened, ...event } satisfies LinkEnd);
    };

    const subject = webSocket<string | ArrayBuffer>({
      url,
      protocol: options.subprotocol,
      binaryType: "arraybuffer",
      WebSocketCtor: capturing(options.webSocketCtor, (made) => (socket = made)),
      serializer: (frame) => frame,
      deserializer: (event: RawEvent) => event.data,
      openObserver: {
        next: () => {
          opened = true;
          subscriber.next(link);
        },
      },
      // The only place that knows the close code. An `error` event may come before it, or alone.
      closeObserver: {
        next: ({ code, reason, wasClean }: RawCloseEvent) => {
          end({ code, reason: redact(reason), wasClean, ...(lastError !== undefined && { error: lastError }) });
        },
      },
    });

    let lastError: unknown;
    const onError = (error: unknown) => {
      lastError = errorOf(error);
      if (socket === undefined) {
        // The constructor itself threw: there will be no event.
        end({ wasClean: false, error: lastError });
      } else if (!grace.closed) {
        grace.add(scheduler.schedule(() => end({ wasClean: false, error: lastError }), CLOSE_EVENT_GRACE_MS));
      }
    };

    const link: Link = {
      frames$: new Observable((taker) => {
        receiver = taker;
        return () => (receiver = undefined);
      }),
      get isOpen() {
        return !closing && socket?.readyState === OPEN;
      },
      get bufferedAmount() {
        return socket?.bufferedAmount ?? 0;
      },
      send: (frame) => {
        subject.next(frame as string);
      },
      close: () => {
        if (!closing && opened) {
          closing = true;
          receiver = undefined;
          subject.error({ code: closeCode.normal, reason: "" });
          const terminate = scheduler.schedule(() => {
            abandon();
            closed$.complete();
          }, CLOSING_HANDSHAKE_MS);
          closed$.subscribe({ complete: () => terminate.unsubscribe() });
        }
        return closed$;
      },
    };

    const abandon = () => {
      grace.unsubscribe();
      if (socket) discard(socket);
      subscription.unsubscribe();
    };

    // An observer that is its own subscription goes in without a wrapper, which spares each frame a step.
    const subscription = Object.assign(new Subscription(), {
      next: (frame: string | ArrayBuffer) => receiver?.next(frame),
      error: onError,
      complete: () => undefined,
    });
    options.runOutside(() => subject.subscribe(subscription));
    return () => {
      if (!closing) abandon();
    };
  });

/** A constructor that makes the real socket and shows it: `new` gives what a constructor returns. */
function capturing(ctor: () => WebSocketConstructor, made: (socket: WebSocketLike) => void): typeof WebSocket {
  const Capturing = function (url: string, protocols?: string | string[]): WebSocketLike {
    const socket = new (ctor())(url, protocols);
    made(socket);
    return socket;
  };
  return Capturing as unknown as typeof WebSocket;
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
  if (event instanceof Error) return event;
  if (typeof event !== "object" || event === null) return event;
  if ("error" in event && event.error !== undefined && event.error !== null) return event.error;
  return "message" in event && typeof event.message === "string" && event.message !== ""
    ? new Error(event.message)
    : undefined;
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
