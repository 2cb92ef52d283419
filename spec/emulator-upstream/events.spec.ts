import { createHmac } from "node:crypto";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { WebPubSubEmulator, type ClientAccessUrlOptions, type EmulatorHub } from "../../lib/emulator/index.js";
import { PortClient } from "../emulator/port-client.js";
import { failed, ok, PLAIN, RELIABLE, type FrameObject } from "../emulator/virtual-service.js";
import { Application, type Reply } from "./application.js";

let emulator: WebPubSubEmulator;
let hub: EmulatorHub;
let application: Application;
beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
  hub = emulator.hub("chat");
  application = await Application.start();
});
afterEach(async () => {
  await emulator.stop();
  await application.stop();
});

const client = (options: Partial<ClientAccessUrlOptions> = {}, protocols: string | string[] = PLAIN): PortClient =>
  new PortClient(emulator.clientAccessUrl({ hub: "chat", ...options }), protocols);

const event = (name: string, ackId?: number, more: FrameObject = { dataType: "text", data: "x" }): FrameObject => ({
  type: "event",
  event: name,
  ...(ackId !== undefined && { ackId }),
  ...more,
});

const internal = (ackId: number): FrameObject => failed(ackId, "InternalServerError", "Internal server error");

/** Frames up to an ack, for a client that has been greeted. */
async function upToAck(asker: PortClient, frame: FrameObject): Promise<FrameObject[]> {
  const frames = [await asker.ask(frame)];
  while (frames.at(-1)!["type"] !== "ack") frames.push(await asker.next());
  return frames;
}

