import { ClientStoppedError, type WebPubSubClient } from "../../../lib/index.js";
import { historyOf, untimed } from "../../support/history.js";
import { hung, silent, unreachable, welcoming } from "../../support/peers.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

type Situation = readonly [name: string, arrange: (service: VirtualClients) => WebPubSubClient];

/** Every state that a running client can be in. */
const running: readonly Situation[] = [
  [
    "asking for an access URL",
    (service) => {
      const client = service.client({}, () => new Promise<string>(() => undefined));
      void client.start();
      service.settle();
      return client;
    },
  ],
  ["opening its socket", (service) => startedWith(service, hung)],
  ["waiting for the handshake", (service) => startedWith(service, silent)],
  [
    "joining its groups",
    (service) => {
      service.next(welcoming("A"));
      const client = service.client();
      client.group("room").messages$.subscribe();
      service.settle();
      return client;
    },
  ],
  ["connected", (service) => service.connected()],
  ["recovering", (service) => dropped(service, hung)],
  ["recovering over a link that is still silent", (service) => dropped(service, silent)],
  ["waiting for the next attempt at a recovery", (service) => dropped(service, unreachable)],
  ["waiting for the next attempt at a new session", (service) => startedWith(service, unreachable)],
];

function startedWith(service: VirtualClients, ...peers: Parameters<VirtualClients["next"]>): WebPubSubClient {
  service.next(...peers);
  return service.connected();
}

function dropped(service: VirtualClients, ...peers: Parameters<VirtualClients["next"]>): WebPubSubClient {
  const client = service.connected();
  service.next(...peers);
  service.emulator.faults.drop(connectionIdOf(client));
  service.settle();
  return client;
}

