import { Observable, Subject, throwError } from "rxjs";
import type { WebPubSubClientOptions } from "../../../lib/index.js";
import { historyOf, untimed } from "../../support/history.js";
import { hung, silent, unreachable, welcoming, type Peer } from "../../support/peers.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

function connectedClient(options: WebPubSubClientOptions = {}, ...peers: Peer[]) {
  const service = new VirtualClients();
  service.next(...peers);
  const client = service.connected(options);
  const history = historyOf(client, service.scheduler);
  history.take();
  const pings = () => service.socket.sent.filter(({ type }) => type === "ping").length;
  return { service, client, history, pings, id: connectionIdOf(client) };
}

describe("A link that is quiet", () => {
  it("is kept alive by a ping every 20 s, without a word", () => {
    const { service, history, pings } = connectedClient();
    service.advance(3_600_000);
    expect(pings()).toBe(180);
    expect(history.lines).toEqual([]);
    expect(service.sockets).toHaveLength(1);
  });

  it("is pinged only when nothing comes in", () => {
    const { service, pings } = connectedClient();
    for (let i = 0; i < 10; i++) {
      service.advance(15_000);
      service.hub.sendToAll(i);
      service.settle();
    }
    expect(pings()).toBe(0);
  });

  it("is recovered when nothing has come for keepAliveTimeoutInMs, at once and without waiting for its close", () => {
    const { service, client, history, id } = connectedClient();
    service.socket.freeze();
    service.advance(119_999);
    expect(client.state.status).toBe("connected");
    service.advance(1);
    expect(history.lines).toEqual([
      "120000 state$ recovering A 1 (live)",
      "120000 state$ connected A",
      "120000 recovered$ A after 0 ms",
    ]);
    expect(service.recoveries).toEqual([undefined, id]);
  });

  it("says in its cause's error that it was silent, and for how long", () => {
    const { service, client } = connectedClient({ keepAliveTimeoutInMs: 30_000 });
    const messages: unknown[] = [];
    client.state$.subscribe((state) => state.status === "recovering" && messages.push(String(state.cause.error)));
    service.socket.freeze();
    service.advance(30_000);
    expect(messages).toEqual([expect.stringContaining("30000 ms")]);
  });

  it("is left alone with both options at 0", () => {
    const { service, pings } = connectedClient({ keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 });
    service.socket.freeze();
    service.advance(3_600_000);
    expect(pings()).toBe(0);
    expect(service.sockets).toHaveLength(1);
  });

  it("has no say any more once it is abandoned: its late frames and its close change nothing", () => {
    const { service, history } = connectedClient({ keepAliveTimeoutInMs: 30_000 }, welcoming("A"), welcoming("A"));
    service.advance(30_000);
    expect(untimed(history.take()).slice(-1)).toEqual(["recovered$ A after 0 ms"]);
    const old = service.scripted(0);
    expect(old.readyState).toBe(3);
    old.receive({ type: "system", event: "disconnected", message: "late" });
    old.receive({ type: "message", from: "server", dataType: "text", data: "late", sequenceId: 9 });
    old.end(1008);
    expect(history.lines).toEqual([]);
    expect(service.sockets).toHaveLength(2);
  });
});

describe("A recovered link", () => {
  it("does not count as recovered before it has brought a frame", () => {
    const { service, client } = connectedClient();
    service.next(silent);
    service.emulator.faults.drop(connectionIdOf(client));
    service.advance(3_999);
    expect(client.state).toMatchObject({ status: "recovering", attempt: 1 });
    expect(service.scripted(1).sent).toEqual(['{"type":"ping"}']);
  });

  it("is abandoned after proofOfLifeInMs of silence, and another one is tried", () => {
    const { service, client, history } = connectedClient({ proofOfLifeInMs: 2_000 });
    service.next(silent);
    service.emulator.faults.drop(connectionIdOf(client));
    service.advance(5_000);
    expect(service.scripted(1).readyState).toBe(3);
    expect(history.lines).toEqual([
      "0 state$ recovering A 1 (live 1006)",
      "2000 state$ recovering A 2 at 2050 (live 1006)",
      "2050 state$ recovering A 2 (live 1006)",
      "2050 state$ connected A",
      "2050 recovered$ A after 2050 ms",
    ]);
  });

  it("that stays silent twice in a row makes way for a new session, groups and all, within 10 s", () => {
    const { service, client, history, id } = connectedClient();
    client.group("room").messages$.subscribe();
    service.settle();
    service.next(silent, silent);
    service.emulator.faults.drop(id);
    service.advance(10_000);
    expect(untimed(history.lines).slice(-3)).toEqual([
      "gap$ A→B since 0 room",
      "state$ connected B",
      "connected$ B after A",
    ]);
    const fresh = service.hub.connections.find(({ connectionId }) => connectionId === connectionIdOf(client));
    expect(fresh?.groups).toEqual(["room"]);
  });

  it("may be silent for longer while an event of ours keeps the service busy, and that proves nothing", () => {
    const { service, client, id } = connectedClient({ keepAliveTimeoutInMs: 9_000, keepAliveIntervalInMs: 0 });
    service.hub.onEvent("slow", () => new Promise(() => undefined));
    client.sendEvent("slow", 1).subscribe({ error: () => undefined });
    service.settle();
    service.next(silent, silent, silent);
    service.emulator.faults.drop(id);
    service.advance(8_999);
    expect(service.sockets).toHaveLength(2);
    service.advance(20_000);
    // Three silent links in a row, and still the same session is asked for.
    expect(service.recoveries.slice(1)).toEqual([id, id, id, id]);
  });
});

