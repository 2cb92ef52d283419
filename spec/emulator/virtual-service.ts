import { VirtualTimeScheduler } from "rxjs";
import {
  WebPubSubEmulator,
  type ClientAccessUrlOptions,
  type EmulatorHub,
  type EmulatorOptions,
  type EmulatorWebSocket,
  type InMemoryWebPubSubEmulator,
} from "../../lib/emulator/index.js";
import { advance } from "./virtual-time.js";

export const RELIABLE = "json.reliable.webpubsub.azure.v1";
export const PLAIN = "json.webpubsub.azure.v1";

export type FrameObject = Record<string, unknown>;

/** An emulator in memory whose time moves only when the test says so. */
export class VirtualService {
  readonly scheduler = new VirtualTimeScheduler();
  readonly emulator: InMemoryWebPubSubEmulator;
  readonly hub: EmulatorHub;

  constructor(options: EmulatorOptions = {}) {
    this.emulator = WebPubSubEmulator.inMemory({ ...options, scheduler: this.scheduler });
    this.hub = this.emulator.hub("chat");
  }

  /** Runs everything that is due by now, but no timer of the future. */
  settle(): void {
    this.advance(0);
  }

  advance(ms: number): void {
    advance(this.scheduler, ms);
  }

  /** What is scheduled and has not run. */
  get pendingActions(): number {
    return this.scheduler.actions.length;
  }

  url(options: Partial<ClientAccessUrlOptions> = {}): string {
    return this.emulator.clientAccessUrl({ hub: "chat", ...options });
  }

  /** A socket at any URL, settled. */
  open(url: string, protocols: string | string[] = RELIABLE): VirtualClient {
    const client = new VirtualClient(this, new this.emulator.webSocketCtor(url, protocols), url);
    this.settle();
    return client;
  }

  /** A client with a session. */
  connect(options: Partial<ClientAccessUrlOptions> = {}, protocols: string | string[] = RELIABLE): VirtualClient {
    return this.open(this.url(options), protocols);
  }

  /** A new socket for the session of another. */
  recover(
    client: VirtualClient,
    token = client.reconnectionToken,
    protocols: string | string[] = RELIABLE,
  ): VirtualClient {
    const url = `${client.url}&awps_connection_id=${client.connectionId}&awps_reconnection_token=${token}`;
    return this.open(url, protocols);
  }
}

/** A client that does nothing by itself: it notes what comes and sends what the test says. */
export class VirtualClient {
  /** Events of the socket in order: `open`, `message`, `error …`, `close …`. */
  readonly events: string[] = [];
  /** The texts of all messages. */
  readonly texts: string[] = [];

  constructor(
    private readonly service: VirtualService,
    readonly socket: EmulatorWebSocket,
    readonly url: string,
  ) {
    socket.onopen = () => this.events.push("open");
    socket.onmessage = ({ data }) => {
      this.events.push("message");
      this.texts.push(data as string);
    };
    socket.onerror = ({ message }) => this.events.push(`error ${message}`);
    socket.onclose = ({ code, reason }) => this.events.push(`close ${code} ${reason}`.trim());
  }

  get frames(): FrameObject[] {
    return this.texts.map((text) => JSON.parse(text) as FrameObject);
  }

  private get connected(): FrameObject {
    // By its text, as a fault may have broken others.
    return JSON.parse(this.texts.find((text) => text.includes('"event":"connected"'))!) as FrameObject;
  }

  get connectionId(): string {
    return this.connected["connectionId"] as string;
  }

  get reconnectionToken(): string {
    return this.connected["reconnectionToken"] as string;
  }

  /** How the socket ended, or nothing. */
  get ending(): string | undefined {
    return this.events.find((event) => event.startsWith("close"));
  }

  /** Sends frames (objects as JSON, texts and bytes as they are) and gives the frames that came in answer. */
  send(...frames: (FrameObject | string | Uint8Array)[]): FrameObject[] {
    for (const frame of frames) {
      this.socket.send(typeof frame === "string" || frame instanceof Uint8Array ? frame : JSON.stringify(frame));
    }
    return this.take(() => this.service.settle());
  }

  /** The frames that come while something happens. */
  take(happen: () => void): FrameObject[] {
    const before = this.texts.length;
    happen();
    this.service.settle();
    return this.frames.slice(before);
  }
}

export const ok = (ackId: number): FrameObject => ({ type: "ack", ackId, success: true });

export const failed = (ackId: number, name: string, message: string): FrameObject => ({
  type: "ack",
  ackId,
  success: false,
  error: { name, message },
});