describe("an event upstream", () => {
  it("has the headers of a CloudEvent (service-surface §4.3)", async () => {
    hub.upstream({ url: `${application.url}/{hub}/{event}?code={event}` });
    const url = emulator.clientAccessUrl({ hub: "Chat", userId: "ann ä", roles: ["webpubsub.sendToGroup"] });
    const ann = new PortClient(`${url}&tag=a&tag=b`, ["custom", RELIABLE], { "User-Agent": "test" });
    const { connectionId } = await ann.next();
    await ann.ask(event("Price", 1, { data: { big: 1 }, metadata: { Trace: "t1" } }));
    ann.socket.close(1_000, "bye");
    await application.names(4);
    const key = /AccessKey=([^;]+)/.exec(emulator.connectionString)![1]!;
    const common = {
      "webhook-request-origin": "127.0.0.1",
      "ce-specversion": "1.0",
      "ce-awpsversion": "1.0",
      "ce-source": `/hubs/chat/client/${String(connectionId)}`,
      "ce-time": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown,
      "ce-signature": `sha256=${createHmac("sha256", key).update(String(connectionId)).digest("hex")}`,
      "ce-userid": "ann %C3%A4",
      "ce-connectionid": connectionId,
      "ce-hub": "chat",
      "x-ms-client-request-id": expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    };
    const [connect, connected, price, disconnected] = application.events;
    const type = "application/json";
    expect(connect).toMatchObject({
      path: "/chat/connect?code=connect",
      headers: { ...common, "ce-type": "azure.webpubsub.sys.connect", "ce-id": "0", "content-type": type },
    });
    expect(connect!.headers).not.toHaveProperty("ce-subprotocol");
    expect(JSON.parse(String(connect!.body))).toEqual({
      claims: expect.objectContaining({ sub: ["ann ä"], role: ["webpubsub.sendToGroup"] }) as unknown,
      query: { tag: ["a", "b"] },
      headers: expect.objectContaining({ "User-Agent": ["test"] }) as unknown,
      subprotocols: ["custom", RELIABLE],
      clientCertificates: [],
    });
    const later = { ...common, "ce-subprotocol": RELIABLE, "content-type": type };
    expect(connected!.headers).toMatchObject({ ...later, "ce-type": "azure.webpubsub.sys.connected", "ce-id": "1" });
    expect(String(connected!.body)).toBe("{}");
    expect(price).toMatchObject({
      path: "/chat/Price?code=Price",
      headers: { ...later, "ce-type": "azure.webpubsub.user.Price", "ce-eventname": "Price", "ce-id": "2" },
    });
    expect(price!.headers).toMatchObject({ "x-webpubsub-metadata-trace": "t1" });
    expect(disconnected!.headers).toMatchObject({ ...later, "ce-type": "azure.webpubsub.sys.disconnected" });
    expect(String(disconnected!.body)).toBe('{"reason":"bye"}');
  });

  it("carries what the client sent, byte by byte (service-surface §4.2)", async () => {
    hub.upstream({ url: application.url, systemEvents: [] });
    const ann = client();
    await ann.next();
    await ann.ask('{"type":"event","event":"a","ackId":1,"data":{ "big": 12345678901234567890 }}');
    await ann.ask(event("b", 2, { dataType: "text", data: "ä" }));
    await ann.ask(event("c", 3, { dataType: "binary", data: "/wA=" }));
    await ann.ask(event("d", 4, { dataType: "protobuf", data: "AQ==" }));
    const raw = new PortClient(emulator.clientAccessUrl({ hub: "chat" }), []);
    await raw.opened();
    raw.socket.send("text");
    raw.socket.send(Buffer.from([1, 2]));
    expect(await application.names(6)).toEqual(["a", "b", "c", "d", "message", "message"]);
    expect(application.events.map(({ headers, body }) => [headers["content-type"], body.toString("latin1")])).toEqual([
      ["application/json", '{ "big": 12345678901234567890 }'],
      ["text/plain; charset=utf-8", "Ã¤"],
      ["application/octet-stream", "\xff\x00"],
      ["application/x-protobuf", "\x01"],
      ["text/plain; charset=utf-8", "text"],
      ["application/octet-stream", "\x01\x02"],
    ]);
  });

  it.each<[what: string, reply: Reply, answer: FrameObject[]]>([
    ["nothing", { status: 200 }, [ok(1)]],
    [
      "metadata alone",
      { headers: { "X-WebPubSub-Metadata-K": "a, v" } },
      [{ dataType: "text", data: "", metadata: { k: "v" } }, ok(1)],
    ],
    [
      "text",
      { headers: { "Content-Type": "text/plain; charset=utf-8" }, body: "ä" },
      [{ dataType: "text", data: "ä" }, ok(1)],
    ],
    [
      "JSON",
      { headers: { "Content-Type": "application/json" }, body: "[1]" },
      [{ dataType: "json", data: [1] }, ok(1)],
    ],
    [
      "bytes",
      { headers: { "Content-Type": "application/octet-stream" }, body: "A" },
      [{ dataType: "binary", data: "QQ==" }, ok(1)],
    ],
    ["something without a type", { body: "A" }, [{ dataType: "binary", data: "QQ==" }, ok(1)]],
    [
      "protobuf",
      { headers: { "Content-Type": "application/x-protobuf" }, body: "A" },
      [{ dataType: "protobuf", data: "QQ==" }, ok(1)],
    ],
    ["bad JSON", { headers: { "Content-Type": "application/json" }, body: "[1" }, [internal(1)]],
    ["another type", { headers: { "Content-Type": "text/html" }, body: "A" }, [internal(1)]],
    ["bad metadata", { headers: { "X-WebPubSub-Metadata-K": "x".repeat(1_025) } }, [internal(1)]],
    ["too much", { headers: { "Content-Type": "text/plain" }, body: new Uint8Array(16_777_217) }, [internal(1)]],
    ["a refusal", { status: 400, body: "secret" }, [internal(1)]],
    ["a redirection", { status: 302, headers: { Location: "/" } }, [internal(1)]],
  ])("is answered with %s (service-surface §5.2)", async (_what, reply, answer) => {
    hub.upstream({ url: application.url, systemEvents: [] });
    application.answer = () => ({ status: 200, ...reply });
    const ann = client();
    await ann.next();
    expect(await upToAck(ann, event("e", 1))).toMatchObject(answer);
    expect(await ann.ask({ type: "ping" })).toEqual({ type: "pong" });
  });

  it("holds the later frames of its connection, and of no other (service-surface §8)", async () => {
    hub.upstream({ url: application.url, systemEvents: [] });
    let answer: () => void = () => undefined;
    application.answer = () => new Promise((resolve) => (answer = () => resolve({ status: 200, body: "late" })));
    const [ann, bob] = [client(), client()];
    await Promise.all([ann.next(), bob.next()]);
    ann.socket.send(JSON.stringify(event("slow", 1)));
    ann.socket.send(JSON.stringify({ type: "ping" }));
    await application.names(1);
    expect(await bob.ask({ type: "ping" })).toEqual({ type: "pong" });
    answer();
    expect([await ann.next(), await ann.next(), await ann.next()]).toMatchObject([
      { data: "bGF0ZQ==" },
      ok(1),
      { type: "pong" },
    ]);
  });

  it("that fails closes a raw client with 1011 (service-surface §5.2)", async () => {
    hub.upstream({ url: application.url, systemEvents: [] });
    application.answer = () => ({ status: 400 });
    const raw = new PortClient(emulator.clientAccessUrl({ hub: "chat" }), []);
    await raw.opened();
    raw.socket.send("x");
    expect(await raw.ended).toBe("1011 Internal server error");
  });

  it("goes nowhere when its name is not wanted (service-surface §6, §7)", async () => {
    hub.upstream({ url: application.url, systemEvents: ["connected"], events: "room.*, Hello" });
    hub.upstream({ url: application.url, systemEvents: [], events: ["deep.**"] });
    const ann = client();
    await ann.next();
    const names = ["room.a", "HELLO", "connected", "room.a.b", "hellos", "deep.a.b"];
    const acks: FrameObject[] = [];
    for (const [at, name] of names.entries()) acks.push(await ann.ask(event(name, at)));
    expect(acks).toEqual([ok(0), ok(1), internal(2), internal(3), internal(4), ok(5)]);
    expect(await application.names(4)).toEqual(["connected", "room.a", "HELLO", "deep.a.b"]);
  });

  it("goes to handlers in this process first, and to the first application that wants it", async () => {
    const other = await Application.start();
    hub.onEvent("mine", () => "here");
    hub.upstream({ url: application.url, systemEvents: [], events: "first" });
    const remove = hub.upstream({ url: other.url, systemEvents: [] });
    const ann = client();
    await ann.next();
    expect(await upToAck(ann, event("mine", 1))).toMatchObject([{ data: "here" }, ok(1)]);
    await ann.ask(event("first", 2));
    await ann.ask(event("second", 3));
    expect([await application.names(1), await other.names(1)]).toEqual([["first"], ["second"]]);
    remove();
    expect(await ann.ask(event("second", 4))).toEqual(internal(4));
    await other.stop();
  });

  it("brings the connection's state and cookies along (service-surface §4.3, §5.2)", async () => {
    hub.upstream({ url: application.url, systemEvents: ["connect"] });
    const replies: Reply[] = [
      { headers: { "ce-connectionState": "one", "Set-Cookie": ["a=1; Path=/; HttpOnly", "b=2"] } },
      {},
      { status: 400, headers: { "ce-connectionState": "ignored", "Set-Cookie": "a=9" } },
      { headers: { "ce-connectionState": "", "Set-Cookie": "b=; Max-Age=0" } },
      {},
    ];
    application.answer = () => replies.shift();
    const ann = client();
    await ann.next();
    for (const ackId of [1, 2, 3, 4]) await ann.ask(event("e", ackId));
    const seen = application.events.map(({ headers }) => [headers["ce-connectionstate"], headers.cookie]);
    expect(seen).toEqual([
      [undefined, undefined],
      ["one", "a=1; b=2"],
      ["one", "a=1; b=2"],
      ["one", "a=1; b=2"],
      ["", "a=1"],
    ]);
  });
});

