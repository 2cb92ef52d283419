import { record } from "../support/recording.js";
import { countingStage } from "./counting-stage.js";
import { eachSubprotocol } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("Acks that come more than once, or for nothing, on %s", (_name, protocol) => {
  it("twice, or for ids that nobody knows: nothing happens but acks$", () => {
    const { stage } = countingStage(protocol);
    const acks = record(stage.client.acks$);
    const sent = record(stage.client.sendEvent("count", 1));
    stage.advance(1);
    stage.history.take();
    const { socket } = stage.service;
    for (const ackId of [1, 1, 2, 999, Number.MAX_SAFE_INTEGER]) {
      socket.inject(JSON.stringify({ type: "ack", ackId, success: false, error: { name: "Forbidden", message: "" } }));
    }
    expect(sent.values).toEqual([{ ackId: 1, isDuplicated: false }]);
    expect(sent.errors).toEqual([]);
    expect(acks.values).toHaveLength(6);
    expect(stage.history.lines).toEqual([]);
  });
});
