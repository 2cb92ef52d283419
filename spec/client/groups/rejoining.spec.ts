import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const names = (count: number) => Array.from({ length: count }, (_none, i) => `g${i}`);

/** Ends the session of a scripted client, and brings the socket of the next one up to the handshake. */
function replaceSession(stage: ScriptedStage, connectionId = "c2"): void {
  stage.socket.end(1008);
  stage.advance(1_000);
  stage.socket.open();
  stage.socket.connected(connectionId);
}

describe("on a new session", () => {
  it("exactly the wanted groups are joined, each once, and nothing is left", () => {
    const stage = new VirtualStage();
    const client = stage.started({ leaveDelayInMs: 1_000 });
    const gone = record(client.group("gone").messages$);
    client.group("observed").messages$.subscribe();
    client.group("observed").messages$.subscribe();
    client.joinGroup("claimed").subscribe();
    client.joinGroup("both").subscribe();
    client.group("both").messages$.subscribe();
    client.joinGroup("left").subscribe();
    stage.settle();
    client.leaveGroup("left").subscribe();
    stage.settle();
    gone.unsubscribe();
    stage.lose();
    stage.advance(10_000);
    expect(client.state.status).toBe("connected");
    const frames = stage.sent(undefined, stage.sockets.length - 1);
    expect(frames.map(({ type }) => type)).toEqual(["joinGroup", "joinGroup", "joinGroup"]);
    expect(frames.map(({ group }) => group).sort()).toEqual(["both", "claimed", "observed"]);
    expect([...(stage.hub.connections[0]?.groups ?? [])].sort()).toEqual(["both", "claimed", "observed"]);
  });

  it("subscribers go on as if nothing had happened", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    const messages = record(client.group("g").messages$);
    stage.settle();
    stage.lose();
    stage.advance(10_000);
    stage.hub.sendToGroup("g", "after");
    stage.settle();
    expect(messages.values.map(({ data }) => data)).toEqual(["after"]);
    expect(outcomeOf(messages)).toBe("pending");
  });

  it("a recovery joins and leaves nothing: the service has kept every membership", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    for (const name of names(5)) client.group(name).messages$.subscribe();
    client.joinGroup("claimed").subscribe();
    stage.settle();
    stage.dropAndRecover();
    stage.advance(1_000);
    expect(client.state.status).toBe("connected");
    expect(stage.sent(undefined, 1)).toEqual([]);
    expect(stage.hub.connections[0]?.groups).toHaveLength(6);
  });

  it("a leave that falls due during a recovery waits for its end", () => {
    const stage = ScriptedStage.connected();
    const messages = record(stage.client.group("g").messages$);
    stage.socket.ack(1);
    messages.unsubscribe();
    stage.socket.end();
    stage.advance(0);
    stage.socket.open();
    stage.advance(300);
    expect(stage.socket.framesOf("leaveGroup")).toEqual([]);
    stage.socket.receive({ type: "pong" });
    expect(stage.socket.framesOf("leaveGroup")).toHaveLength(1);
  });

  it("at most rejoinConcurrency joins are in flight, and all are done in the end", () => {
    const stage = ScriptedStage.connected({ rejoinConcurrency: 3 });
    for (const name of names(10)) stage.client.group(name).messages$.subscribe();
    for (const { ackId } of stage.socket.framesOf("joinGroup")) stage.socket.ack(ackId);
    replaceSession(stage);
    const { socket } = stage;
    for (let answered = 0; answered < 10; answered++) {
      expect(socket.framesOf("joinGroup")).toHaveLength(Math.min(10, answered + 3));
      expect(stage.client.state.status).toBe("connecting");
      socket.ack(socket.framesOf("joinGroup")[answered]?.["ackId"]);
    }
    expect(stage.client.state.status).toBe("connected");
    expect(socket.framesOf("joinGroup").map(({ group }) => group)).toEqual(names(10));
  });

  it("a group given up before its turn is not joined", () => {
    const stage = ScriptedStage.connected({ rejoinConcurrency: 1 });
    const [, second] = names(2).map((name) => record(stage.client.group(name).messages$));
    stage.socket.ack(1);
    stage.socket.ack(2);
    replaceSession(stage);
    second?.unsubscribe();
    stage.socket.ack(3);
    expect(stage.client.state.status).toBe("connected");
    expect(stage.socket.frames.map(({ group }) => group)).toEqual(["g0"]);
  });
});

