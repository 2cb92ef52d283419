import { outcomeOf, record } from "../support/recording.js";
import { countingStage } from "./counting-stage.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("Acks that are lost, on %s", (_name, protocol) => {
  it("lost: the repeat is recognised, and counts as success", () => {
    const { stage, applied } = countingStage(protocol);
    stage.faults.loseAcks(stage.id, 2);
    const sent = record(stage.client.sendEvent("count", 1));
    stage.advance(30_000);
    expect(outcomeOf(sent)).toEqual({ ackId: 1, isDuplicated: true });
    expect(applied).toEqual([1]);
  });

  it("lost for good: AckTimeout after three more tries", () => {
    const { stage, applied } = countingStage(protocol);
    stage.faults.loseAcks(stage.id, 100);
    const sent = record(stage.client.sendEvent("count", 1));
    stage.advance(30_000);
    expect(outcomeOf(sent)).toMatchObject({ code: "AckTimeout", isRetriable: true });
    expect(stage.service.socket.sent.filter(({ type }) => type === "event")).toHaveLength(4);
    expect(applied).toEqual([1]);
  });

  it("lost, and then the link: a retry that cannot go out is no send that never was on the wire", () => {
    const { stage } = countingStage(protocol);
    stage.faults.loseAcks(stage.id, 100);
    const sent = record(stage.client.sendEvent("count", 1));
    stage.advance(2_500);
    const { id } = stage;
    stage.service.next(...Array.from({ length: 40 }, () => () => undefined));
    stage.faults.drop(id);
    stage.advance(60_000);
    expect(outcomeOf(sent)).toMatchObject({ code: "Unacknowledged" });
  });
});

describe.each(eachSubprotocol)("A leave that nobody answers, on %s", (_name, protocol) => {
  const observed = () => {
    const stage = new Stage({ protocol, ackTimeoutInMs: 2_000, leaveDelayInMs: 0 });
    const subscription = stage.client.group("room").messages$.subscribe();
    stage.advance(10);
    return { stage, subscription, groups: () => stage.service.hub.connections[0]?.groups };
  };

  it("is tried until it is, for as long as nobody wants the group", () => {
    const { stage, subscription, groups } = observed();
    // Broken on the way, for longer than any number of retries would last.
    stage.faults.freeze(stage.id);
    subscription.unsubscribe();
    stage.advance(50_000);
    expect(groups()).toEqual(["room"]);
    stage.faults.drop(stage.id);
    stage.advance(60_000);
    expect(groups()).toEqual([]);
  });

  it("may have been applied: who comes back meanwhile is joined anew", () => {
    const { stage, subscription, groups } = observed();
    stage.faults.loseAcks(stage.id, 1);
    subscription.unsubscribe();
    stage.advance(100);
    expect(groups()).toEqual([]);
    const messages = record(stage.client.group("room").messages$);
    stage.advance(10_000);
    expect(groups()).toEqual(["room"]);
    stage.service.hub.sendToGroup("room", "welcome back");
    stage.advance(1);
    expect(messages.values).toHaveLength(1);
  });
});

describe.each(["drop", "fail"] as const)("A send with whenOffline %s that was on the wire", (whenOffline) => {
  it("is tried again when the link is back, for it may have been applied", () => {
    const stage = new Stage({ ackTimeoutInMs: 2_000 });
    const applied: unknown[] = [];
    stage.service.hub.onEvent("count", ({ data }) => void applied.push(data));
    stage.faults.loseAcks(stage.id, 1);
    const sent = record(stage.client.sendEvent("count", 1, undefined, { whenOffline }));
    stage.advance(2_500);
    stage.service.next(() => undefined);
    stage.faults.drop(stage.id);
    // Its next try is due while there is no link.
    stage.advance(1_000);
    expect(stage.client.state.status).toBe("recovering");
    stage.service.scripted(1).end(1006);
    stage.advance(10_000);
    expect(outcomeOf(sent)).toEqual({ ackId: 1, isDuplicated: true });
    expect(applied).toEqual([1]);
  });
});
