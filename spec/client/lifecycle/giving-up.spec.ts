import { throwError } from "rxjs";
import { ConnectionError, WebPubSubClient } from "../../../lib/index.js";
import { historyOf, untimed } from "../../support/history.js";
import { closing, refusing, unreachable, welcoming } from "../../support/peers.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

/** What a promise came to, once microtasks have run. */
const outcomeOf = async (promise: Promise<unknown>): Promise<unknown> =>
  Promise.race([promise.catch((error: unknown) => error), Promise.resolve("pending")]);

const threeTries = { reconnectRetryOptions: { maxRetries: 2 } };

describe("A client whose retries are spent", () => {
  it("gives up: its state, stopped$ and start() carry the same error, with the last one as its cause", async () => {
    const service = new VirtualClients();
    service.next(unreachable, refusing(503), closing(1011, "overloaded"));
    const client = service.client(threeTries);
    const history = historyOf(client, service.scheduler);
    const errors: unknown[] = [];
    client.stopped$.subscribe(({ error }) => errors.push(error));
    const started = client.start();
    service.advance(60_000);

    expect(history.lines).toEqual([
      "0 state$ stopped initial",
      "0 state$ connecting 1",
      "0 state$ disconnected 2 at 500 (open 1006)",
      "500 state$ connecting 2 (open 1006)",
      "500 state$ disconnected 3 at 1500 (open 1006)",
      "1500 state$ connecting 3 (open 1006)",
      "1500 state$ stopped gaveUp (handshake 1011)",
      "1500 stopped$ GaveUp",
    ]);
    const [error] = errors;
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: "GaveUp", isRetriable: false, closeCode: 1011 });
    expect(error).toMatchObject({ cause: { name: "ConnectionError", code: "HandshakeFailed", closeCode: 1011 } });
    await expect(started).rejects.toBe(error);
    expect(service.pendingActions).toBe(0);
  });

  it.each(["start", "reconnect"] as const)("gives up once when %s() is refused at once", async (way) => {
    const access = jest.fn(() => throwError(() => Object.assign(new Error("denied"), { status: 401 })));
    const client = new WebPubSubClient(access);
    const stopped = jest.fn();
    client.stopped$.subscribe(stopped);
    await expect(client[way]()).rejects.toMatchObject({ code: "GaveUp" });
    expect(access).toHaveBeenCalledTimes(1);
    expect(stopped).toHaveBeenCalledTimes(1);
  });

  it("makes no retry with maxRetries 0", () => {
    const service = new VirtualClients();
    service.next(unreachable);
    const client = service.client({ reconnectRetryOptions: { maxRetries: 0 } });
    void client.start();
    service.advance(60_000);
    expect(service.sockets).toHaveLength(1);
    expect(client.state).toMatchObject({ status: "stopped", reason: "gaveUp" });
  });

  it("settles every start() that waits", async () => {
    const service = new VirtualClients();
    service.next(unreachable, unreachable, unreachable);
    const client = service.client(threeTries);
    const starts = [client.start(), client.start(), client.reconnect()];
    service.advance(60_000);
    for (const started of starts) await expect(started).rejects.toMatchObject({ code: "GaveUp" });
  });

  it("can be started again, with all its retries", async () => {
    const service = new VirtualClients();
    service.next(unreachable, unreachable, unreachable, unreachable, unreachable);
    const client = service.client(threeTries);
    void client.start();
    service.advance(60_000);
    const history = historyOf(client, service.scheduler);
    history.take();
    const started = client.start();
    service.advance(60_000);
    expect(untimed(history.lines).slice(0, 1)).toEqual(["state$ connecting 1"]);
    expect(untimed(history.lines).slice(-2)).toEqual(["state$ connected A", "connected$ A"]);
    await expect(started).resolves.toEqual({ connectionId: connectionIdOf(client) });
  });

  it("opens again for the next data subscription, but not for one that is there", () => {
    const service = new VirtualClients();
    service.next(unreachable, unreachable, unreachable);
    const client = service.client(threeTries);
    client.serverMessages$.subscribe();
    service.advance(600_000);
    expect(client.state).toMatchObject({ reason: "gaveUp" });
    client.groupMessages$.subscribe();
    service.settle();
    expect(client.state.status).toBe("connected");
  });

  it("is held no longer by a start() of before", () => {
    const service = new VirtualClients();
    const client = service.connected({ reconnectRetryOptions: { maxRetries: 1 } });
    service.next(unreachable);
    service.emulator.faults.close(connectionIdOf(client), 1008);
    service.advance(60_000);
    expect(client.state).toMatchObject({ reason: "gaveUp" });
    const subscription = client.serverMessages$.subscribe();
    service.settle();
    expect(client.state.status).toBe("connected");
    subscription.unsubscribe();
    service.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
  });

  it("tells of a gap when it is started again after a session was lost", () => {
    const service = new VirtualClients();
    const client = service.connected(threeTries);
    const history = historyOf(client, service.scheduler);
    service.advance(20_000);
    service.next(unreachable, unreachable);
    service.emulator.faults.close(connectionIdOf(client), 1008);
    service.advance(60_000);
    history.take();
    void client.start();
    service.settle();
    expect(untimed(history.lines)).toEqual([
      "state$ connecting 1",
      "gap$ A→B since 20000",
      "state$ connected B",
      "connected$ B after A",
    ]);
  });

  it("counts afresh after a session that lived 10 s, and only then", () => {
    const service = new VirtualClients();
    const client = service.connected(threeTries);
    const closeAfter = (ms: number) => {
      service.advance(ms);
      service.emulator.faults.close(connectionIdOf(client), 1008);
      // Half of 1 s or of 2 s passes before the next session.
      service.advance(1_000);
    };
    closeAfter(8_000);
    closeAfter(8_000);
    expect(client.state.status).toBe("connected");
    closeAfter(10_000);
    expect(client.state.status).toBe("connected");
    closeAfter(8_000);
    expect(client.state.status).toBe("connected");
    closeAfter(8_000);
    expect(client.state).toMatchObject({ reason: "gaveUp" });
  });
});

