import { untimed } from "../support/history.js";
import { outcomeOf, record } from "../support/recording.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

describe.each(eachSubprotocol)("Frames that arrive broken, on %s", (_name, protocol) => {
  it("are told in protocolErrors$, one each, and the good ones around them arrive on the same socket", () => {
    const stage = new Stage({ protocol });
    stage.history.take();
    stage.send(1);
    stage.faults.garble(stage.id, 2);
    stage.send(2, 3, 4);
    expect(stage.received).toEqual([1, 4]);
    expect(stage.protocolErrors.values).toHaveLength(2);
    expect(stage.history.lines).toEqual([]);
    expect(stage.service.sockets).toHaveLength(1);
  });

  it("count as a sign of life all the same", () => {
    const stage = new Stage({ protocol, keepAliveTimeoutInMs: 30_000 });
    stage.history.take();
    stage.faults.garble(stage.id, 1_000);
    stage.advance(100_000);
    expect(stage.history.lines).toEqual([]);
  });

  it("instead of an ack: the send is tried again under its id, and its repeat is a success", () => {
    const stage = new Stage({ protocol });
    stage.faults.garble(stage.id);
    const sent = record(stage.client.sendEvent("missing", 1));
    stage.service.hub.onEvent("missing", () => undefined);
    stage.advance(32_000);
    expect(outcomeOf(sent)).toMatchObject({ ackId: 1 });
  });

  it("instead of the handshake: the attempt ends in time, and the next one succeeds", () => {
    const stage = new Stage({ protocol, startTimeoutInMs: 5_000 }, [
      (socket) => {
        socket.open();
        socket.receive('{"type":"system","event":"conn');
      },
    ]);
    stage.advance(10_000);
    expect(untimed(stage.history.lines)).toEqual([
      "state$ stopped initial",
      "state$ connecting 1",
      "state$ disconnected 2 at 5500 (handshake)",
      "state$ connecting 2 (handshake)",
      "state$ connected A",
      "connected$ A",
    ]);
  });
});
