import { VirtualTimeScheduler } from "rxjs";
import {
  WebPubSubEmulator,
  type ClientAccessUrlOptions,
  type EmulatorHub,
  type EmulatorOptions,
  type EmulatorWebSocketConstructor,
  type InMemoryWebPubSubEmulator,
} from "../../lib/emulator/index.js";
import { WebPubSubClient, type WebPubSubClientOptions } from "../../lib/index.js";

export type FrameObject = Readonly<Record<string, unknown>>;

/** One socket that a client opened, and what the client sent over it. */
export interface SocketLog {
  readonly url: string;
  readonly texts: string[];
}

/** Clients and the in-memory service that they talk to, with a record of the wire, in time that the test moves. */
export class VirtualStage {
  readonly scheduler = new VirtualTimeScheduler();
  readonly emulator: InMemoryWebPubSubEmulator;
  readonly hub: EmulatorHub;
  /** The sockets that clients opened, in order. */
  readonly sockets: SocketLog[] = [];
  /** Swallows a frame on its way to the service when it answers `true`. */
  swallow: (frame: FrameObject) => boolean = () => false;
  /** Refuses a join or leave in the service's place, for now, when it answers `true`; not asked of one that was done. */
  refuse: (frame: FrameObject) => boolean = () => false;
  readonly #webSocketCtor: EmulatorWebSocketConstructor;

  constructor(options: EmulatorOptions = {}) {
    this.emulator = WebPubSubEmulator.inMemory({ ...options, scheduler: this.scheduler });
    this.hub = this.emulator.hub("chat");
    const { sockets, scheduler } = this;
    const isSwallowed = (frame: FrameObject) => this.swallow(frame);
    const done = new Set<unknown>();
    const isRefused = (frame: FrameObject) => {
      const isChange = frame["type"] === "joinGroup" || frame["type"] === "leaveGroup";
      if (!isChange || done.has(frame["ackId"])) return false;
      const refused = this.refuse(frame);
      if (!refused) done.add(frame["ackId"]);
      return refused;
    };
    const error = { name: "InternalServerError", message: "later" };
    this.#webSocketCtor = class extends this.emulator.webSocketCtor {
      readonly #log: SocketLog;
      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols);
        this.#log = { url, texts: [] };
        sockets.push(this.#log);
      }
      override send(data: string): void {
        this.#log.texts.push(data);
        const frame = JSON.parse(data) as FrameObject;
        if (isRefused(frame)) {
          const ack = JSON.stringify({ type: "ack", ackId: frame["ackId"], success: false, error });
          scheduler.schedule(() => this.readyState === 1 && this.onmessage?.({ data: ack } as never));
        } else if (!isSwallowed(frame)) {
          super.send(data);
        }
      }
    };
  }

  url(options: Partial<ClientAccessUrlOptions> = {}): string {
    return this.emulator.clientAccessUrl({ hub: "chat", ...options });
  }

  /** A client that is not running yet. Chance always says one half. */
  client(options: WebPubSubClientOptions = {}, access: Partial<ClientAccessUrlOptions> = {}): WebPubSubClient {
    return new WebPubSubClient(this.url(access), {
      webSocketCtor: this.#webSocketCtor,
      scheduler: this.scheduler,
      random: () => 0.5,
      ...options,
    });
  }

  /** A client that is started and ready. */
  started(options: WebPubSubClientOptions = {}, access: Partial<ClientAccessUrlOptions> = {}): WebPubSubClient {
    const client = this.client(options, access);
    void client.start();
    this.settle();
    if (client.state.status !== "connected") throw new Error(`not connected but ${JSON.stringify(client.state)}`);
    return client;
  }

  /** Runs everything that is due by now, but no timer of the future. */
  settle(): void {
    this.advance(0);
  }

  advance(ms: number): void {
    const target = this.scheduler.frame + ms;
    this.scheduler.maxFrames = target;
    this.scheduler.flush();
    this.scheduler.frame = target;
  }

  /** The ids of the service's sessions. */
  get connectionIds(): string[] {
    return this.hub.connections.map(({ connectionId }) => connectionId);
  }

  /** The only session that the service has. */
  get connectionId(): string {
    const [id, ...others] = this.connectionIds;
    if (id === undefined || others.length > 0) throw new Error(`${this.connectionIds.length} sessions, not one`);
    return id;
  }

  /** Cuts the link and runs what follows at once: the session is recovered. */
  dropAndRecover(): void {
    this.emulator.faults.drop(this.connectionId);
    this.settle();
  }

  /** Ends the session for good: the link is cut and the service has forgotten it; a new session follows later. */
  lose(): void {
    const { connectionId } = this;
    this.emulator.faults.refuseRecovery(connectionId);
    this.emulator.faults.drop(connectionId);
    // As long as a recovery waits at most when one was tried just before.
    this.advance(50);
  }

  /** Frames that clients sent, over all sockets or over one, of one type or of all but upkeep. */
  sent(type?: string, socket?: number): FrameObject[] {
    const logs = socket === undefined ? this.sockets : this.sockets.slice(socket).slice(0, 1);
    return logs
      .flatMap(({ texts }) => texts)
      .map((text) => JSON.parse(text) as FrameObject)
      .filter((frame) =>
        type === undefined ? frame["type"] !== "ping" && frame["type"] !== "sequenceAck" : frame["type"] === type,
      );
  }
}
