import { WebPubSubClient, type ClientAccess, type WebPubSubClientOptions } from "../../lib/index.js";
import type { EmulatorOptions } from "../../lib/emulator/index.js";
import type { WebSocketConstructor } from "../../lib/socket/web-socket.js";
import { VirtualService } from "../emulator/virtual-service.js";
import type { Peer } from "./peers.js";
import { ScriptedWebSocket } from "./scripted-web-socket.js";
import { TappedSocket } from "./tapped-socket.js";

const CONNECTING = 0;
const OPEN = 1;

/**
 * Clients and an emulator in memory, in time that moves only when the test says so: `advance(ms)`, or `settle()` for what
 * is due now. Chance is always one half, so that a delay with full jitter is half of its ceiling.
 */
export class VirtualClients extends VirtualService {
  /** Every socket that a client made, in order. */
  readonly sockets: (TappedSocket | ScriptedWebSocket)[] = [];
  /** The largest number of sockets that were open or opening at a time. */
  mostSocketsAtOnce = 0;
  readonly webSocketCtor: WebSocketConstructor;
  readonly #peers: Peer[] = [];

  constructor(options: EmulatorOptions = {}) {
    super(options);
    const make = (url: string, protocols?: string | string[]) => this.#make(url, protocols);
    // `new` gives what a constructor returns.
    this.webSocketCtor = function (url: string, protocols?: string | string[]) {
      return make(url, protocols);
    } as unknown as WebSocketConstructor;
  }

  client(options: WebPubSubClientOptions = {}, access: ClientAccess = this.url()): WebPubSubClient {
    const { scheduler, webSocketCtor } = this;
    return new WebPubSubClient(access, { webSocketCtor, scheduler, random: () => 0.5, ...options });
  }

  /** A client that is started and connected. */
  connected(options: WebPubSubClientOptions = {}, access: ClientAccess = this.url()): WebPubSubClient {
    const client = this.client(options, access);
    void client.start();
    this.settle();
    return client;
  }

  /** The peers of the next sockets, in order; after them it is the emulator again. */
  next(...peers: Peer[]): void {
    this.#peers.push(...peers);
  }

  /** The newest socket, which is the emulator's. */
  get socket(): TappedSocket {
    const socket = this.sockets.at(-1);
    if (!(socket instanceof TappedSocket)) throw new Error("the newest socket is not the emulator's");
    return socket;
  }

  /** A socket that a peer of {@link next} answers. */
  scripted(index: number): ScriptedWebSocket {
    const socket = this.sockets[index];
    if (!(socket instanceof ScriptedWebSocket)) throw new Error(`socket ${index} is not a peer's`);
    return socket;
  }

  get urls(): string[] {
    return this.sockets.map(({ url }) => url);
  }

  /** Which of the sockets asked to go on with a session, by the connection id asked for. */
  get recoveries(): (string | undefined)[] {
    return this.urls.map((url) => new URL(url).searchParams.get("awps_connection_id") ?? undefined);
  }

  get openSockets(): number {
    return this.sockets.filter(({ readyState }) => readyState === CONNECTING || readyState === OPEN).length;
  }

  /** How many timers wait, not counting those with which the service keeps sessions that have lost their link. */
  get clientTimers(): number {
    return this.pendingActions - this.hub.connections.filter(({ attached }) => !attached).length;
  }

  #make(url: string, protocols?: string | string[]): TappedSocket | ScriptedWebSocket {
    const socket = this.#open(url, protocols);
    this.sockets.push(socket);
    this.mostSocketsAtOnce = Math.max(this.mostSocketsAtOnce, this.openSockets);
    return socket;
  }

  #open(url: string, protocols?: string | string[]): TappedSocket | ScriptedWebSocket {
    const peer = this.#peers.shift();
    if (peer === undefined) return new TappedSocket(this.emulator.webSocketCtor, url, protocols);
    const socket = new ScriptedWebSocket(url, protocols);
    this.scheduler.schedule(() => {
      if (socket.readyState === CONNECTING) peer(socket);
    });
    return socket;
  }
}

/** The id of the session that a client has. */
export function connectionIdOf({ state }: WebPubSubClient): string {
  if (!("connectionId" in state)) throw new Error(`there is no session: the client is ${state.status}`);
  return state.connectionId;
}
