import { VirtualTimeScheduler } from "rxjs";
import { WebPubSubClient, type WebPubSubClientOptions } from "../../lib/index.js";
import type { FrameObject } from "./virtual-stage.js";

type Handler = ((event: never) => unknown) | null;

/** A socket whose other end is the test: nothing happens unless the test says so. */
export class ScriptedWebSocket {
  readyState: 0 | 1 | 2 | 3 = 0;
  bufferedAmount = 0;
  binaryType = "blob";
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  readonly sent: string[] = [];
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly protocols?: string | string[],
  ) {}

  send(data: string): void {
    this.sent.push(data);
  }

  close(code?: number): void {
    this.readyState = 2;
    this.closedWith = code;
  }

  terminate(): void {
    this.readyState = 3;
  }

  get frames(): FrameObject[] {
    return this.sent.map((text) => JSON.parse(text) as FrameObject);
  }

  framesOf(type: string): FrameObject[] {
    return this.frames.filter((frame) => frame["type"] === type);
  }

  /** The service's side. */
  open(): void {
    this.readyState = 1;
    this.#tell(this.onopen, { type: "open" });
  }

  receive(frame: FrameObject | string | ArrayBuffer): void {
    const data = typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame);
    this.#tell(this.onmessage, { type: "message", data });
  }

  connected(connectionId = "c1", reconnectionToken: string | undefined = "token-1"): void {
    this.receive({ type: "system", event: "connected", connectionId, userId: null, reconnectionToken });
  }

  ack(ackId: unknown, error?: { readonly name: string; readonly message: string }): void {
    this.receive({ type: "ack", ackId, success: error === undefined, ...(error && { error }) });
  }

  end(code = 1006, { reason = "", wasClean = code !== 1006 } = {}): void {
    this.readyState = 3;
    this.#tell(this.onclose, { type: "close", code, reason, wasClean });
  }

  #tell(handler: Handler, event: object): void {
    (handler as ((event: object) => void) | null)?.(event);
  }
}

/** A client against sockets that the test plays, in time that the test moves. */
export class ScriptedStage {
  readonly scheduler = new VirtualTimeScheduler();
  readonly sockets: ScriptedWebSocket[] = [];
  readonly client: WebPubSubClient;

  constructor(options: WebPubSubClientOptions = {}) {
    const { sockets } = this;
    this.client = new WebPubSubClient("wss://example.test/client/hubs/chat?access_token=t", {
      webSocketCtor: class extends ScriptedWebSocket {
        constructor(url: string, protocols?: string | string[]) {
          super(url, protocols);
          sockets.push(this);
        }
      },
      scheduler: this.scheduler,
      random: () => 0.5,
      ...options,
    });
  }

  /** Starts the client and brings it to `connected`. */
  static connected(options: WebPubSubClientOptions = {}): ScriptedStage {
    const stage = new ScriptedStage(options);
    void stage.client.start();
    stage.socket.open();
    stage.socket.connected();
    return stage;
  }

  /** The newest socket. */
  get socket(): ScriptedWebSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("the client has opened no socket");
    return socket;
  }

  /** The newest socket opens and brings a sign of life: the session is recovered. */
  recover(): void {
    this.socket.open();
    this.socket.receive({ type: "pong" });
  }

  advance(ms: number): void {
    const target = this.scheduler.frame + ms;
    this.scheduler.maxFrames = target;
    this.scheduler.flush();
    this.scheduler.frame = target;
  }
}
