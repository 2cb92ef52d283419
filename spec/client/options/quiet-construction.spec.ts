import { Subject, VirtualTimeScheduler } from "rxjs";
import { WebPubSubClient } from "../../../lib/index.js";
import { ScriptedWebSocket } from "../../support/scripted-web-socket.js";

const url = "wss://example.test/client/hubs/chat?access_token=t";

/** Timers that are set while something happens. */
function timersDuring(happen: () => void): number {
  const spies = (["setTimeout", "setInterval", "setImmediate"] as const).map((name) => jest.spyOn(globalThis, name));
  try {
    happen();
    return spies.reduce((calls, spy) => calls + spy.mock.calls.length, 0);
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

describe("importing", () => {
  it("starts no timer and opens nothing, on a platform without WebSocket too", () => {
    const holder = globalThis as { WebSocket?: unknown };
    const { WebSocket: platforms } = holder;
    delete holder.WebSocket;
    try {
      const timers = timersDuring(() => jest.isolateModules(() => void jest.requireActual("../../../lib/index")));
      expect(timers).toBe(0);
    } finally {
      if (platforms !== undefined) holder.WebSocket = platforms;
    }
  });
});

describe("making a client", () => {
  it("starts no timer, opens nothing, asks for no access URL, and listens to nothing", () => {
    const scheduler = new VirtualTimeScheduler();
    const wake$ = new Subject<void>();
    const opened: string[] = [];
    let asked = 0;
    class Spy extends ScriptedWebSocket {
      constructor(address: string) {
        super(address);
        opened.push(address);
      }
    }
    const timers = timersDuring(() => {
      const client = new WebPubSubClient(
        () => {
          asked++;
          return [url];
        },
        { scheduler, wake$, webSocketCtor: Spy, random: () => 0 },
      );
      // Nor does looking at it.
      client.group("g");
      void client.sendToGroup("g", "x");
      expect(client.state).toEqual({ status: "stopped", reason: "initial" });
      client.state$.subscribe().unsubscribe();
      client.connected$.subscribe();
      client.acks$.subscribe();
      client.group("g").joined$.subscribe();
    });
    expect({ timers, asked, opened, scheduled: scheduler.actions.length, listening: wake$.observed }).toEqual({
      timers: 0,
      asked: 0,
      opened: [],
      scheduled: 0,
      listening: false,
    });
  });

  it("needs no options", () => {
    expect(new WebPubSubClient(url).state.status).toBe("stopped");
    expect(new WebPubSubClient(url, {}).state.status).toBe("stopped");
  });

  it("reads the options once: what is changed in them later changes nothing", () => {
    const options = { idleCloseInMs: 1_000, whenOffline: "fail" as "fail" | "queue", webSocketCtor: ScriptedWebSocket };
    const client = new WebPubSubClient(url, options);
    options.whenOffline = "queue";
    let code: unknown;
    client.sendToGroup("g", "x").subscribe({ error: (error: unknown) => (code = (error as { code: string }).code) });
    expect(code).toBe("LinkLost");
  });
});

it("a client that did nothing is disposed without a trace", async () => {
  const scheduler = new VirtualTimeScheduler();
  const client = new WebPubSubClient(url, { scheduler, webSocketCtor: ScriptedWebSocket });
  let completed = 0;
  client.state$.subscribe({ complete: () => completed++ });
  await client.dispose();
  expect(completed).toBe(1);
  expect(scheduler.actions).toEqual([]);
  expect(client.state).toEqual({ status: "stopped", reason: "disposed" });
});
