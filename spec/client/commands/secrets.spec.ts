import { inspect } from "node:util";
import { WebPubSubClient } from "../../../lib/index.js";
import { recordLog } from "../../support/log.js";
import { record } from "../../support/recording.js";
import { statusesOf } from "../../support/statuses.js";
import { ScriptedWebSocket } from "../../support/scripted-web-socket.js";
import { VirtualTimeScheduler } from "rxjs";

const ACCESS = "eyJhbGciOiJIUzI1NiJ9.eyJhY2Nlc3MiOjF9.QUNDRVNTLVNJR05BVFVSRQ";
const RECONNECTION = "opaque-reconnection-token-5eCr3t";

/** Everything that a value shows when it is logged: text, stack, causes, fields. */
const shown = (value: unknown): string => inspect(value, { depth: 12, showHidden: true });

const lines = recordLog("verbose");

it("no token is in any state, error, notice or log line, however a connection fares", () => {
  const scheduler = new VirtualTimeScheduler();
  const sockets: ScriptedWebSocket[] = [];
  const url = `wss://example.test/client/hubs/chat?access_token=${ACCESS}`;
  const advance = (ms: number) => {
    const target = scheduler.frame + ms;
    scheduler.maxFrames = target;
    scheduler.flush();
    scheduler.frame = target;
  };
  class Socket extends ScriptedWebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols);
      sockets.push(this);
      // As platforms do it: the address, query and all, is in the error's text.
      if (sockets.length === 2) throw new Error(`could not connect to ${address}`);
    }
  }
  const client = new WebPubSubClient(url, { webSocketCtor: Socket, scheduler, random: () => 0.5 });
  const all = statusesOf(client).map((status) => record(status));
  client.start().catch(() => undefined);
  sockets[0]?.open();
  sockets[0]?.connected("c1", RECONNECTION);
  const commands = [record(client.sendToGroup("g", 1)), record(client.sendEvent("e", 1))];
  sockets[0]?.receive(`{"type":5,"reconnectionToken":"${RECONNECTION}","url":"${url}"}`);
  sockets[0]?.receive({ type: "system", event: "disconnected", message: `bye, ${url}` });
  sockets[0]?.end(1006, { reason: `lost ${url}` });
  advance(1_000);
  sockets.at(-1)?.open();
  sockets.at(-1)?.end(1008, { reason: `token ${ACCESS} expired` });
  advance(60_000);
  commands.push(record(client.sendToGroup("g", 2)));
  void client.stop();
  advance(1_000);

  const seen = [...all, ...commands].flatMap(({ values, errors }) => [...values, ...errors]);
  expect(seen.length).toBeGreaterThan(8);
  expect(lines.length).toBeGreaterThan(3);
  const text = [...seen.map(shown), ...lines, shown(client.state)].join("\n");
  expect(text).toContain("***");
  for (const secret of [ACCESS, RECONNECTION, "QUNDRVNTLVNJR05BVFVSRQ", "5eCr3t"]) expect(text).not.toContain(secret);
});

it("a foreign error that JSON cannot write hands on no token: what cannot be looked through is left out", async () => {
  const request: Record<string, unknown> = { url: `https://app.example/negotiate?access_token=${ACCESS}` };
  request["self"] = request;
  const refuse = () => {
    throw Object.assign(new Error("boom"), { request });
  };
  const client = new WebPubSubClient(refuse, { reconnectRetryOptions: { maxRetries: 0 } });
  const error: unknown = await client.start().catch((reason: unknown) => reason);
  expect(inspect([error, client.state], { depth: 20 })).toContain("boom");
  expect(inspect([error, client.state], { depth: 20 })).not.toContain(ACCESS);
});
