import type { Observable } from "rxjs";
import type { WebPubSubClient } from "../../../lib/index.js";
import { collectUnhandled } from "../../operators/marbles.js";
import { historyOf, untimed } from "../../support/history.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

const sources: readonly (readonly [string, (client: WebPubSubClient) => Observable<unknown>])[] = [
  ["state$", ({ state$ }) => state$],
  ["connected$", ({ connected$ }) => connected$],
  ["recovered$", ({ recovered$ }) => recovered$],
  ["disconnected$", ({ disconnected$ }) => disconnected$],
  ["gap$", ({ gap$ }) => gap$],
  ["stopped$", ({ stopped$ }) => stopped$],
  ["acks$", ({ acks$ }) => acks$],
  ["protocolErrors$", ({ protocolErrors$ }) => protocolErrors$],
  ["serverMessages$", ({ serverMessages$ }) => serverMessages$],
  ["groupMessages$", ({ groupMessages$ }) => groupMessages$],
  ["a group's messages$", (client) => client.group("room").messages$],
  ["joined$", (client) => client.group("room").joined$],
];

/** A life with everything in it, and what was told of it. */
function live(prepare: (client: WebPubSubClient) => void): string[] {
  const service = new VirtualClients();
  const client = service.client({ sequenceAck: { count: 2 } });
  prepare(client);
  const history = historyOf(client, service.scheduler);
  history.of("serverMessages$", client.serverMessages$, ({ data }) => String(data));
  history.of("messages$", client.group("room").messages$, ({ data }) => String(data));
  service.settle();
  for (const data of [1, 2, 3]) service.hub.sendToAll(data);
  service.hub.sendToGroup("room", "hello");
  service.settle();
  service.socket.inject("no JSON");
  history.of("sent", client.sendToGroup("room", "mine"), () => "");
  service.settle();
  history.note(`sequence acks: ${service.socket.sent.filter(({ type }) => type === "sequenceAck").length}`);
  service.emulator.faults.drop(connectionIdOf(client));
  service.settle();
  service.emulator.faults.close(connectionIdOf(client), 1008);
  service.advance(2_000);
  service.hub.sendToAll("again");
  service.settle();
  void client.stop();
  service.advance(1_000);
  expect(service.pendingActions).toBe(0);
  // Those who subscribe to messages before this history begins have opened the connection.
  return untimed(history.lines).filter((line) => !/initial|connecting 1$/.test(line));
}

describe("A subscriber that throws", () => {
  const undisturbed = live(() => undefined);

  it.each(sources)("in %s harms nobody: the others, acks and the state go on as they would", (_name, pick) => {
    let told: string[] = [];
    const errors = collectUnhandled(() => {
      told = live((client) => {
        pick(client).subscribe(() => {
          throw new Error("a bug in the app");
        });
      });
    });
    expect(told).toEqual(undisturbed);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every((error) => (error as Error).message === "a bug in the app")).toBe(true);
  });

  it("in the result of a command harms nobody either", () => {
    const errors = collectUnhandled(() => {
      const service = new VirtualClients();
      const client = service.connected();
      client.sendToGroup("room", 1).subscribe(() => {
        throw new Error("a bug in the app");
      });
      const acked: unknown[] = [];
      client.sendToGroup("room", 2).subscribe((result) => acked.push(result));
      service.settle();
      expect(acked).toHaveLength(1);
      expect(client.state.status).toBe("connected");
    });
    expect(errors).toEqual([new Error("a bug in the app")]);
  });
});
