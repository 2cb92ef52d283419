import { VirtualTimeScheduler } from "rxjs";
import { WebPubSubClient } from "../../lib/index.js";
import { Dice } from "../chaos/dice.js";
import { closing, hung, welcoming, type Peer } from "../support/peers.js";
import { ScriptedWebSocket } from "../support/scripted-web-socket.js";
import { Stage } from "./each-subprotocol.js";
import { untimed } from "../support/history.js";

/** Shakes hands and closes, each time with the end of the session. */
const openThenClose: Peer = (socket) => {
  welcoming(`session ${String(Math.random())}`)(socket);
  socket.end(1008);
};

const waits = (stage: Stage): number[] =>
  stage.history.lines
    .filter((line) => line.includes("state$ disconnected"))
    .map((line) => Number(/ at (\d+)/.exec(line)?.[1]) - Number(line.split(" ")[0]));

describe("The counter of attempts", () => {
  it.each([
    ["before the handshake", closing(1011)],
    ["right after it", openThenClose],
  ])("grows with a service that opens and closes %s", (_when, peer) => {
    const stage = new Stage(
      {},
      Array.from({ length: 8 }, () => peer),
    );
    stage.advance(100_000);
    expect(waits(stage)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("is not reset by a session whose links never lived stableAfterInMs, however long it was being recovered", () => {
    const stage = new Stage({ startTimeoutInMs: 40_000 }, [welcoming("A"), hung, welcoming("B"), hung]);
    stage.advance(1_000);
    stage.service.scripted(0).end(1006);
    stage.advance(30_000);
    expect(waits(stage)).toEqual([500]);
    stage.advance(1_000);
    stage.service.scripted(2).end(1006);
    stage.advance(30_000);
    expect(waits(stage)).toEqual([500, 1_000]);
    expect(stage.client.state).toMatchObject({ status: "disconnected", attempt: 3 });
  });

  it("is not reset by a session of many short links", () => {
    const stage = new Stage({}, [openThenClose, ...Array.from({ length: 31 }, () => welcoming("A"))]);
    stage.advance(500);
    for (let i = 1; i < 31; i++) {
      stage.advance(1_000);
      stage.service.scripted(i).end(i < 30 ? 1006 : 1008);
    }
    expect(waits(stage)).toEqual([500, 1_000]);
  });

  it("is reset by a recovered link that has lived so long", () => {
    const stage = new Stage({}, [openThenClose, welcoming("A"), welcoming("A")]);
    stage.advance(1_500);
    stage.service.scripted(1).end(1006);
    stage.advance(10_000);
    stage.service.scripted(2).end(1008);
    expect(waits(stage)).toEqual([500, 500]);
    expect(untimed(stage.history.lines).at(-2)).toMatch(/^state\$ disconnected 1 /);
  });
});

describe("A thousand clients whose sessions the service ends together", () => {
  const CLIENTS = 1_000;

  /** When each client opened its sockets after the end, in order. */
  function herd(): number[][] {
    const scheduler = new VirtualTimeScheduler();
    const dice = new Dice(42);
    const openings: number[][] = [];
    const connected: ScriptedWebSocket[] = [];
    for (let i = 0; i < CLIENTS; i++) {
      const own: number[] = [];
      openings.push(own);
      const webSocketCtor = class extends ScriptedWebSocket {
        constructor(url: string) {
          super(url);
          own.push(scheduler.now());
          scheduler.schedule(() => {
            if (own.length > 1) this.end(1006);
            else {
              welcoming(`c${i}`)(this);
              connected.push(this);
            }
          });
        }
      };
      const client = new WebPubSubClient("wss://example.test/client/hubs/chat?access_token=t", {
        webSocketCtor,
        scheduler,
        random: dice.next,
      });
      void client.start();
    }
    const run = (until: number) => {
      scheduler.maxFrames = until;
      scheduler.flush();
      scheduler.frame = until;
    };
    run(500);
    expect(connected).toHaveLength(CLIENTS);
    for (const socket of connected) socket.end(1008, { reason: "the service restarts" });
    run(16_500);
    return openings.map((times) => times.slice(1).map((time) => time - 500));
  }

  it("come back apart: no 100 ms hold over 15 % of the first retries, nor over 5 % of the third and later", () => {
    const retries = herd();
    const worst = (retry: number) => {
      const buckets = new Map<number, number>();
      for (const times of retries) {
        const bucket = Math.floor((times[retry - 1] ?? NaN) / 100);
        buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      }
      return Math.max(...buckets.values()) / CLIENTS;
    };
    expect(worst(1)).toBeLessThanOrEqual(0.15);
    expect(worst(3)).toBeLessThanOrEqual(0.05);
    expect(worst(4)).toBeLessThanOrEqual(0.05);
  }, 30_000);
});