describe("what is only told (service-surface §4.2)", () => {
  it("holds up no event, and the end is told when all else has been answered", async () => {
    hub.upstream({ url: application.url, systemEvents: ["connected", "disconnected"], presence: ["joined", "left"] });
    const held = new Map<string, () => void>();
    application.answer = ({ headers }) => {
      const name = String(headers["ce-eventname"]);
      return ["connected", "slow"].includes(name)
        ? new Promise((resolve) => held.set(name, () => resolve({ status: 204 })))
        : undefined;
    };
    const ann = client({ groups: ["lobby"] });
    await ann.next();
    expect(await ann.ask(event("quick", 1))).toEqual(ok(1));
    ann.socket.send(JSON.stringify(event("slow", 2)));
    expect(await application.names(3)).toEqual(["connected", "quick", "slow"]);
    ann.socket.close(1_000);
    await ann.ended;
    held.get("connected")!();
    expect((await application.names(5)).slice(3)).toEqual(["joined", "left"]);
    held.get("slow")!();
    expect((await application.names(6)).slice(5)).toEqual(["disconnected"]);
  });

  it("holds up no event by its retries either", async () => {
    hub.upstream({ url: application.url, systemEvents: ["connected"] });
    application.answer = ({ headers }) => (headers["ce-eventname"] === "connected" ? { status: 500 } : undefined);
    const ann = client();
    await ann.next();
    expect(await ann.ask(event("a", 1))).toEqual(ok(1));
    expect(await ann.ask(event("b", 2))).toEqual(ok(2));
    expect(await application.names(3)).toEqual(["connected", "a", "b"]);
  });
});

