import { throwError, type Observable } from "rxjs";
import { ClientStoppedError, ConnectionError, WebPubSubClient } from "../../../lib/index.js";
import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const everyCommand = (client: WebPubSubClient) => [
  record(client.sendToGroup("g", "a")),
  record(client.sendEvent("e", "a")),
  record(client.sendEvent("e", "a", "text", { fireAndForget: true })),
  record(client.joinGroup("g")),
  record(client.leaveGroup("g")),
];

describe("a client that is stopped", () => {
  it.each(["stop", "dispose"] as const)("by %s() refuses every command at once", (way) => {
    const stage = new VirtualStage();
    const client = stage.started();
    void client[way]();
    for (const outcome of everyCommand(client).map(outcomeOf)) {
      expect(outcome).toBeInstanceOf(ClientStoppedError);
      expect(outcome).toMatchObject({ code: "ClientStopped", isRetriable: false });
    }
    stage.advance(60_000);
    expect(stage.sockets).toHaveLength(1);
    expect(stage.sent()).toEqual([]);
  });

  it("says what to do: start again, or make a new one", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    void client.stop();
    expect(outcomeOf(record(client.joinGroup("room-7")))).toMatchObject({
      message: expect.stringMatching(/joinGroup \(group "room-7"\).*start\(\)/) as string,
    });
    void client.dispose();
    expect(outcomeOf(record(client.sendEvent("e", 1)))).toMatchObject({
      message: expect.stringMatching(/disposed/) as string,
    });
  });

  it("takes commands again after start()", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    void client.stop();
    stage.advance(1_000);
    void client.start();
    const send = record(client.sendToGroup("g", "a"));
    stage.settle();
    expect(outcomeOf(send)).toMatchObject({ isDuplicated: false });
  });
});

describe("a command for which the connection is opened", () => {
  const sendAndJoin = (client: WebPubSubClient) => [
    record(client.sendToGroup("g", "a")),
    record(client.joinGroup("g")),
  ];

  it("is told at once that the client has given up at once", () => {
    const denied = Object.assign(new Error("denied"), { status: 401 });
    const client = new WebPubSubClient(() => throwError(() => denied));
    for (const outcome of sendAndJoin(client).map(outcomeOf)) {
      expect(outcome).toBeInstanceOf(ConnectionError);
      expect(outcome).toMatchObject({ code: "GaveUp", cause: { code: "AccessFailed" } });
    }
    expect(client.state).toMatchObject({ status: "stopped", reason: "gaveUp" });
  });

  it("is told at once that the client was stopped as it opened", () => {
    const commands = [
      (client: WebPubSubClient) => client.sendToGroup("g", "a"),
      (client: WebPubSubClient) => client.joinGroup("g"),
    ];
    for (const command of commands) {
      const { client } = new ScriptedStage();
      client.state$.subscribe(({ status }) => status === "connecting" && void client.stop());
      expect(outcomeOf(record(command(client)))).toBeInstanceOf(ClientStoppedError);
    }
  });
});

describe("stop()", () => {
  it("errors whatever is pending with ClientStoppedError: sent, queued, between tries, waiting for a session", () => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    const retried = record(client.sendToGroup("g", "retried"));
    stage.socket.ack(1, { name: "InternalServerError", message: "later" });
    const sent = [record(client.sendToGroup("g", "sent")), record(client.joinGroup("g"))];
    stage.socket.end();
    const queued = record(client.sendToGroup("g", "queued"));
    void client.stop();
    for (const outcome of [retried, ...sent, queued].map(outcomeOf)) {
      expect(outcome).toBeInstanceOf(ClientStoppedError);
    }

    const other = new ScriptedStage();
    const waiting = record(other.client.joinGroup("g"));
    void other.client.stop();
    expect(outcomeOf(waiting)).toBeInstanceOf(ClientStoppedError);
  });

  it("comes before the outcome: state$ and stopped$ are told first", () => {
    const stage = ScriptedStage.connected();
    const log: string[] = [];
    stage.client.state$.subscribe(({ status }) => log.push(status));
    stage.client.stopped$.subscribe(() => log.push("stopped$"));
    stage.client.sendToGroup("g", "a").subscribe({ error: (error: unknown) => log.push((error as Error).name) });
    void stage.client.stop();
    expect(log).toEqual(["connected", "stopped", "stopped$", "ClientStoppedError"]);
  });
});

