import { ReplaySubject, take, toArray, lastValueFrom } from "rxjs";
import { WebPubSubEmulator } from "../../../lib/emulator/index.js";
import { WebPubSubClient } from "../../../lib/index.js";
import { record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

const message = (sequenceId: number, data = "") => ({
  type: "message",
  from: "server",
  dataType: "text",
  data,
  sequenceId,
});
const acknowledged = (stage: ScriptedStage) => stage.socket.framesOf("sequenceAck").map(({ sequenceId }) => sequenceId);

describe("received messages are acknowledged", () => {
  it("by count, in the turn of the message itself: with every timer frozen 950 messages need 4 acks", () => {
    const stage = ScriptedStage.connected();
    stage.client.serverMessages$.subscribe();
    for (let id = 1; id <= 950; id++) stage.socket.receive(message(id));
    expect(acknowledged(stage)).toEqual([200, 400, 600, 800]);
  });

  it("by bytes of UTF-8", () => {
    const stage = ScriptedStage.connected({ sequenceAck: { bytes: 3_000 } });
    for (let id = 1; id <= 4; id++) stage.socket.receive(message(id, "ä".repeat(750)));
    expect(acknowledged(stage)).toEqual([2, 4]);
  });

  it("by time, and not again while there is nothing new", () => {
    const stage = ScriptedStage.connected({ keepAliveTimeoutInMs: 0 });
    stage.socket.receive(message(1));
    stage.advance(999);
    expect(acknowledged(stage)).toEqual([]);
    stage.advance(1);
    expect(acknowledged(stage)).toEqual([1]);
    stage.advance(60_000);
    expect(acknowledged(stage)).toEqual([1]);
  });

  it("at once when the ids jump by the count", () => {
    const stage = ScriptedStage.connected();
    stage.socket.receive(message(1));
    stage.socket.receive(message(300));
    expect(acknowledged(stage)).toEqual([300]);
  });

  it("also when nobody is subscribed", () => {
    const stage = ScriptedStage.connected({ sequenceAck: { count: 1 } });
    stage.socket.receive(message(1));
    expect(acknowledged(stage)).toEqual([1]);
  });

  it("and repeats, after a recovery, again", () => {
    const stage = ScriptedStage.connected();
    for (let id = 1; id <= 10; id++) stage.socket.receive(message(id));
    stage.advance(1_000);
    stage.socket.end();
    stage.advance(0);
    stage.recover();
    for (let id = 1; id <= 10; id++) stage.socket.receive(message(id));
    stage.advance(1_000);
    expect(acknowledged(stage)).toEqual([10]);
  });

  it("never on the subprotocol without recovery", () => {
    const stage = ScriptedStage.connected({
      protocol: "json.webpubsub.azure.v1",
      sequenceAck: { count: 1, timeInMs: 0 },
    });
    stage.socket.receive(message(1));
    stage.advance(10_000);
    expect(acknowledged(stage)).toEqual([]);
  });

  it("not on a link that is down: the next one tells as soon as it has proved alive", () => {
    const stage = ScriptedStage.connected();
    stage.socket.receive(message(1));
    stage.socket.end();
    stage.advance(2_000);
    expect(stage.sockets.flatMap((socket) => socket.framesOf("sequenceAck"))).toEqual([]);
    stage.recover();
    expect(acknowledged(stage)).toEqual([1]);
  });
});

const MESSAGES = 100_000;
/** A service ends the session when it would hold 1,000 messages; a strict sender waits before. */
const WINDOW = 999;

describe("100,000 messages as fast as a strict service may send them", () => {
  it("all arrive once and in order, in memory", () => {
    const stage = new VirtualStage();
    const client = stage.started();
    let expected = 0;
    client.serverMessages$.subscribe(({ data }) => {
      if (data !== ++expected) throw new Error(`${String(data)} came in place of ${expected}`);
    });
    const ends = record(client.disconnected$);
    let most = 0;
    for (let n = 1; n <= MESSAGES;) {
      const room = WINDOW - (stage.hub.connections[0]?.unacknowledged ?? WINDOW);
      // The client has no timer to help itself with: time stands still.
      if (room === 0) throw new Error(`stuck at ${n}`);
      for (let i = 0; i < room && n <= MESSAGES; i++) stage.hub.sendToAll(n++);
      most = Math.max(most, stage.hub.connections[0]?.unacknowledged ?? 0);
      stage.settle();
    }
    expect(expected).toBe(MESSAGES);
    expect(most).toBe(WINDOW);
    expect(ends.values).toEqual([]);
    expect(stage.sockets).toHaveLength(1);
  }, 60_000);

  it("all arrive once and in order, over a port", async () => {
    const emulator = await WebPubSubEmulator.start({ port: 0 });
    const client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat" }));
    try {
      await client.start();
      const hub = emulator.hub("chat");
      const received = new ReplaySubject<number>();
      client.serverMessages$.subscribe(({ data }) => received.next(Number(data)));
      const all = lastValueFrom(received.pipe(take(MESSAGES), toArray()));
      const unacknowledged = () => hub.connections[0]?.unacknowledged ?? NaN;
      for (let n = 1; n <= MESSAGES;) {
        for (let room = WINDOW - unacknowledged(); room > 0 && n <= MESSAGES; room--) hub.sendToAll(n++);
        expect(unacknowledged()).toBeLessThanOrEqual(WINDOW);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await all).toEqual(Array.from({ length: MESSAGES }, (_none, i) => i + 1));
      expect(hub.connections).toHaveLength(1);
      expect(client.state.status).toBe("connected");
    } finally {
      await client.dispose();
      await emulator.stop();
    }
  }, 60_000);
});