describe("connect upstream (service-surface §5.1)", () => {
  it.each<[what: string, reply: Reply, expected: FrameObject]>([
    ["nothing", { status: 204 }, { userId: "ann", groups: ["token"] }],
    ["null", { body: "null" }, { userId: "ann", groups: ["token"] }],
    ["an empty list of groups", { body: '{"groups":[]}' }, { userId: "ann", groups: ["token"] }],
    [
      "members that are null",
      { body: '{"userId":null,"groups":null,"roles":null}' },
      { userId: "ann", groups: ["token"] },
    ],
    ["a user and groups", { body: '{"userId":"bob","groups":["a","b"]}' }, { userId: "bob", groups: ["a", "b"] }],
    ["a subprotocol", { body: `{"subprotocol":"${PLAIN}"}` }, { userId: "ann", protocol: PLAIN }],
    ["JSON of any type", { headers: { "Content-Type": "text/html" }, body: '{"userId":"bob"}' }, { userId: "bob" }],
    ["words of others", { body: '{"reject":401,"more":1}' }, { userId: "ann" }],
  ])("lets in by %s", async (_what, reply, expected) => {
    hub.upstream({ url: application.url, systemEvents: ["connect"] });
    application.answer = () => ({ status: 200, ...reply });
    await client({ userId: "ann", groups: ["token"] }, [RELIABLE, PLAIN]).next();
    expect(hub.connections).toMatchObject([expected]);
  });

  it.each<[what: string, reply: Reply, status: number]>([
    ["a status", { status: 403, body: "why" }, 403],
    ["bad JSON", { status: 200, body: "{" }, 500],
    ["no object", { status: 200, body: "[]" }, 500],
    ["a blank group", { status: 200, body: '{"groups":["a"," "]}' }, 500],
    ["a role that is null", { status: 200, body: '{"roles":[null]}' }, 500],
    ["a subprotocol that was not offered", { status: 200, body: '{"subprotocol":"other"}' }, 500],
    ["too much", { status: 200, body: new Uint8Array(16_777_217) }, 500],
  ])("turns away by %s", async (_what, reply, status) => {
    hub.upstream({ url: application.url });
    application.answer = () => reply;
    expect(await client().ended).toBe(`Unexpected server response: ${status}; 1006`);
    expect(hub.connections).toEqual([]);
    await emulator.stop();
    expect(await application.names(1)).toEqual(["connect"]);
  });

  it("asks a handler in this process instead, if there is one", async () => {
    hub.upstream({ url: application.url });
    hub.onConnect(() => ({ userId: "here" }));
    expect(await client().next()).toMatchObject({ userId: "here" });
    expect(await application.names(1)).toEqual(["connected"]);
  });
});