describe("a client that gives up", () => {
  it("ends what awaits an ack as Unacknowledged, and what waits as GaveUp with the last cause", () => {
    const stage = ScriptedStage.connected({ autoReconnect: false });
    const { client } = stage;
    const stopped = record(client.stopped$);
    const sent = record(client.sendToGroup("g", "sent"));
    stage.socket.end();
    const queued = record(client.sendToGroup("g", "queued"));
    stage.advance(0);
    stage.socket.open();
    stage.socket.end(1008, { reason: "gone" });
    expect(client.state).toMatchObject({ status: "stopped", reason: "gaveUp" });
    expect(outcomeOf(sent)).toMatchObject({ code: "Unacknowledged", ackId: 1 });
    expect(outcomeOf(queued)).toBeInstanceOf(ConnectionError);
    expect(outcomeOf(queued)).toMatchObject({ code: "GaveUp", isRetriable: false, cause: { code: "RecoveryFailed" } });
    expect(outcomeOf(queued)).toMatchObject({ message: expect.stringContaining('sendToGroup (group "g")') as string });
    const [{ error } = {}] = stopped.values;
    expect((outcomeOf(queued) as Error).cause).toBe(error?.cause);
  });

  it("ends a join that waits for a first session as GaveUp too", () => {
    const stage = new ScriptedStage({ reconnectRetryOptions: { maxRetries: 0 } });
    const join = record(stage.client.joinGroup("g"));
    stage.socket.end();
    expect(outcomeOf(join)).toMatchObject({ code: "GaveUp", cause: { code: "OpenFailed" } });
  });

  it("ends a join that was under way as Unacknowledged", () => {
    const stage = ScriptedStage.connected({ autoReconnect: false });
    const join = record(stage.client.joinGroup("g"));
    stage.socket.end(1008);
    expect(outcomeOf(join)).toMatchObject({ code: "Unacknowledged" });
  });

  it("opens again for the next command", () => {
    const stage = new ScriptedStage({ reconnectRetryOptions: { maxRetries: 0 } });
    record(stage.client.sendToGroup("g", "a"));
    stage.socket.end();
    const send = record(stage.client.sendToGroup("g", "b"));
    stage.socket.open();
    stage.socket.connected();
    stage.socket.ack(2);
    expect(outcomeOf(send)).toEqual({ ackId: 2, isDuplicated: false });
    expect(stage.socket.frames).toHaveLength(1);
  });
});

describe("whoever stops the client on hearing of an ack that may pass", () => {
  const LATER = { name: "InternalServerError", message: "later" };
  const commands: readonly (readonly [string, (client: WebPubSubClient) => Observable<unknown>])[] = [
    ["a send", (client) => client.sendToGroup("g", 1)],
    ["a join", (client) => client.joinGroup("g")],
    ["a leave", (client) => client.leaveGroup("g")],
  ];

  it.each(commands)("ends %s at once, and leaves no retry of it", (_what, command) => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    client.acks$.subscribe(() => void client.stop());
    const told = record(command(client));
    stage.socket.ack(1, LATER);
    expect(outcomeOf(told)).toBeInstanceOf(ClientStoppedError);
    stage.socket.end(1000);
    expect(stage.scheduler.actions).toEqual([]);
  });

  it.each(commands)("in favour of a new session, has %s told of then, not later", (_what, command) => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    client.acks$.subscribe(() => void client.reconnect({ newSession: true }));
    const told = record(command(client));
    stage.socket.ack(1, LATER);
    const outcome = outcomeOf(told);
    stage.advance(1);
    stage.socket.open();
    stage.advance(5_000);
    expect(outcomeOf(told)).toBe(outcome);
  });
});

describe("a join and a leave whose session ends with the run", () => {
  const joinAndLeave = (client: WebPubSubClient) => [record(client.joinGroup("g")), record(client.leaveGroup("h"))];

  it.each(["state$", "disconnected$", "stopped$"] as const)(
    "are unacknowledged after a give-up, also when %s begins the next run",
    (name) => {
      const stage = ScriptedStage.connected({ autoReconnect: false });
      const { client } = stage;
      const restarts = (client[name] as Observable<unknown>).subscribe(() => {
        if (client.state.status === "stopped") void client.start();
      });
      const told = joinAndLeave(client);
      stage.socket.end(1008);
      restarts.unsubscribe();
      expect(told.map(outcomeOf)).toMatchObject([{ code: "Unacknowledged" }, { code: "Unacknowledged" }]);
      expect(client.state.status).toBe("connecting");
    },
  );

  it.each(["state$", "disconnected$"] as const)("do not outlive a stop() inside %s, followed by start()", (name) => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    (client[name] as Observable<unknown>).subscribe(() => {
      if (client.state.status !== "disconnected") return;
      void client.stop();
      void client.start();
    });
    const told = joinAndLeave(client);
    stage.socket.end(1008);
    expect(told.map(outcomeOf)).toMatchObject([{ code: "Unacknowledged" }, { code: "Unacknowledged" }]);
  });

  it("go on in the next session when reconnect() inside disconnected$ means now", () => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    client.disconnected$.subscribe(() => void client.reconnect());
    const [join, leave] = joinAndLeave(client).map((recording) => () => outcomeOf(recording));
    stage.socket.end(1008);
    stage.advance(1);
    expect([join?.(), leave?.()]).toEqual(["pending", { isDuplicated: false }]);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.framesOf("joinGroup")).toMatchObject([{ group: "g" }]);
  });
});