describe("autoRejoinGroups: false", () => {
  it("concerns groups joined by command; observed ones are joined again", () => {
    const stage = new VirtualStage();
    const client = stage.started({ autoRejoinGroups: false });
    client.joinGroup("claimed").subscribe();
    client.group("observed").messages$.subscribe();
    stage.settle();
    stage.lose();
    stage.advance(10_000);
    expect(stage.hub.connections[0]?.groups).toEqual(["observed"]);
  });

  it("does not concern a join that its session never answered", () => {
    const stage = ScriptedStage.connected({ autoRejoinGroups: false });
    const join = record(stage.client.joinGroup("g"));
    replaceSession(stage);
    stage.socket.ack(2);
    expect(outcomeOf(join)).toEqual({ ackId: 2, isDuplicated: false });
  });
});

describe("a rejoin that the service refuses", () => {
  const refuseRejoin = (code: string) => {
    const stage = ScriptedStage.connected();
    const { client } = stage;
    const failures = record(client.rejoinGroupFailed$);
    const [bad, good] = [record(client.group("bad").messages$), record(client.group("good").messages$)];
    stage.socket.ack(1);
    stage.socket.ack(2);
    replaceSession(stage);
    stage.socket.ack(3, { name: code, message: "no longer" });
    stage.socket.ack(4);
    return { stage, client, failures, bad, good };
  };

  it.each(["Forbidden", "BadRequest"])("for good (%s) is reported and errors that group's subscribers only", (code) => {
    const { stage, client, failures, bad, good } = refuseRejoin(code);
    expect(failures.values).toEqual([{ group: "bad", error: outcomeOf(bad) }]);
    expect(outcomeOf(bad)).toMatchObject({ code });
    expect(outcomeOf(good)).toBe("pending");
    expect(client.state).toMatchObject({ status: "connected", connectionId: "c2" });
    stage.socket.receive({ type: "message", from: "group", group: "good", dataType: "text", data: "hi" });
    expect(good.values).toHaveLength(1);
  });

  it("is not done again: the next subscription joins anew", () => {
    const { stage, client } = refuseRejoin("Forbidden");
    stage.advance(60_000);
    stage.socket.receive({ type: "pong" });
    expect(stage.socket.framesOf("joinGroup")).toHaveLength(2);
    const again = record(client.group("bad").messages$);
    expect(stage.socket.framesOf("joinGroup")).toHaveLength(3);
    stage.socket.ack(5);
    expect(outcomeOf(again)).toBe("pending");
  });

  it("of a group joined by command is reported, and the group is wanted no longer", () => {
    const stage = ScriptedStage.connected();
    const failures = record(stage.client.rejoinGroupFailed$);
    stage.client.joinGroup("g").subscribe();
    stage.socket.ack(1);
    replaceSession(stage);
    stage.socket.ack(2, { name: "Forbidden", message: "no longer" });
    expect(failures.values).toMatchObject([{ group: "g", error: { code: "Forbidden" } }]);
    replaceSession(stage, "c3");
    expect(stage.socket.framesOf("joinGroup")).toEqual([]);
  });

  it("one that another loss cuts off is done again, without a word", () => {
    const stage = ScriptedStage.connected();
    const failures = record(stage.client.rejoinGroupFailed$);
    const messages = record(stage.client.group("g").messages$);
    stage.socket.ack(1);
    replaceSession(stage, "c2");
    replaceSession(stage, "c3");
    expect(stage.socket.framesOf("joinGroup")).toHaveLength(1);
    stage.socket.ack(stage.socket.frames[0]?.["ackId"]);
    expect(failures.values).toEqual([]);
    expect(outcomeOf(messages)).toBe("pending");
    expect(stage.client.state).toMatchObject({ status: "connected", connectionId: "c3" });
  });
});