describe("a client that was let in and has no session (service-surface §4.2)", () => {
  const systemEvents = ["connect", "disconnected"] as const;
  const upstream = (of: EmulatorHub): unknown => of.upstream({ url: application.url, systemEvents });

  /** Has a client come to a hub that was got ready for it; the result makes it go away. */
  const comers = {
    "by port": (prepare: (hub: EmulatorHub) => unknown) => {
      prepare(hub);
      const ann = client({ userId: "ann" });
      return () => {
        ann.socket.terminate();
        return ann.ended;
      };
    },
    "in memory": (prepare: (hub: EmulatorHub) => unknown) => {
      const memory = WebPubSubEmulator.inMemory();
      prepare(memory.hub("chat"));
      const ann = new memory.webSocketCtor(memory.clientAccessUrl({ hub: "chat", userId: "ann" }), PLAIN);
      return () =>
        new Promise<unknown>((resolve) => {
          ann.onclose = resolve;
          ann.close();
        });
    },
  };

  it.each(["by port", "in memory"] as const)("has gone while its application was asked, %s", async (where) => {
    let answer: (reply: Reply) => void = () => undefined;
    application.answer = ({ headers }) =>
      headers["ce-id"] === "0" ? new Promise((resolve) => (answer = resolve)) : undefined;
    const leave = comers[where](upstream);
    await application.names(1);
    await leave();
    answer({ status: 200, body: '{"userId":"bob"}', headers: { "ce-connectionState": "kept" } });
    expect(await application.names(2)).toEqual(["connect", "disconnected"]);
    const [connect, disconnected] = application.events;
    expect(String(disconnected!.body)).toBe('{"reason":""}');
    expect(disconnected!.headers).toMatchObject({
      "ce-id": "1",
      "ce-connectionid": connect!.headers["ce-connectionid"],
      "ce-userid": "bob",
      "ce-subprotocol": PLAIN,
      "ce-connectionstate": "kept",
    });
  });

  it("has gone while a handler in this process was asked", async () => {
    let answer: () => void = () => undefined;
    let leave: () => Promise<unknown> = () => Promise.resolve();
    await new Promise<void>((asked) => {
      leave = comers["in memory"]((memory) => {
        upstream(memory);
        memory.onConnect(() => {
          asked();
          return new Promise<undefined>((resolve) => (answer = () => resolve(undefined)));
        });
      });
    });
    await leave();
    answer();
    expect(await application.names(1)).toEqual(["disconnected"]);
  });

  it("has asked for no WebSocket", async () => {
    upstream(hub);
    const { pathname, search } = new URL(emulator.clientAccessUrl({ hub: "chat" }));
    const headers = { Connection: "Upgrade", Upgrade: "websocket" };
    const [response] = (await once(get(emulator.endpoint + pathname + search, { headers }), "response")) as [
      IncomingMessage,
    ];
    expect(response.resume().statusCode).toBe(400);
    expect(await application.names(2)).toEqual(["connect", "disconnected"]);
  });

  it("takes none without a subprotocol, in memory", async () => {
    const memory = WebPubSubEmulator.inMemory();
    upstream(memory.hub("chat"));
    const ann = new memory.webSocketCtor(memory.clientAccessUrl({ hub: "chat" }), "custom");
    await new Promise<void>((resolve) => (ann.onclose = () => resolve()));
    expect(await application.names(2)).toEqual(["connect", "disconnected"]);
  });
});

