import { closing, failing, refusing, unreachable, type Peer } from "../support/peers.js";
import { untimed } from "../support/history.js";
import { eachSubprotocol, Stage } from "./each-subprotocol.js";

const errorOnly: Peer = (socket) => {
  socket.onerror?.({ type: "error", message: "no route" } as never);
  socket.readyState = 3;
};
const closeThenError: Peer = (socket) => {
  const { onerror } = socket;
  socket.end(1006);
  onerror?.({ type: "error", message: "late" } as never);
};

describe.each(eachSubprotocol)("A connection that is refused, on %s", (_name, protocol) => {
  it.each<readonly [string, Peer, number]>([
    ["an error, then a close", failing("no route"), 0],
    ["a close alone", (socket) => socket.end(1006), 0],
    ["a close, then an error", closeThenError, 0],
    ["an error that no close follows", errorOnly, 100],
    ["HTTP 503", refusing(503), 0],
    ["an open and a close at once", closing(1011), 0],
  ])("by %s is one failed attempt, and tried again", (_how, peer, noticedAfter) => {
    const stage = new Stage({ protocol }, [peer]);
    stage.advance(noticedAfter);
    expect(stage.client.state).toMatchObject({ status: "disconnected", attempt: 2, retryAt: noticedAfter + 500 });
    stage.advance(10_000);
    expect(stage.client.state.status).toBe("connected");
    expect(stage.service.sockets).toHaveLength(2);
    expect(stage.leftAfterStop()).toEqual({ sockets: 0, timers: 0 });
  });

  it("for long is tried ever more slowly, at most 30 s apart, and never given up", () => {
    const stage = new Stage(
      { protocol },
      Array.from({ length: 30 }, () => unreachable),
    );
    stage.advance(1_000_000);
    expect(stage.client.state.status).toBe("connected");
    const waits = untimed(stage.history.lines)
      .filter((line) => line.startsWith("state$ disconnected"))
      .map((line) => Number(/at (\d+)/.exec(line)?.[1]));
    const gaps = waits.map((at, i) => at - (waits[i - 1] ?? 0));
    expect(gaps.slice(0, 7)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(new Set(gaps.slice(5))).toEqual(new Set([15_000]));
  });

  it("while the browser says for ever that it is offline is tried all the same", () => {
    const { navigator } = globalThis as { navigator?: object };
    Object.defineProperty(globalThis, "navigator", { configurable: true, value: { onLine: false } });
    try {
      const stage = new Stage({ protocol }, [unreachable, unreachable]);
      stage.advance(5_000);
      expect(stage.client.state.status).toBe("connected");
    } finally {
      Object.defineProperty(globalThis, "navigator", { configurable: true, value: navigator });
    }
  });
});
