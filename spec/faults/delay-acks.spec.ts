import { outcomeOf, record } from "../support/recording.js";
import { countingStage } from "./counting-stage.js";
import { eachSubprotocol } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("Acks that come late, on %s", (_name, protocol) => {
  it("late, but in time: a success, and nothing is sent twice", () => {
    const { stage, applied } = countingStage(protocol);
    stage.faults.delayAcks(stage.id, 1_900);
    const sent = record(stage.client.sendEvent("count", 1));
    stage.advance(5_000);
    expect(outcomeOf(sent)).toEqual({ ackId: 1, isDuplicated: false });
    expect(stage.service.socket.sent.filter(({ type }) => type === "event")).toHaveLength(1);
    expect(applied).toEqual([1]);
  });

  it("in the wait before the send goes out again: a success all the same, and nothing is sent twice", () => {
    const { stage, applied } = countingStage(protocol);
    stage.faults.delayAcks(stage.id, 2_500);
    const sent = record(stage.client.sendEvent("count", 1));
    stage.advance(2_600);
    expect(outcomeOf(sent)).toEqual({ ackId: 1, isDuplicated: false });
    stage.advance(30_000);
    expect(stage.service.socket.sent.filter(({ type }) => type === "event")).toHaveLength(1);
    expect(applied).toEqual([1]);
  });

  it("too late: the send has gone out again under its id, was applied once, and settles once", () => {
    const { stage, applied } = countingStage(protocol);
    stage.faults.delayAcks(stage.id, 3_500);
    const sent = record(stage.client.sendEvent("count", 1));
    stage.advance(30_000);
    expect(stage.service.socket.sent.filter(({ type }) => type === "event")).toHaveLength(2);
    expect(applied).toEqual([1]);
    expect(sent.values).toEqual([{ ackId: 1, isDuplicated: false }]);
    expect(sent.completions).toBe(1);
  });
});