describe("presence upstream (service-surface §4.2, §11 S13)", () => {
  it("tells of all groups when no filter is given", async () => {
    hub.upstream({ url: application.url, systemEvents: [], presence: ["joined"], groupFilters: [] });
    const ann = client({ groups: ["lobby"] });
    await ann.next();
    expect(await application.names(1)).toEqual(["joined"]);
  });

  it("tells every real change of a membership, and the end last", async () => {
    hub.upstream({ url: application.url, presence: ["joined", "left"], groupFilters: ["room.*", "lobby"] });
    const ann = client({ groups: ["lobby", "other"] });
    const id = String((await ann.next())["connectionId"]);
    hub.addToGroup(id, "room.1");
    hub.addToGroup(id, "room.1");
    hub.addToGroup(id, "room.1.2");
    hub.removeFromGroup(id, "room.2");
    hub.closeConnection(id, "enough");
    await application.names(7);
    const told = application.events.map(({ headers, body }) => `${String(headers["ce-type"])} ${String(body)}`);
    expect(told.slice(1)).toEqual([
      "azure.webpubsub.sys.connected {}",
      'azure.webpubsub.gp.joined {"group":"lobby"}',
      'azure.webpubsub.gp.joined {"group":"room.1"}',
      'azure.webpubsub.gp.left {"group":"lobby"}',
      'azure.webpubsub.gp.left {"group":"room.1"}',
      'azure.webpubsub.sys.disconnected {"reason":"Application server closed the connection. Reason: enough"}',
    ]);
    expect(application.events.map(({ headers }) => headers["ce-id"])).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
  });

  it("is silent about a recovery, and about what was not asked for", async () => {
    hub.upstream({ url: application.url, presence: ["left"], systemEvents: ["connected", "disconnected"] });
    const ann = client({ groups: ["g"] }, RELIABLE);
    const { connectionId, reconnectionToken } = await ann.next();
    emulator.faults.drop(String(connectionId));
    const url = `${emulator.clientAccessUrl({ hub: "chat" })}&awps_connection_id=${String(connectionId)}`;
    const again = new PortClient(`${url}&awps_reconnection_token=${String(reconnectionToken)}`, RELIABLE);
    await again.next();
    again.socket.send("nonsense");
    expect(await application.names(3)).toEqual(["connected", "left", "disconnected"]);
    const reason = "The client message is not a valid JSON protocol message.";
    expect(String(application.events[2]!.body)).toBe(JSON.stringify({ reason }));
  });
});

it.each<[string, (asker: PortClient) => void, string]>([
  ["text over 1 MiB", ({ socket }) => socket.send("x".repeat(1_048_577)), "1009 The client message is too large."],
  [
    "text that is no UTF-8",
    ({ socket }) => socket.send(Buffer.from([0xff]), { binary: false }),
    "1007 The client message is not a valid JSON protocol message.",
  ],
])("tells the reason that the client got for %s (service-surface §4.2)", async (_what, send, ending) => {
  hub.upstream({ url: application.url, systemEvents: ["disconnected"] });
  const ann = client();
  await ann.next();
  send(ann);
  expect(await ann.ended).toBe(ending);
  await application.names(1);
  expect(JSON.parse(String(application.events[0]!.body))).toEqual({ reason: ending.slice(5) });
});

it("sends the last events when the emulator stops, and waits half a second at most for their answers", async () => {
  hub.upstream({ url: application.url, systemEvents: ["disconnected"] });
  application.answer = () => new Promise(() => undefined);
  await client().next();
  await emulator.stop();
  expect(await application.names(1)).toEqual(["disconnected"]);
});

it.each([
  [{ url: "chat" }, TypeError],
  [{ url: "ftp://host/" }, TypeError],
  [{ url: "http://{hub}.example/" }, TypeError],
  [{ url: 5 as never }, TypeError],
  [{ url: "http://host/", systemEvents: ["connects" as never] }, RangeError],
  [{ url: "http://host/", presence: ["join" as never] }, RangeError],
  [{ url: "http://host/", groupFilters: ["a\\b"] }, RangeError],
  [{ url: "http://host/", events: "******" }, RangeError],
])("refuses the options %j at once (service-surface §6)", (options, error) => {
  expect(() => hub.upstream(options)).toThrow(error);
});
