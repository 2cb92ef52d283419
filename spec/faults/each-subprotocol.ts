import type { SubprotocolName, WebPubSubClient, WebPubSubClientOptions } from "../../lib/index.js";
import { PLAIN, RELIABLE } from "../emulator/virtual-service.js";
import { historyOf, type History } from "../support/history.js";
import type { Peer } from "../support/peers.js";
import { record, type Recording } from "../support/recording.js";
import { connectionIdOf, VirtualClients } from "../support/virtual-clients.js";

/** For `describe.each`: what a fault does is asked on the subprotocol with recovery and on the one without. */
export const eachSubprotocol: readonly (readonly [name: string, protocol: SubprotocolName, isReliable: boolean])[] = [
  ["the reliable subprotocol", RELIABLE, true],
  ["the plain subprotocol", PLAIN, false],
];

/** A client at work on an emulator whose faults can be used, with all that it told. */
export class Stage {
  readonly service = new VirtualClients();
  readonly client: WebPubSubClient;
  readonly history: History;
  /** The data of every message from the server. */
  readonly received: unknown[] = [];
  readonly protocolErrors: Recording<unknown>;

  constructor(options: WebPubSubClientOptions, peers: readonly Peer[] = []) {
    this.service.hub.onEvent("echo", ({ data }) => data);
    this.service.next(...peers);
    this.client = this.service.client(options);
    this.history = historyOf(this.client, this.service.scheduler);
    this.protocolErrors = record(this.client.protocolErrors$);
    this.client.serverMessages$.subscribe(({ data }) => this.received.push(data));
    void this.client.start();
    this.service.settle();
  }

  /** The id of the session there is. */
  get id(): string {
    return connectionIdOf(this.client);
  }

  get faults() {
    return this.service.emulator.faults;
  }

  /** The server sends to everybody, one message each. */
  send(...messages: unknown[]): void {
    for (const message of messages) this.service.hub.sendToAll(message);
    this.service.settle();
  }

  advance(ms: number): void {
    this.service.advance(ms);
  }

  /** Stops and says what is left after the longest that a stop may take. */
  leftAfterStop(): { sockets: number; timers: number } {
    void this.client.stop();
    this.advance(500);
    // With 30 s more the service, too, has forgotten what lost its link.
    this.advance(30_000);
    return { sockets: this.service.openSockets, timers: this.service.pendingActions };
  }
}
