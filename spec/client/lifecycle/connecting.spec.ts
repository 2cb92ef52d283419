import { TestScheduler } from "rxjs/testing";
import { WebPubSubEmulator } from "../../../lib/emulator/index.js";
import { WebPubSubClient } from "../../../lib/index.js";
import { historyOf } from "../../support/history.js";
import { welcoming } from "../../support/peers.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { connectionIdOf, VirtualClients } from "../../support/virtual-clients.js";

describe("A first connection", () => {
  it("does nothing before somebody asks for it: no socket, no timer", () => {
    const service = new VirtualClients();
    const client = service.client();
    historyOf(client, service.scheduler);
    client.group("room");
    void client.sendToGroup("room", "never subscribed");
    expect(service.pendingActions).toBe(0);
    expect(service.sockets).toEqual([]);
    expect(client.state).toEqual({ status: "stopped", reason: "initial" });
  });

  it("is told in order: connecting, connected, then who it is", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    void client.start();
    service.settle();
    expect(history.lines).toEqual([
      "0 state$ stopped initial",
      "0 state$ connecting 1",
      "0 state$ connected A",
      "0 connected$ A",
    ]);
    expect(connectionIdOf(client)).toBe(service.hub.connections[0]?.connectionId);
  });

  it("tells whose it is", () => {
    const service = new VirtualClients();
    const client = service.client({}, service.url({ userId: "ann" }));
    const users: unknown[] = [];
    client.connected$.subscribe(({ userId }) => users.push(userId));
    void client.start();
    service.settle();
    expect(client.state).toMatchObject({ status: "connected", userId: "ann" });
    expect(users).toEqual(["ann"]);
  });

  it("is opened by a data subscription, a group's or the server's", () => {
    const service = new VirtualClients();
    for (const subscribe of [
      (client: WebPubSubClient) => client.serverMessages$.subscribe(),
      (client: WebPubSubClient) => client.groupMessages$.subscribe(),
      (client: WebPubSubClient) => client.group("room").messages$.subscribe(),
    ]) {
      const client = service.client();
      subscribe(client);
      service.settle();
      expect(client.state.status).toBe("connected");
    }
  });

  it("is connected only when its groups are joined", () => {
    const service = new VirtualClients();
    const client = service.client();
    const groupsWhenConnected: unknown[] = [];
    client.connected$.subscribe(() => groupsWhenConnected.push(service.hub.connections[0]?.groups));
    client.group("a").messages$.subscribe();
    client.group("b").messages$.subscribe();
    service.settle();
    expect(groupsWhenConnected).toEqual([["a", "b"]]);
  });

  it("delivers messages that come before it is connected", () => {
    const service = new VirtualClients();
    const client = service.client({}, service.url({ groups: ["lobby"] }));
    const history = historyOf(client, service.scheduler);
    history.of("groupMessages$", client.groupMessages$, ({ data }) => String(data));
    client.group("room").messages$.subscribe();
    // As soon as the service has the session, before the client has had a frame.
    service.scheduler.schedule(() => {
      service.hub.sendToGroup("lobby", "early");
    });
    service.settle();
    expect(history.lines).toEqual([
      "0 state$ stopped initial",
      "0 state$ connecting 1",
      "0 groupMessages$ early",
      "0 state$ connected A",
      "0 connected$ A",
    ]);
  });

  it("waits for slow joins for 5 s, then they go on in the background", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    service.next(welcoming("A"));
    client.group("room").messages$.subscribe();
    service.advance(4_999);
    expect(client.state.status).toBe("connecting");
    service.advance(1);
    expect(history.lines.slice(-2)).toEqual(["5000 state$ connected A", "5000 connected$ A"]);
    const joined: unknown[] = [];
    client.group("room").joined$.subscribe((value) => joined.push(value));
    const socket = service.scripted(0);
    socket.ack(socket.framesOf("joinGroup")[0]?.["ackId"]);
    expect(joined).toEqual([null, { connectionId: "A" }]);
  });
});

describe("Inside one TestScheduler.run", () => {
  it("a client subscribes, joins, receives, is dropped, recovers and receives again, with no promise on the path", () => {
    const scheduler = new TestScheduler((actual, expected) => {
      expect(actual).toEqual(expected);
    });
    scheduler.run(({ expectObservable }) => {
      const emulator = WebPubSubEmulator.inMemory({ scheduler });
      const hub = emulator.hub("chat");
      const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat" }), {
        webSocketCtor: emulator.webSocketCtor,
        scheduler,
      });
      const data: unknown[] = [];
      const subscription = client.group("room").messages$.subscribe(({ data: one }) => data.push(one));
      const at = (time: number, action: () => void) => scheduler.schedule(action, time);
      at(10, () => hub.sendToGroup("room", "before"));
      at(20, () => emulator.faults.drop(connectionIdOf(client)));
      at(30, () => hub.sendToGroup("room", "after"));
      at(40, () => expect(data).toEqual(["before", "after"]));
      at(50, () => subscription.unsubscribe());
      // Ends by itself a second after the last holder has gone: no timer is left then.
      expectObservable(client.disconnected$.pipe(), "1100ms !").toBe("1050ms a", { a: expect.anything() as never });
    });
    expect(scheduler.actions).toEqual([]);
  });
});

it("a socket of one's own may open without an event, and end with one that tells nothing but that it was not clean", () => {
  const stage = new ScriptedStage();
  void stage.client.start();
  const { socket } = stage;
  socket.readyState = 1;
  (socket.onopen as (() => void) | null)?.();
  socket.connected();
  expect(stage.client.state.status).toBe("connected");
  socket.readyState = 3;
  (socket.onclose as ((event: object) => void) | null)?.({ wasClean: false });
  expect(stage.client.state.status).toBe("recovering");
});