describe("stop()", () => {
  it.each(running)("stops a client that is %s: state at once, stopped$ once, nothing left", async (_name, arrange) => {
    const service = new VirtualClients();
    const client = arrange(service);
    const history = historyOf(client, service.scheduler);
    expect(client.state.status).not.toBe("stopped");
    history.take();
    const stopped = client.stop();
    expect(client.state).toEqual({ status: "stopped", reason: "stop" });
    expect(untimed(history.lines)[0]).toBe("state$ stopped stop");
    expect(untimed(history.lines).filter((line) => line === "stopped$")).toHaveLength(1);
    history.take();
    service.advance(500);
    await stopped;
    expect(service.openSockets).toBe(0);
    expect(service.clientTimers).toBe(0);
    service.advance(600_000);
    expect(history.lines).toEqual([]);
  });

  it.each(running)("can be followed at once by start() when the client was %s", (name, arrange) => {
    const service = new VirtualClients();
    const client = arrange(service);
    void client.stop();
    void client.start();
    service.advance(1_000);
    expect(client.state.status).toBe(name === "asking for an access URL" ? "connecting" : "connected");
    expect(service.mostSocketsAtOnce).toBeLessThanOrEqual(1);
  });

  it("tells the end of a session in order: stopped, disconnected$, stopped$, then commands", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const history = historyOf(client, service.scheduler);
    service.hub.onEvent("slow", () => new Promise(() => undefined));
    history.of("sent", client.sendEvent("slow", 1), () => "");
    service.settle();
    history.take();
    void client.stop();
    expect(untimed(history.lines)).toEqual([
      "state$ stopped stop",
      "disconnected$ A (stop)",
      "stopped$",
      "sent error ClientStopped",
    ]);
  });

  it("closes the socket with 1000", () => {
    const service = new VirtualClients();
    void service.connected().stop();
    service.settle();
    expect(service.socket.ending).toEqual({ code: 1000, reason: "" });
    expect(service.hub.connections).toEqual([]);
  });

  it("settles at the close event", async () => {
    const service = new VirtualClients();
    service.next(welcoming("A"));
    const client = service.connected();
    let isSettled = false;
    const stopped = client.stop().then(() => (isSettled = true));
    service.advance(300);
    await Promise.resolve();
    expect(isSettled).toBe(false);
    service.scripted(0).end(1000);
    await stopped;
    expect(service.pendingActions).toBe(0);
  });

  it("settles after 500 ms with a peer that never answers, whose socket is terminated", async () => {
    const service = new VirtualClients();
    service.next(welcoming("A"));
    const client = service.connected();
    const stopped = client.stop();
    const socket = service.scripted(0);
    expect(socket.closedWith).toBe(1000);
    service.advance(499);
    expect(socket.readyState).toBe(2);
    service.advance(1);
    expect(socket.readyState).toBe(3);
    await stopped;
    expect(service.pendingActions).toBe(0);
  });

  it("settles together with the first when it is called again meanwhile", async () => {
    const service = new VirtualClients();
    service.next(welcoming("A"));
    const client = service.connected();
    const settled: string[] = [];
    const first = client.stop().then(() => settled.push("first"));
    const second = client.stop().then(() => settled.push("second"));
    await Promise.resolve();
    await Promise.resolve();
    expect(settled).toEqual([]);
    service.advance(500);
    await Promise.all([first, second]);
  });

  it("on a client that is not running sets the reason, without stopped$", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    await client.stop();
    await client.stop();
    expect(untimed(history.lines)).toEqual(["state$ stopped initial", "state$ stopped stop"]);
    expect(service.pendingActions).toBe(0);
  });

  it.each([
    [
      "gave up",
      (service: VirtualClients) => {
        service.next(unreachable);
        return service.connected({ reconnectRetryOptions: { maxRetries: 0 } });
      },
    ],
    [
      "was closed for idleness",
      (service: VirtualClients) => {
        const client = service.client();
        client.serverMessages$.subscribe().unsubscribe();
        service.advance(1_000);
        return client;
      },
    ],
    ["was never started", (service: VirtualClients) => service.client()],
  ])("latches a client that %s: neither data nor commands open it any more", (_name, arrange) => {
    const service = new VirtualClients();
    const client = arrange(service);
    const sockets = service.sockets.length;
    void client.stop();
    const errors: unknown[] = [];
    client.group("room").messages$.subscribe();
    client.sendToGroup("room", 1).subscribe({ error: (error: unknown) => errors.push(error) });
    client.joinGroup("room").subscribe({ error: (error: unknown) => errors.push(error) });
    service.advance(60_000);
    expect(client.state).toEqual({ status: "stopped", reason: "stop" });
    expect(service.sockets).toHaveLength(sockets);
    expect(errors).toEqual([expect.any(ClientStoppedError), expect.any(ClientStoppedError)]);
  });

  it("leaves subscriptions in place: they are silent, and served again after start()", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const history = historyOf(client, service.scheduler);
    history.of("messages$", client.group("room").messages$, ({ data }) => String(data));
    client.joinGroup("claimed").subscribe();
    service.settle();
    void client.stop();
    service.advance(60_000);
    expect(untimed(history.take()).at(-1)).toBe("stopped$");
    void client.start();
    service.settle();
    service.hub.sendToGroup("room", "again");
    service.settle();
    expect(service.hub.connections[0]?.groups).toEqual(["room", "claimed"]);
    expect(untimed(history.lines).at(-1)).toBe("messages$ again");
  });

  it("is the last word: nothing that was on its way is delivered after it has returned", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const data: unknown[] = [];
    client.serverMessages$.subscribe((message) => data.push(message.data));
    service.hub.sendToAll("on its way");
    void client.stop();
    service.hub.sendToAll("too late");
    service.advance(10_000);
    expect(data).toEqual([]);
  });

  it("withdraws what waits in the queue", () => {
    const service = new VirtualClients();
    service.next(unreachable);
    const client = service.connected();
    const errors: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      client.sendToGroup("room", i).subscribe({ error: (error: unknown) => errors.push(error) });
    }
    void client.stop();
    expect(errors).toHaveLength(3);
    expect(errors[0]).toMatchObject({ name: "ClientStoppedError", code: "ClientStopped", isRetriable: false });
    void client.start();
    service.advance(1_000);
    expect(service.socket.sent).toEqual([]);
  });
});

it("leaves no timer with a socket that tells of its close at once", async () => {
  const stage = ScriptedStage.connected();
  const { socket } = stage;
  socket.close = (code) => {
    socket.closedWith = code;
    socket.end(1000);
  };
  await stage.client.stop();
  expect(socket.closedWith).toBe(1000);
  expect(stage.scheduler.actions).toEqual([]);
});