describe("A client with autoReconnect off", () => {
  it("gives up when a session that was ready is lost, in the order state, disconnected$, stopped$", async () => {
    const service = new VirtualClients();
    const client = service.connected({ autoReconnect: false });
    const history = historyOf(client, service.scheduler);
    history.take();
    service.emulator.faults.close(connectionIdOf(client), 1008, "policy");
    service.settle();
    expect(untimed(history.lines)).toEqual([
      "state$ stopped gaveUp (live 1008)",
      "disconnected$ A (live 1008)",
      "stopped$ GaveUp",
    ]);
    service.advance(60_000);
    expect(service.sockets).toHaveLength(1);
    expect(await outcomeOf(client.start())).toBe("pending");
  });

  it("still recovers a session", () => {
    const service = new VirtualClients();
    const client = service.connected({ autoReconnect: false });
    const history = historyOf(client, service.scheduler);
    history.take();
    service.next(unreachable);
    service.emulator.faults.drop(connectionIdOf(client));
    service.advance(1_000);
    expect(untimed(history.lines).at(-1)).toBe("recovered$ A after 50 ms");
  });

  it("still retries a first connection", () => {
    const service = new VirtualClients();
    service.next(unreachable, unreachable);
    const client = service.client({ autoReconnect: false });
    void client.start();
    service.advance(5_000);
    expect(client.state.status).toBe("connected");
  });

  it("still replaces a session that was lost before it was ready", () => {
    const service = new VirtualClients();
    service.next(welcoming("A"));
    const client = service.client({ autoReconnect: false });
    client.group("room").messages$.subscribe();
    service.settle();
    expect(client.state.status).toBe("connecting");
    service.scripted(0).end(1008);
    service.advance(5_000);
    expect(client.state.status).toBe("connected");
  });

  it("still replaces a session by reconnect({ newSession: true })", () => {
    const service = new VirtualClients();
    const client = service.connected({ autoReconnect: false });
    const id = connectionIdOf(client);
    void client.reconnect({ newSession: true });
    service.settle();
    expect(client.state.status).toBe("connected");
    expect(connectionIdOf(client)).not.toBe(id);
  });
});
