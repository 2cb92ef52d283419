import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";

/* Joins and leaves of one group that overtake each other: in the end the service and the client agree. */

const LATER = { name: "InternalServerError", message: "later" };
const DUPLICATE = { name: "Duplicate", message: "" };

function connected() {
  const stage = ScriptedStage.connected();
  const { client } = stage;
  const joined = record(client.group("g").joined$);
  return {
    stage,
    ack: (ackId: number, error?: { readonly name: string; readonly message: string }) => {
      stage.socket.ack(ackId, error);
    },
    join: () => record(client.joinGroup("g")),
    leave: () => record(client.leaveGroup("g")),
    observe: () => record(client.group("g").messages$),
    advance: (ms: number) => {
      stage.advance(ms);
    },
    /** What has been sent about groups on the newest socket. */
    get sent() {
      const changes = stage.socket.frames.filter(({ type }) => type === "joinGroup" || type === "leaveGroup");
      return changes.map(({ type, ackId }) => `${type === "joinGroup" ? "join" : "leave"} ${String(ackId)}`);
    },
    get isJoined() {
      return joined.values.at(-1) !== null;
    },
  };
}

describe("What was refused for now and what came after it", () => {
  it("a join is not tried again once the group was left", () => {
    const group = connected();
    const join = group.join();
    group.ack(1, LATER);
    group.leave();
    group.ack(2);
    group.advance(60_000);
    expect(group.sent).toEqual(["join 1", "leave 2"]);
    expect(outcomeOf(join)).toMatchObject({ code: "InternalServerError" });
  });

  it("a leave is not tried again once the group was joined", () => {
    const group = connected();
    group.join();
    group.ack(1);
    const leave = group.leave();
    group.ack(2, LATER);
    group.join();
    group.ack(3);
    group.advance(60_000);
    expect(group.sent).toEqual(["join 1", "leave 2", "join 3"]);
    expect(outcomeOf(leave)).toMatchObject({ code: "InternalServerError" });
    expect(group.isJoined).toBe(true);
  });

  it("nor is one of two leaves, when the other has gone through and the group was joined since", () => {
    const group = connected();
    group.join();
    group.ack(1);
    group.leave();
    group.leave();
    group.ack(2, LATER);
    group.ack(3);
    group.join();
    group.ack(4);
    group.advance(60_000);
    expect(group.sent).toEqual(["join 1", "leave 2", "leave 3", "join 4"]);
    expect(group.isJoined).toBe(true);
  });

  it("an observer who went before the join was tried again takes no later claim along", () => {
    const group = connected();
    group.observe().unsubscribe();
    group.ack(1, LATER);
    group.join();
    group.ack(2);
    group.advance(60_000);
    expect(group.sent).toEqual(["join 1", "join 2"]);
    expect(group.isJoined).toBe(true);
  });

  it("a join that failed as often as it may leaves the group that an observer has left meanwhile", () => {
    const group = connected();
    const observer = group.observe();
    group.ack(1);
    const join = group.join();
    group.ack(2, LATER);
    observer.unsubscribe();
    for (let i = 0; i < 3; i++) {
      group.advance(1_000);
      group.ack(2, LATER);
    }
    expect(outcomeOf(join)).toMatchObject({ code: "InternalServerError" });
    group.advance(1_000);
    expect(group.sent.at(-1)).toBe("leave 3");
  });
});

describe("A leave under way", () => {
  it("and a group observed and given up meanwhile: it is left once more", () => {
    const group = connected();
    group.leave();
    const observer = group.observe();
    observer.unsubscribe();
    group.ack(1);
    group.advance(250);
    group.ack(2);
    expect(group.sent).toEqual(["leave 1", "join 2", "leave 3"]);
  });

  it("and an observer who relied on a join whose caller has gone, and went too: it is left once more", () => {
    const group = connected();
    group.join();
    group.ack(1);
    group.leave();
    const join = group.join();
    const observer = group.observe();
    join.unsubscribe();
    observer.unsubscribe();
    group.ack(2);
    group.advance(250);
    expect(group.sent).toEqual(["join 1", "leave 2", "join 3", "leave 4"]);
  });

  it("and a join whose caller has gone: it is left once more", () => {
    const group = connected();
    group.leave();
    const join = group.join();
    group.ack(1);
    join.unsubscribe();
    expect(group.sent).toEqual(["leave 1", "join 2", "leave 3"]);
  });

  it("whose caller has gone is forgotten, as any command, and its id is free", () => {
    const group = connected();
    group.join();
    group.ack(1);
    record(group.stage.client.leaveGroup("g", { ackId: 7 })).unsubscribe();
    group.advance(100_000);
    expect(group.sent).toEqual(["join 1", "leave 7"]);
    const send = record(group.stage.client.sendToGroup("g", "a", "text", { ackId: 7 }));
    expect(outcomeOf(send)).toBe("pending");
  });

  it("that was refused for now, and whose caller has gone, leaves everything as it was", () => {
    const group = connected();
    group.join();
    group.ack(1);
    const leave = group.leave();
    group.ack(2, LATER);
    leave.unsubscribe();
    group.advance(60_000);
    expect(group.isJoined).toBe(true);
  });

  it("whose caller has gone may be done all the same: who observes the group then joins it", () => {
    const group = connected();
    group.join();
    group.ack(1);
    group.leave().unsubscribe();
    group.ack(2);
    expect(group.isJoined).toBe(false);
    group.observe();
    expect(group.sent).toEqual(["join 1", "leave 2", "join 3"]);
  });
});

