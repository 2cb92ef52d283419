import { historyOf, untimed } from "../../support/history.js";
import { hung, unreachable, welcoming } from "../../support/peers.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

/** What a promise has come to by now. */
async function now(promise: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = "pending";
  promise.then(
    (value: unknown) => (outcome = value),
    (error: unknown) => (outcome = error),
  );
  // More turns than any promise of the client takes.
  for (let i = 0; i < 10; i++) await Promise.resolve();
  return outcome;
}

describe("start()", () => {
  it("resolves with who the session is, when it is ready", async () => {
    const service = new VirtualClients();
    service.next(welcoming("A"));
    const client = service.client();
    client.group("room").messages$.subscribe();
    const started = client.start();
    service.settle();
    expect(await now(started)).toBe("pending");
    const socket = service.scripted(0);
    socket.ack(socket.framesOf("joinGroup")[0]?.["ackId"]);
    expect(await now(started)).toEqual({ connectionId: "A" });
  });

  it("tells the user's id", async () => {
    const service = new VirtualClients();
    const client = service.client({}, service.url({ userId: "ann" }));
    const started = client.start();
    service.settle();
    await expect(started).resolves.toEqual({ connectionId: connectionIdOf(client), userId: "ann" });
  });

  it("resolves only after everybody has been told", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    const started = client.start().then(() => history.note("started"));
    service.settle();
    await started;
    expect(untimed(history.lines).slice(-3)).toEqual(["state$ connected A", "connected$ A", "started"]);
  });

  it("opens one connection, however often it is called, and all promises resolve alike", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const starts = [client.start(), client.start()];
    service.settle();
    starts.push(client.start());
    const identity = { connectionId: connectionIdOf(client) };
    await expect(Promise.all(starts)).resolves.toEqual([identity, identity, identity]);
    expect(service.sockets).toHaveLength(1);
  });

  it("keeps waiting through retries", async () => {
    const service = new VirtualClients();
    service.next(unreachable, unreachable, unreachable, unreachable);
    const client = service.client();
    const started = client.start();
    service.advance(500);
    expect(await now(started)).toBe("pending");
    service.advance(60_000);
    await expect(started).resolves.toEqual({ connectionId: connectionIdOf(client) });
  });

  it("waits for the next session when it is called while one is lost", async () => {
    const service = new VirtualClients();
    const client = service.connected();
    service.emulator.faults.close(connectionIdOf(client), 1008);
    service.settle();
    const started = client.start();
    expect(await now(started)).toBe("pending");
    service.advance(5_000);
    await expect(started).resolves.toEqual({ connectionId: connectionIdOf(client) });
  });

  it("resolves with the session that is recovered when it is called meanwhile", async () => {
    const service = new VirtualClients();
    const client = service.connected();
    const id = connectionIdOf(client);
    service.next(unreachable);
    service.emulator.faults.drop(id);
    service.settle();
    const started = client.start();
    service.advance(1_000);
    await expect(started).resolves.toEqual({ connectionId: id });
  });

  it("rejects when the client is stopped first", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const started = client.start();
    void client.stop();
    await expect(started).rejects.toMatchObject({ name: "ClientStoppedError", code: "ClientStopped" });
  });

  it("of an earlier run does not take the outcome of a later one", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const first = client.start();
    void client.stop();
    const second = client.start();
    service.settle();
    await expect(first).rejects.toMatchObject({ code: "ClientStopped" });
    await expect(second).resolves.toEqual({ connectionId: connectionIdOf(client) });
  });

  it("takes over from data subscriptions: the connection stays when they go", () => {
    const service = new VirtualClients();
    const client = service.client();
    const subscription = client.serverMessages$.subscribe();
    service.settle();
    void client.start();
    subscription.unsubscribe();
    service.advance(60_000);
    expect(client.state.status).toBe("connected");
  });
});

describe.each(["signal", "abortSignal"] as const)("start({ %s })", (name) => {
  it("rejects with the signal's reason and lets go of the connection when it is aborted before", async () => {
    const service = new VirtualClients();
    service.next(hung);
    const client = service.client();
    const controller = new AbortController();
    const started = client.start({ [name]: controller.signal });
    service.settle();
    const reason = new Error("the user has gone");
    controller.abort(reason);
    await expect(started).rejects.toBe(reason);
    service.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
    expect(service.pendingActions).toBe(0);
  });

  it("lets go at once, in virtual time too", () => {
    const service = new VirtualClients();
    service.next(hung);
    const client = service.client();
    const controller = new AbortController();
    void client.start({ [name]: controller.signal });
    service.settle();
    controller.abort();
    service.advance(1_000);
    expect(client.state).toEqual({ status: "stopped", reason: "idle" });
  });

  it("leaves the connection to another start() that holds it", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const controller = new AbortController();
    const aborted = client.start({ [name]: controller.signal });
    const other = client.start();
    controller.abort(new Error("no"));
    await expect(aborted).rejects.toThrow("no");
    service.advance(60_000);
    await expect(other).resolves.toEqual({ connectionId: connectionIdOf(client) });
    expect(client.state.status).toBe("connected");
  });

  it("ignores the signal once it has resolved", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const controller = new AbortController();
    const started = client.start({ [name]: controller.signal });
    service.settle();
    await started;
    controller.abort();
    service.advance(60_000);
    expect(client.state.status).toBe("connected");
  });

  it("opens nothing when the signal is aborted already", async () => {
    const service = new VirtualClients();
    const client = service.client();
    const reason = new Error("long since");
    await expect(client.start({ [name]: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(service.pendingActions).toBe(0);
    expect(client.state).toEqual({ status: "stopped", reason: "initial" });
  });

  it("leaves no listener on the signal", async () => {
    const service = new VirtualClients();
    const listeners = new Set<unknown>();
    const signal = {
      aborted: false,
      addEventListener: (_type: "abort", listener: () => void) => void listeners.add(listener),
      removeEventListener: (_type: "abort", listener: () => void) => void listeners.delete(listener),
    };
    const client = service.client();
    const started = client.start({ [name]: signal });
    expect(listeners.size).toBe(1);
    service.settle();
    await started;
    expect(listeners.size).toBe(0);
    void client.stop();
    const stopped = client.start({ [name]: signal });
    void client.stop();
    await expect(stopped).rejects.toMatchObject({ code: "ClientStopped" });
    expect(listeners.size).toBe(0);
  });
});