describe("wake$", () => {
  it("makes the client ask a live link for proof of life, once for several that come together", () => {
    const wake$ = new Subject<string>();
    const { service, history, pings } = connectedClient({ wake$ });
    service.advance(1_000);
    for (const source of ["visibility", "pageshow", "online"]) {
      wake$.next(source);
      service.advance(10);
    }
    service.advance(10_000);
    expect(pings()).toBe(1);
    expect(history.lines).toEqual([]);
  });

  it("ends a wait that began after another sign of the same moment", () => {
    const wake$ = new Subject<void>();
    const stage = ScriptedStage.connected({ wake$ });
    wake$.next();
    stage.advance(10);
    stage.socket.end(1008);
    stage.advance(10);
    expect(stage.client.state.status).toBe("disconnected");
    wake$.next();
    expect(stage.client.state.status).toBe("connecting");
  });

  it("finds a dead link within proofOfLifeInMs", () => {
    const wake$ = new Subject<void>();
    const { service, history } = connectedClient({ wake$ });
    service.advance(1_000);
    service.socket.freeze();
    wake$.next();
    service.advance(4_000);
    expect(history.lines[0]).toBe("5000 state$ recovering A 1 (live)");
  });

  it("ends a wait for a new session", () => {
    const wake$ = new Subject<void>();
    const service = new VirtualClients();
    service.next(unreachable);
    const client = service.connected({ wake$ });
    expect(client.state.status).toBe("disconnected");
    service.advance(100);
    wake$.next();
    service.settle();
    expect(client.state.status).toBe("connected");
  });

  it("ends a wait for a recovery", () => {
    const wake$ = new Subject<void>();
    const { service, client, history, id } = connectedClient({ wake$ });
    service.next(unreachable);
    service.emulator.faults.drop(id);
    service.advance(10);
    wake$.next();
    service.settle();
    expect(untimed(history.lines).at(-1)).toBe("recovered$ A after 10 ms");
    expect(client.state.status).toBe("connected");
  });

  it("does not cut short an attempt that is under way", () => {
    const wake$ = new Subject<void>();
    const service = new VirtualClients();
    service.next(hung);
    const client = service.connected({ wake$ });
    wake$.next();
    service.advance(10_000);
    expect(client.state).toEqual({ status: "connecting", attempt: 1 });
    expect(service.sockets).toHaveLength(1);
  });

  it("is listened to only while the client runs", () => {
    const wake$ = new Subject<void>();
    const service = new VirtualClients();
    const client = service.client({ wake$ });
    expect(wake$.observed).toBe(false);
    for (let i = 0; i < 3; i++) {
      void client.start();
      service.settle();
      expect(wake$.observed).toBe(true);
      void client.stop();
      expect(wake$.observed).toBe(false);
      wake$.next();
      service.settle();
      expect(client.state.status).toBe("stopped");
    }
  });

  it("of another copy of RxJS, which has subscriptions of its own, is let go of as well", () => {
    const ended: string[] = [];
    const foreign = {
      lift: () => foreign,
      subscribe: () => ({ closed: false, unsubscribe: () => ended.push("unsubscribed") }),
    };
    const service = new VirtualClients();
    const client = service.connected({ wake$: foreign as unknown as Observable<unknown> });
    expect(ended).toEqual([]);
    void client.stop();
    expect(ended).toEqual(["unsubscribed"]);
  });

  it("is let go of when the client gives up", () => {
    const wake$ = new Subject<void>();
    const service = new VirtualClients();
    service.next(unreachable);
    const client = service.connected({ wake$, reconnectRetryOptions: { maxRetries: 0 } });
    expect(client.state).toMatchObject({ reason: "gaveUp" });
    expect(wake$.observed).toBe(false);
    expect(service.pendingActions).toBe(0);
  });

  it.each<readonly [string, Observable<unknown>]>([
    ["errors", throwError(() => new Error("no such event"))],
    ["completes", new Observable((subscriber) => subscriber.complete())],
    ["emits at once", new Observable((subscriber) => subscriber.next("awake"))],
  ])("that %s does no harm", (_what, wake$) => {
    const { service, client } = connectedClient({ wake$ });
    service.advance(60_000);
    expect(client.state.status).toBe("connected");
    expect(service.sockets).toHaveLength(1);
  });
});

describe("A connected frame that comes again on a recovered link", () => {
  it("renews the token with which the session is recovered next", () => {
    const { service } = connectedClient({}, welcoming("A"), (socket) => {
      socket.open();
      socket.connected("A", "renewed");
    });
    service.scripted(0).end(1006);
    service.settle();
    service.scripted(1).end(1006);
    service.advance(50);
    expect(service.urls.map((url) => new URL(url).searchParams.get("awps_reconnection_token"))).toEqual([
      null,
      "token of A",
      "renewed",
    ]);
  });
});

it("an event between two tries keeps a silent link from being judged too early: the service may be busy with it", () => {
  const wake$ = new Subject<void>();
  const stage = ScriptedStage.connected({ wake$, keepAliveIntervalInMs: 0 });
  stage.client.sendEvent("report", 1).subscribe({ error: () => undefined });
  stage.advance(30_500);
  wake$.next();
  stage.advance(10_000);
  expect(stage.socket.framesOf("event")).toHaveLength(2);
  expect(stage.client.state.status).toBe("connected");
});
