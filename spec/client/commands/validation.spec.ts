import type { Observable } from "rxjs";
import type { DataType, WebPubSubClient } from "../../../lib/index.js";
import { outcomeOf, record } from "../../support/recording.js";
import { ScriptedStage } from "../../support/scripted-web-socket.js";
import { VirtualStage } from "../../support/virtual-stage.js";

type Command = (client: WebPubSubClient) => Observable<unknown>;

const MiB = 1_048_576;
const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

const send =
  (content: unknown, dataType?: unknown, options?: object): Command =>
  (client) =>
    client.sendToGroup("g", content, dataType as DataType, options);
const event =
  (content: unknown, dataType?: unknown, options?: object): Command =>
  (client) =>
    client.sendEvent("e", content, dataType as DataType, options);

/** Content that makes a frame of exactly so many bytes. */
function filling(bytes: number): string {
  const empty = JSON.stringify({ type: "sendToGroup", group: "g", dataType: "text", data: "", ackId: 1 }).length;
  return "x".repeat(bytes - empty);
}

const bad: [string, Command, new (message?: string) => Error][] = [
  ["null", send(null), TypeError],
  ["undefined", send(undefined), TypeError],
  ["a function", event(() => 1), TypeError],
  ["NaN", send(NaN), TypeError],
  ["a cyclic object", send(cyclic), TypeError],
  ["a BigInt", send(1n), TypeError],
  ["a toJSON that throws nothing but null", event({ toJSON: (): unknown => null }), TypeError],
  ["text that is none", send(5, "text"), TypeError],
  ["binary that is none", event("AQID", "binary"), TypeError],
  ["protobuf that is none", send({ a: 1 }, "protobuf"), TypeError],
  ["an unknown data type", send("x", "xml"), TypeError],
  ["a frame over 1 MiB", send(filling(MiB + 1)), RangeError],
  ["a frame over 1 MiB in UTF-8 only", send("ä".repeat(600_000)), RangeError],
  ["a frame over 1 MiB in base64 only", event(new Uint8Array(900_000)), RangeError],
  ["an empty group name", (client) => client.sendToGroup(" ", "x"), RangeError],
  ["a group name that is too long", (client) => client.joinGroup("x".repeat(1_025)), RangeError],
  ["an empty group name to leave", (client) => client.leaveGroup(""), RangeError],
  ["a group name that is none", (client) => client.joinGroup(5 as never), RangeError],
  ["a bad event name", (client) => client.sendEvent("1event", "x"), RangeError],
  ["an event name with a space", (client) => client.sendEvent("bad event", "x"), RangeError],
  ["metadata that is too long", send("x", "text", { metadata: { a: "v".repeat(1_025) } }), RangeError],
  ["metadata beyond ASCII", event("x", "text", { metadata: { a: "ä" } }), RangeError],
  ["metadata that is no object", send("x", "text", { metadata: "" }), RangeError],
  ["metadata that is null", event("x", "text", { metadata: null }), RangeError],
  ["a number in metadata", event("x", "text", { metadata: { a: 1 } }), RangeError],
  ["a negative time to live", send("x", "text", { ttlSeconds: -1 }), RangeError],
  ["a time to live of 301 s", send("x", "text", { ttlSeconds: 301 }), RangeError],
  ["half a second to live", send("x", "text", { ttlSeconds: 0.5 }), RangeError],
  ["a negative ackId", send("x", "text", { ackId: -1 }), RangeError],
  ["an ackId of 2^53", event("x", "text", { ackId: 2 ** 53 }), RangeError],
  ["an ackId of 1.5", (client) => client.joinGroup("g", { ackId: 1.5 }), RangeError],
  ["an ackId that is a text", (client) => client.leaveGroup("g", { ackId: "1" as never }), RangeError],
  ["an ackId that is NaN", (client) => client.joinGroup("g", { ackId: NaN }), RangeError],
];

describe.each(bad)("%s", (_what, command, kind) => {
  it("fails that command alone, at once, and never reaches the wire", () => {
    const stage = new VirtualStage();
    stage.hub.onEvent("*", () => undefined);
    const client = stage.started();
    const messages = record(client.group("g").messages$);
    stage.settle();
    const before = stage.sent().length;

    const failed = record(command(client));
    expect(outcomeOf(failed)).toBeInstanceOf(kind);
    expect(failed.values).toEqual([]);
    expect(stage.sent()).toHaveLength(before);

    const next = record(client.sendToGroup("g", "fine"));
    stage.settle();
    expect(outcomeOf(next)).toMatchObject({ isDuplicated: false });
    expect(messages.values).toMatchObject([{ data: "fine" }]);
    expect(stage.sockets).toHaveLength(1);
  });

  it("fails at once without a connection too, and opens none", () => {
    const stage = new VirtualStage();
    const client = stage.client();
    expect(outcomeOf(record(command(client)))).toBeInstanceOf(kind);
    stage.settle();
    expect(stage.sockets).toHaveLength(0);
    expect(client.state).toEqual({ status: "stopped", reason: "initial" });
  });
});

it("an error that toJSON throws is the cause of the command's", () => {
  const stage = ScriptedStage.connected();
  const own = new Error("not serialisable");
  const content = {
    toJSON: () => {
      throw own;
    },
  };
  expect(outcomeOf(record(stage.client.sendToGroup("g", content)))).toEqual(
    new TypeError('sendToGroup (group "g"): not serialisable', { cause: own }),
  );
  expect(stage.socket.frames).toEqual([]);
});

it("a frame of exactly 1 MiB is taken", () => {
  const stage = new VirtualStage();
  const sent = record(stage.started().sendToGroup("g", filling(MiB)));
  stage.settle();
  expect(outcomeOf(sent)).toEqual({ ackId: 1, isDuplicated: false });
  expect(stage.sockets[0]?.texts[0]).toHaveLength(MiB);
});

it("a bad command uses no ackId up that anybody could miss, and blocks none", () => {
  const stage = ScriptedStage.connected();
  record(stage.client.sendToGroup("g", null, "json", { ackId: 7 }));
  const good = record(stage.client.sendToGroup("g", "x", "text", { ackId: 7 }));
  stage.socket.ack(7);
  expect(outcomeOf(good)).toEqual({ ackId: 7, isDuplicated: false });
});

it("the errors name the operation's limit and what was given, but no content", () => {
  const stage = new VirtualStage();
  const client = stage.client();
  const messageOf = (command: Command) => (outcomeOf(record(command(client))) as Error).message;
  expect(messageOf(send("x", "text", { ttlSeconds: 301 }))).toMatch(/ttlSeconds.*300.*301/);
  expect(messageOf(send("x", "text", { ackId: -1 }))).toMatch(/ackId.*-1/);
  expect(messageOf((c) => c.sendEvent("bad event", 1))).toContain('"bad event"');
  expect(messageOf(send("x".repeat(2 * MiB)))).toMatch(/"g".*1048576/);
  expect(messageOf(send({ secret: "hunter2" }, "text"))).not.toContain("hunter2");
});