describe("rejoins that take long", () => {
  it("are waited for at most 5 s, then the session is ready without them and they go on", () => {
    const stage = ScriptedStage.connected();
    const joined = record(stage.client.group("slow").joined$);
    stage.client.group("slow").messages$.subscribe();
    stage.socket.ack(1);
    replaceSession(stage);
    stage.client.sendToGroup("elsewhere", "queued").subscribe();
    stage.advance(4_999);
    expect(stage.client.state.status).toBe("connecting");
    expect(stage.socket.framesOf("sendToGroup")).toEqual([]);
    stage.advance(1);
    expect(stage.client.state).toMatchObject({ status: "connected", connectionId: "c2" });
    expect(stage.socket.framesOf("sendToGroup")).toHaveLength(1);
    expect(joined.values.at(-1)).toBeNull();
    stage.socket.ack(2);
    expect(joined.values.at(-1)).toEqual({ connectionId: "c2" });
  });

  it("let messages through before they are settled", () => {
    const stage = ScriptedStage.connected();
    const messages = record(stage.client.group("g").messages$);
    stage.socket.ack(1);
    replaceSession(stage);
    stage.socket.receive({ type: "message", from: "group", group: "g", dataType: "text", data: "early" });
    expect(stage.client.state.status).toBe("connecting");
    expect(messages.values).toHaveLength(1);
  });

  it("for a while refused are tried again in the background and hold nobody up", () => {
    const stage = ScriptedStage.connected();
    const messages = record(stage.client.group("g").messages$);
    stage.socket.ack(1);
    replaceSession(stage);
    stage.socket.ack(2, { name: "InternalServerError", message: "later" });
    stage.advance(5_000);
    expect(stage.client.state.status).toBe("connected");
    expect(stage.socket.framesOf("joinGroup").map(({ ackId }) => ackId)).toEqual([2, 2]);
    expect(outcomeOf(messages)).toBe("pending");
  });
});

describe("rejoinGroupFailed$ tells of rejoins only, whoever watches joined$", () => {
  const FORBIDDEN = { name: "Forbidden", message: "no" };
  const lastJoin = (stage: ScriptedStage) => stage.socket.framesOf("joinGroup").at(-1)?.["ackId"];

  function joined() {
    const stage = ScriptedStage.connected();
    const failed = record(stage.client.rejoinGroupFailed$);
    const group = stage.client.group("g");
    record(group.joined$);
    const observed = record(group.messages$);
    stage.socket.ack(lastJoin(stage));
    return { stage, failed, group, observed };
  }

  it("not of the first join after a refusal", () => {
    const { stage, failed, group } = joined();
    replaceSession(stage);
    stage.socket.ack(lastJoin(stage), FORBIDDEN);
    expect(failed.values).toHaveLength(1);
    const anew = record(group.messages$);
    stage.socket.ack(lastJoin(stage), FORBIDDEN);
    expect(outcomeOf(anew)).toMatchObject({ code: "Forbidden" });
    expect(failed.values).toHaveLength(1);
  });

  it("nor of one for whoever comes after all had gone between two sessions", () => {
    const { stage, failed, group, observed } = joined();
    stage.socket.end(1008);
    observed.unsubscribe();
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    const anew = record(group.messages$);
    stage.socket.ack(lastJoin(stage), FORBIDDEN);
    expect(outcomeOf(anew)).toMatchObject({ code: "Forbidden" });
    expect(failed.values).toEqual([]);
  });
});