describe("Two that were done before the link was cut, and are acknowledged as repeats", () => {
  const cut = (group: ReturnType<typeof connected>) => {
    group.stage.socket.end(1006);
    group.advance(0);
    group.stage.recover();
  };

  it("a join, then a leave: not joined, and who observes the group joins it", () => {
    const group = connected();
    group.join();
    group.leave();
    cut(group);
    group.ack(1, DUPLICATE);
    group.ack(2, DUPLICATE);
    expect(group.isJoined).toBe(false);
    group.observe();
    expect(group.sent).toEqual(["join 1", "leave 2", "join 3"]);
  });

  it("a leave, then a join: joined", () => {
    const group = connected();
    group.leave();
    group.join();
    cut(group);
    group.ack(1, DUPLICATE);
    group.ack(2, DUPLICATE);
    expect(group.isJoined).toBe(true);
  });
});

describe("A joinGroup that a leaveGroup overtakes", () => {
  it.each([
    ["without a session is done with it", (stage: ScriptedStage) => stage],
    [
      "and that was sent on a session lost since is done with it",
      (stage: ScriptedStage) => {
        void stage.client.start();
        stage.socket.open();
        stage.socket.connected();
        stage.socket.end(1008);
        return stage;
      },
    ],
  ])("%s, as both would have been in a session", (_what, prepare) => {
    const stage = prepare(new ScriptedStage());
    const join = record(stage.client.joinGroup("g"));
    const leave = record(stage.client.leaveGroup("g"));
    expect([join, leave].map(outcomeOf)).toEqual([{ isDuplicated: false }, { isDuplicated: false }]);
  });

  it("that was sent, and then its session lost, settles", () => {
    const stage = ScriptedStage.connected();
    const join = record(stage.client.joinGroup("g"));
    record(stage.client.leaveGroup("g"));
    stage.socket.end(1008);
    expect(outcomeOf(join)).toEqual({ isDuplicated: false });
    stage.advance(1_000);
    stage.socket.open();
    stage.socket.connected("c2");
    expect(stage.socket.framesOf("joinGroup")).toEqual([]);
  });

  it("as one of the session's joins, refused for now, errors with that and joins nothing", () => {
    const stage = new ScriptedStage();
    void stage.client.start();
    const join = record(stage.client.joinGroup("g"));
    stage.socket.open();
    stage.socket.connected();
    record(stage.client.leaveGroup("g"));
    stage.socket.ack(1, LATER);
    stage.socket.ack(2);
    stage.advance(60_000);
    expect(outcomeOf(join)).toMatchObject({ code: "InternalServerError" });
    expect(stage.socket.framesOf("joinGroup")).toHaveLength(1);
  });
});

it("a first join after a leave that is refused is told to its caller, and is no failed rejoin", () => {
  const group = connected();
  const failed = record(group.stage.client.rejoinGroupFailed$);
  group.join();
  group.ack(1);
  group.leave();
  group.ack(2);
  const observer = group.observe();
  group.ack(3, { name: "Forbidden", message: "no longer" });
  expect(outcomeOf(observer)).toMatchObject({ code: "Forbidden" });
  expect(failed.values).toEqual([]);
});

describe("An ack that comes after its time", () => {
  it("may be that of the first transmission: a join that a leave has followed is made anew", () => {
    const group = connected();
    group.observe().unsubscribe();
    const leave = group.leave();
    const seen = group.observe();
    group.advance(31_000);
    expect(group.sent.slice(0, 3)).toEqual(["join 1", "leave 2", "join 1"]);
    group.ack(1);
    group.ack(2);
    expect(outcomeOf(leave)).toMatchObject({ ackId: 2 });
    expect(group.sent.at(-1)).toBe("join 3");
    group.ack(3);
    expect(group.isJoined).toBe(true);
    group.stage.socket.receive({ type: "message", from: "group", group: "g", dataType: "text", data: "hello" });
    expect(seen.values).toHaveLength(1);
  });
});

describe("A refusal of what observers want", () => {
  const FORBIDDEN = { name: "Forbidden", message: "no" };

  it("leaves a join command under way its own answer", () => {
    const group = connected();
    const observed = group.observe();
    const join = group.join();
    group.ack(1, FORBIDDEN);
    expect(outcomeOf(observed)).toMatchObject({ code: "Forbidden" });
    group.ack(2);
    expect(outcomeOf(join)).toEqual({ ackId: 2, isDuplicated: false });
    expect(group.isJoined).toBe(true);
  });

  it("and the loss of the session after it leave the command to the next one", () => {
    const group = connected();
    group.observe();
    const join = group.join();
    group.ack(1, FORBIDDEN);
    group.stage.socket.end(1008);
    group.advance(1_000);
    group.stage.socket.open();
    group.stage.socket.connected("c2");
    expect(group.sent).toEqual(["join 3"]);
    group.ack(3, FORBIDDEN);
    expect(outcomeOf(join)).toMatchObject({ code: "Forbidden" });
  });

  it("lets a command that is unsubscribed then be undone by a leave", () => {
    const group = connected();
    group.observe();
    const join = group.join();
    group.ack(1, FORBIDDEN);
    join.unsubscribe();
    expect(group.sent).toEqual(["join 1", "join 2", "leave 3"]);
  });
});
