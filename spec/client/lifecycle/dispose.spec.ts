import type { Observable } from "rxjs";
import type { WebPubSubClient } from "../../../lib/index.js";
import { historyOf, untimed } from "../../support/history.js";
import { unreachable } from "../../support/peers.js";
import { VirtualClients } from "../../support/virtual-clients.js";

const everything = (client: WebPubSubClient): Record<string, Observable<unknown>> => ({
  state$: client.state$,
  connected$: client.connected$,
  recovered$: client.recovered$,
  disconnected$: client.disconnected$,
  gap$: client.gap$,
  stopped$: client.stopped$,
  rejoinGroupFailed$: client.rejoinGroupFailed$,
  acks$: client.acks$,
  protocolErrors$: client.protocolErrors$,
  serverMessages$: client.serverMessages$,
  groupMessages$: client.groupMessages$,
  messages$: client.group("room").messages$,
  joined$: client.group("room").joined$,
});

describe("dispose()", () => {
  it("stops a running client, tells so, and then completes every Observable", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const history = historyOf(client, service.scheduler);
    history.take();
    void client.dispose();
    expect(client.state).toEqual({ status: "stopped", reason: "disposed" });
    expect(untimed(history.lines).slice(0, 3)).toEqual([
      "state$ stopped disposed",
      "disconnected$ A (stop)",
      "stopped$",
    ]);
    expect(
      untimed(history.lines)
        .slice(3)
        .every((line) => line.endsWith("complete")),
    ).toBe(true);
  });

  it("completes each Observable once, for those there and for those to come", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const completed: string[] = [];
    const subscribeAll = () => {
      for (const [name, source] of Object.entries(everything(client))) {
        source.subscribe({ complete: () => completed.push(name) });
      }
    };
    subscribeAll();
    service.settle();
    expect(completed).toEqual([]);
    void client.dispose();
    expect(completed.sort()).toEqual(Object.keys(everything(client)).sort());
    completed.length = 0;
    subscribeAll();
    expect(completed.sort()).toEqual(Object.keys(everything(client)).sort());
  });

  it("emits no stopped$ for a client that is not running", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    void client.dispose();
    expect(untimed(history.lines)).toContain("state$ stopped disposed");
    expect(untimed(history.lines)).not.toContain("stopped$");
  });

  it("closes the socket with 1000, and its promise settles when that is done", async () => {
    const service = new VirtualClients();
    const client = service.connected();
    const disposed = client.dispose();
    service.settle();
    await disposed;
    expect(service.socket.ending).toEqual({ code: 1000, reason: "" });
    expect(service.pendingActions).toBe(0);
  });

  it("is for good: start() rejects, commands error, nothing is opened, the reason stays", async () => {
    const service = new VirtualClients();
    const client = service.connected();
    const disposed = client.dispose();
    service.settle();
    await disposed;
    const stopped = { name: "ClientStoppedError", code: "ClientStopped" };
    await expect(client.start()).rejects.toMatchObject(stopped);
    await expect(client.reconnect()).rejects.toMatchObject(stopped);
    await expect(client.reconnect({ newSession: true })).rejects.toMatchObject(stopped);
    const errors: unknown[] = [];
    for (const command of [
      client.sendToGroup("room", 1),
      client.sendEvent("event", 1),
      client.joinGroup("room"),
      client.leaveGroup("room"),
    ]) {
      command.subscribe({ error: (error: unknown) => errors.push(error) });
    }
    expect(errors).toEqual([1, 2, 3, 4].map(() => expect.objectContaining(stopped) as unknown));
    await client.stop();
    expect(client.state).toEqual({ status: "stopped", reason: "disposed" });
    service.advance(60_000);
    expect(service.sockets).toHaveLength(1);
  });

  it("rejects a start() that waits", async () => {
    const service = new VirtualClients();
    service.next(unreachable);
    const client = service.client();
    const started = client.start();
    service.settle();
    void client.dispose();
    await expect(started).rejects.toMatchObject({ code: "ClientStopped" });
  });

  it("may be called twice, and after stop()", async () => {
    const service = new VirtualClients();
    const client = service.connected();
    const history = historyOf(client, service.scheduler);
    const endings = [client.stop(), client.dispose(), client.dispose()];
    service.settle();
    await Promise.all(endings);
    expect(untimed(history.lines).filter((line) => line === "stopped$")).toHaveLength(1);
    expect(untimed(history.lines).filter((line) => line === "state$ complete")).toHaveLength(1);
  });

  it("may be called inside a subscriber: the value still reaches the others, then they complete", () => {
    const service = new VirtualClients();
    const client = service.connected();
    const seen: string[] = [];
    client.serverMessages$.subscribe(() => void client.dispose());
    client.serverMessages$.subscribe({ next: () => seen.push("message"), complete: () => seen.push("complete") });
    service.hub.sendToAll(1);
    service.hub.sendToAll(2);
    service.settle();
    expect(seen).toEqual(["message", "complete"]);
  });

  it("is what `await using` calls, where the platform has the symbol", async () => {
    const service = new VirtualClients();
    const client = service.connected();
    const promise = client[Symbol.asyncDispose]();
    service.settle();
    await promise;
    expect(client.state).toEqual({ status: "stopped", reason: "disposed" });
  });
});
