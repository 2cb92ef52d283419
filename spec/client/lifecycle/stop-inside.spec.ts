import type { Observable } from "rxjs";
import type { WebPubSubClient } from "../../../lib/index.js";
import { historyOf, untimed } from "../../support/history.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

/** A command that is stopped errors, which is not what these tests are about. */
const ignore = { error: () => undefined };

/** Every Observable of a client, and how to make a client that is connected emit from it. */
const sources: readonly (readonly [
  name: string,
  pick: (client: WebPubSubClient) => Observable<unknown>,
  provoke: (service: VirtualClients, client: WebPubSubClient) => void,
])[] = [
  ["state$", ({ state$ }) => state$, (service, client) => service.emulator.faults.drop(connectionIdOf(client))],
  [
    "connected$",
    ({ connected$ }) => connected$,
    (service, client) => service.emulator.faults.close(connectionIdOf(client), 1008),
  ],
  [
    "recovered$",
    ({ recovered$ }) => recovered$,
    (service, client) => service.emulator.faults.drop(connectionIdOf(client)),
  ],
  [
    "disconnected$",
    ({ disconnected$ }) => disconnected$,
    (service, client) => service.emulator.faults.close(connectionIdOf(client), 1008),
  ],
  ["gap$", ({ gap$ }) => gap$, (service, client) => service.emulator.faults.close(connectionIdOf(client), 1008)],
  ["acks$", ({ acks$ }) => acks$, (_service, client) => void client.sendToGroup("room", 1).subscribe(ignore)],
  ["protocolErrors$", ({ protocolErrors$ }) => protocolErrors$, (service) => service.socket.inject("no JSON")],
  ["serverMessages$", ({ serverMessages$ }) => serverMessages$, (service) => service.hub.sendToAll(1)],
  ["groupMessages$", ({ groupMessages$ }) => groupMessages$, (service) => service.hub.sendToGroup("token's", "hello")],
  [
    "a group's messages$",
    (client) => client.group("room").messages$,
    (service) => service.hub.sendToGroup("room", "hello"),
  ],
  [
    "joined$",
    (client) => client.group("joined").joined$,
    (_s, client) => void client.joinGroup("joined").subscribe(ignore),
  ],
];

function connectedClient() {
  const service = new VirtualClients();
  const client = service.connected({}, service.url({ groups: ["token's"] }));
  client.group("room").messages$.subscribe();
  service.settle();
  return { service, client };
}

describe.each(sources)("Inside a subscriber of %s", (_name, pick, provoke) => {
  it("stop() changes the state at once, is told to all, and nothing comes after it", () => {
    const { service, client } = connectedClient();
    const history = historyOf(client, service.scheduler);
    const statesInside: string[] = [];
    let values = 0;
    let isArmed = false;
    pick(client).subscribe({
      next: () => {
        if (!isArmed || statesInside.length > 0) return;
        void client.stop();
        statesInside.push(client.state.status);
        history.take();
      },
      error: () => undefined,
    });
    // One that is served after it: the value being delivered still reaches it.
    pick(client).subscribe({ next: () => isArmed && values++, error: () => undefined });
    isArmed = true;
    provoke(service, client);
    service.advance(2_000);
    expect(statesInside).toEqual(["stopped"]);
    expect(values).toBeGreaterThan(0);
    expect(client.state).toEqual({ status: "stopped", reason: "stop" });
    expect(untimed(history.lines)).toContain("state$ stopped stop");
    expect(untimed(history.lines).filter((line) => line === "stopped$")).toHaveLength(1);
    expect(service.openSockets).toBe(0);
    history.take();
    service.advance(120_000);
    expect(history.lines).toEqual([]);
  });

  it("start(), a subscription and a send are as good as outside", () => {
    const { service, client } = connectedClient();
    const sent: unknown[] = [];
    let isArmed = false;
    const act = () => {
      if (!isArmed) return;
      isArmed = false;
      void client.start();
      client.group("inside").messages$.subscribe();
      client.sendToGroup("room", "inside").subscribe((result) => sent.push(result));
    };
    pick(client).subscribe({ next: act, error: () => undefined });
    isArmed = true;
    provoke(service, client);
    service.advance(5_000);
    expect(client.state.status).toBe("connected");
    expect(sent).toHaveLength(1);
    expect(service.hub.connections[0]?.groups).toContain("inside");
  });
});

describe("Inside the result of a command", () => {
  it("stop() stops; the result stays a success", () => {
    const { service, client } = connectedClient();
    const history = historyOf(client, service.scheduler);
    history.take();
    history.of("sent", client.sendToGroup("room", 1), () => {
      void client.stop();
      return client.state.status;
    });
    service.settle();
    expect(untimed(history.lines)).toEqual([
      "sent stopped",
      "sent complete",
      "state$ stopped stop",
      "disconnected$ A (stop)",
      "stopped$",
    ]);
  });

  it("is what the service said, also when a subscriber of acks$ stops the client on hearing of it", () => {
    const { service, client } = connectedClient();
    const history = historyOf(client, service.scheduler);
    client.acks$.subscribe(() => void client.stop());
    history.of("sent", client.sendToGroup("room", 1), ({ ackId }) => `acked ${ackId}`);
    service.settle();
    expect(untimed(history.lines)).toContain("sent acked 2");
    expect(client.state).toEqual({ status: "stopped", reason: "stop" });
  });
});

describe("Inside a subscriber of stopped$", () => {
  it("start() restarts the client", () => {
    const { service, client } = connectedClient();
    const history = historyOf(client, service.scheduler);
    let restarts = 0;
    client.stopped$.subscribe(() => restarts++ < 3 && void client.start());
    history.take();
    void client.stop();
    service.settle();
    expect(untimed(history.lines)).toEqual([
      "state$ stopped stop",
      "disconnected$ A (stop)",
      "stopped$",
      "state$ connecting 1",
      "state$ connected B",
      "connected$ B",
    ]);
    expect(service.mostSocketsAtOnce).toBe(1);
  });

  it("start() holds the new run: it outlives the last command that came and went", () => {
    const service = new VirtualClients();
    const client = service.client();
    void client.start();
    service.settle();
    let restarts = 0;
    client.stopped$.subscribe(() => restarts++ < 1 && void client.start());
    void client.stop();
    service.settle();
    client.sendToGroup("room", 1).subscribe();
    service.advance(60_000);
    expect(client.state.status).toBe("connected");
  });

  it("start() restarts a client that gave up, and the earlier start() still rejects", async () => {
    const service = new VirtualClients();
    service.next((socket) => socket.end(1006));
    const client = service.client({ reconnectRetryOptions: { maxRetries: 0 } });
    let restarted: Promise<unknown> | undefined;
    client.stopped$.subscribe(() => {
      restarted = client.start();
    });
    const started = client.start();
    service.advance(1_000);
    await expect(started).rejects.toMatchObject({ code: "GaveUp" });
    await expect(restarted).resolves.toEqual({ connectionId: connectionIdOf(client) });
  });
});
