import type { SchedulerLike } from "rxjs";
import type {
  EmulatorCloseEvent,
  EmulatorMessageEvent,
  EmulatorWebSocket,
  EmulatorWebSocketConstructor,
} from "../../lib/emulator/index.js";
import type { WebSocketConstructor, WebSocketLike } from "../../lib/socket/web-socket.js";

/** What becomes of a new socket: it works; is refused; is never answered; or opens and never says a word. */
export type Fate = "works" | "refused" | "hangs" | "mute";

type Handler = ((event: never) => unknown) | null;

/** What one client's sockets are seen to do. */
export interface NetworkObserver {
  /** A frame is about to be handed to the client. */
  frame(frame: Readonly<Record<string, unknown>> | undefined, socket: ChaosSocket): void;
}

/** One client's way to the service, which may be as bad as it likes. */
export class ChaosNetwork {
  readonly sockets: ChaosSocket[] = [];
  readonly webSocketCtor: WebSocketConstructor;
  /** The fates of the next sockets; after them all work. */
  readonly fates: Fate[] = [];
  mostAtOnce = 0;

  constructor(ctor: EmulatorWebSocketConstructor, scheduler: SchedulerLike, observer: NetworkObserver) {
    const make = (url: string, protocols?: string | string[]) => {
      const socket = new ChaosSocket(ctor, scheduler, observer, this.fates.shift() ?? "works", url, protocols);
      this.sockets.push(socket);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.live.length);
      return socket;
    };
    // `new` gives what a constructor returns.
    this.webSocketCtor = function (url: string, protocols?: string | string[]) {
      return make(url, protocols);
    } as unknown as WebSocketConstructor;
  }

  get live(): ChaosSocket[] {
    return this.sockets.filter(({ readyState }) => readyState <= 1);
  }

  /** Ends what hangs, as a network does that comes back. */
  heal(): void {
    this.fates.length = 0;
    for (const socket of this.live) if (socket.fate !== "works") socket.die();
  }
}

export class ChaosSocket implements WebSocketLike {
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  binaryType = "blob";
  /** How many frames the client was given. */
  delivered = 0;
  #socket: EmulatorWebSocket | undefined;
  #readyState: 0 | 1 | 2 | 3 = 0;

  constructor(
    ctor: EmulatorWebSocketConstructor,
    private readonly scheduler: SchedulerLike,
    private readonly observer: NetworkObserver,
    readonly fate: Fate,
    readonly url: string,
    protocols?: string | string[],
  ) {
    if (fate === "works") this.#connect(new ctor(url, protocols));
    if (fate === "refused") this.#later(() => this.#fail("Unexpected server response: 503"));
    if (fate === "mute") {
      this.#later(() => {
        if (this.#readyState !== 0) return;
        this.#readyState = 1;
        this.#tell(this.onopen, {});
      });
    }
  }

  get readyState(): number {
    return this.#readyState;
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(data: string): void {
    this.#socket?.send(data);
  }

  close(code?: number, reason?: string): void {
    if (this.#readyState >= 2) return;
    this.#readyState = 2;
    this.#socket?.close(code, reason);
  }

  terminate(): void {
    this.#readyState = 3;
    this.#socket?.terminate();
  }

  /** The network is gone, and says so. */
  die(): void {
    this.#later(() => this.#fail("connection reset"));
  }

  #connect(socket: EmulatorWebSocket): void {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      if (this.#readyState !== 0) return;
      this.#readyState = 1;
      this.#tell(this.onopen, {});
    };
    socket.onmessage = ({ data }: EmulatorMessageEvent) => {
      this.delivered++;
      // What comes after the client has closed, or let go, is none of its business.
      if (this.#readyState === 1 && this.onmessage) this.observer.frame(parsed(data), this);
      this.#tell(this.onmessage, { data });
    };
    socket.onerror = (event) => this.#tell(this.onerror, event);
    socket.onclose = ({ code, reason, wasClean }: EmulatorCloseEvent) => this.#end({ code, reason, wasClean });
  }

  #fail(message: string): void {
    if (this.#readyState === 3) return;
    this.#tell(this.onerror, { message, error: new Error(message) });
    this.#end({ code: 1006, reason: "", wasClean: false });
  }

  #end(event: object): void {
    if (this.#readyState === 3) return;
    this.#readyState = 3;
    this.#tell(this.onclose, event);
  }

  #tell(handler: Handler, event: object): void {
    (handler as ((event: object) => unknown) | null)?.(event);
  }

  #later(step: () => void): void {
    this.scheduler.schedule(step);
  }
}

function parsed(data: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(String(data)) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
