import { WebPubSubEmulator, type ClientAccessUrlOptions } from "../../lib/emulator/index.js";
import { PortClient } from "../emulator/port-client.js";
import { PLAIN, RELIABLE, type FrameObject } from "../emulator/virtual-service.js";
import { RestCaller, type Answered } from "./rest-caller.js";

let emulator: WebPubSubEmulator;
let caller: RestCaller;
beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
  caller = new RestCaller(emulator);
});
afterEach(() => emulator.stop());

interface Connected {
  readonly client: PortClient;
  readonly id: string;
}

async function connect(options: Partial<ClientAccessUrlOptions> = {}, protocol = PLAIN): Promise<Connected> {
  const client = new PortClient(emulator.clientAccessUrl({ hub: "chat", ...options }), protocol);
  return { client, id: String((await client.next())["connectionId"]) };
}

/** What a client has received up to now. */
async function received({ client }: Connected): Promise<FrameObject[]> {
  const frames: FrameObject[] = [];
  let frame = await client.ask({ type: "ping" });
  for (; frame["type"] !== "pong"; frame = await client.next()) frames.push(frame);
  return frames;
}

const typed = (path: string, type: string, body: string | Uint8Array): Promise<Answered> =>
  caller.ask("POST", path, { body, headers: { "Content-Type": type } });

describe("sending", () => {
  it("reaches all, a user, a connection or a group (service-surface §3.2)", async () => {
    const ann = await connect({ userId: "ann", groups: ["g"] });
    const again = await connect({ userId: "ann" });
    const bob = await connect({ userId: "bob", groups: ["g"] });
    await caller.send("/:send", 1);
    await caller.send("/users/ann/:send", 2);
    await caller.send(`/connections/${bob.id}/:send`, 3);
    await caller.send("/groups/g/:send", 4);
    const server = (data: number): FrameObject => ({ type: "message", from: "server", dataType: "json", data });
    const group = { type: "message", from: "group", group: "g", dataType: "json", data: 4 };
    expect(await received(ann)).toEqual([server(1), server(2), group]);
    expect(await received(again)).toEqual([server(1), server(2)]);
    expect(await received(bob)).toEqual([server(1), server(3), group]);
  });

  it("passes text, JSON as it was written, and bytes (service-surface §2)", async () => {
    const ann = await connect();
    await typed("/:send", "text/plain; charset=utf-8", "héllo");
    await typed("/:send", "text/plain;charset=iso-8859-1", new Uint8Array([0xe9]));
    await typed("/:send", "Application/JSON", '"a JSON string"');
    await typed("/:send", "application/octet-stream", new Uint8Array([1, 2]));
    await typed("/:send", "text/plain", "");
    expect(await received(ann)).toMatchObject([
      { dataType: "text", data: "héllo" },
      { dataType: "text", data: "é" },
      { dataType: "json", data: "a JSON string" },
      { dataType: "binary", data: "AQI=" },
      { dataType: "text", data: "" },
    ]);
    await typed("/:send", "application/json", '{ "big": 12345678901234567890 }');
    const raw = new PortClient(emulator.clientAccessUrl({ hub: "chat" }), []);
    await raw.opened();
    const text = new Promise((resolve) => raw.socket.once("message", (data: Buffer) => resolve(data.toString())));
    await typed("/:send", "application/json", '{ "big": 12345678901234567890 }');
    expect(await text).toBe('{ "big": 12345678901234567890 }');
  });

  it("takes a body of exactly 1 MiB", async () => {
    const ann = await connect();
    expect((await typed("/:send", "text/plain", "x".repeat(1_048_576))).status).toBe(202);
    expect(String((await received(ann))[0]!["data"])).toHaveLength(1_048_576);
  });

  it("leaves out whom it should, and asks the filter (service-surface §3.6)", async () => {
    const ann = await connect({ userId: "ann", groups: ["g"] });
    const bob = await connect({ userId: "bob", groups: ["g"] });
    const carl = await connect({ userId: "carl", groups: ["g"] });
    await caller.send(`/:send?excluded=${ann.id}&excluded=${bob.id}`, 1);
    await caller.send(`/groups/g/:send?excluded=${ann.id}&filter=${encodeURIComponent("userId ne 'bob'")}`, 2);
    await caller.send(`/users/ann/:send?filter=${encodeURIComponent("'other' in groups")}`, 3);
    await caller.send(`/:send?filter=${encodeURIComponent("not startswith(userId,'c')")}`, 4);
    await caller.send("/:send?filter=", 5);
    const data = async (who: Connected): Promise<unknown[]> => (await received(who)).map((frame) => frame["data"]);
    expect(await data(ann)).toEqual([4, 5]);
    expect(await data(bob)).toEqual([4, 5]);
    expect(await data(carl)).toEqual([1, 2, 5]);
  });

  it("passes metadata with keys in small letters, the last of several values (service-surface §3.4)", async () => {
    const ann = await connect();
    const headers = { "X-WebPubSub-Metadata-Trace": "first, final ", "X-WebPubSub-Metadata-": "no key" };
    await caller.send("/:send", 1, headers);
    await caller.send("/:send", 2, { "X-WebPubSub-Metadata-__proto__": "p" });
    const [first, second] = await received(ann);
    expect(first).toMatchObject({ data: 1, metadata: { trace: "final" } });
    expect(Object.entries(second!["metadata"] as object)).toEqual([["__proto__", "p"]]);
  });

  it("is buffered for a detached session, and closing that prevents its recovery (service-surface §3.2)", async () => {
    const ann = new PortClient(emulator.clientAccessUrl({ hub: "chat", userId: "ann", groups: ["g"] }), RELIABLE);
    const { connectionId, reconnectionToken } = await ann.next();
    const recover = (): PortClient =>
      new PortClient(
        `${emulator.clientAccessUrl({ hub: "chat" })}&awps_connection_id=${String(connectionId)}` +
          `&awps_reconnection_token=${String(reconnectionToken)}`,
        RELIABLE,
      );
    emulator.faults.drop(String(connectionId));
    for (const path of [`/connections/${String(connectionId)}`, "/users/ann", "/groups/g"]) {
      expect((await caller.ask("HEAD", path)).status).toBe(200);
    }
    expect((await caller.ask("GET", "/groups/g/connections")).body).toMatchObject({ value: [{ connectionId }] });
    await caller.send("/users/ann/:send", "missed");
    const again = recover();
    await again.next();
    expect(await again.next()).toMatchObject({ data: "missed", sequenceId: 1 });
    emulator.faults.drop(String(connectionId));
    await caller.ask("DELETE", `/connections/${String(connectionId)}`);
    expect(await recover().ended).toBe("1008 The connection could not be recovered.");
  });

  it("drops what has outlived its time (service-surface §3.5)", async () => {
    const ann = new PortClient(emulator.clientAccessUrl({ hub: "chat" }), RELIABLE);
    const { connectionId } = await ann.next();
    emulator.faults.drop(String(connectionId));
    await caller.send("/:send?messageTtlSeconds=300", 1);
    expect(emulator.hub("chat").connections).toMatchObject([{ unacknowledged: 1 }]);
  });
});

describe("closing", () => {
  it.each([
    ["DELETE", "/connections/ID"],
    ["POST", "/:closeConnections"],
    ["POST", "/users/ann/:closeConnections"],
    ["POST", "/groups/g/:closeConnections"],
  ])("%s %s tells the reason and closes with 1000 (client-protocol §9.1)", async (method, path) => {
    const [ann, bob] = [
      await connect({ userId: "ann", groups: ["g"] }),
      await connect({ userId: "ann", groups: ["g"] }),
    ];
    const reason = "r".repeat(200);
    await caller.ask(method, `${path.replace("ID", ann.id)}?reason=${reason}&excluded=${bob.id}`);
    const message = `Application server closed the connection. Reason: ${reason}`;
    expect(await ann.client.next()).toEqual({ type: "system", event: "disconnected", message });
    expect(await ann.client.ended).toBe("1000");
    expect(await received(bob)).toEqual([]);
    await caller.ask("POST", "/:closeConnections");
    expect(await bob.client.next()).toMatchObject({ message: "Application server closed the connection." });
  });
});

describe("memberships (service-surface §3.2)", () => {
  const groupsOf = ({ id }: Connected): readonly string[] =>
    emulator.hub("chat").connections.find(({ connectionId }) => connectionId === id)!.groups;

  it("are given and taken, whatever the roles", async () => {
    const [ann, bob] = [await connect({ userId: "ann", roles: [] }), await connect({ userId: "bob", roles: [] })];
    await caller.ask("PUT", `/groups/one/connections/${ann.id}`);
    await caller.ask("PUT", "/users/ann/groups/two");
    await caller.send("/:addToGroups", { groups: ["three", "four"], filter: "userId eq 'ann'" });
    await caller.send("/:addToGroups", { groups: ["five"], filter: "" });
    expect([groupsOf(ann), groupsOf(bob)]).toEqual([["one", "two", "three", "four", "five"], ["five"]]);
    await caller.ask("DELETE", `/groups/one/connections/${ann.id}`);
    await caller.ask("DELETE", "/users/ann/groups/two");
    await caller.send("/:removeFromGroups", { groups: ["three", "none"] });
    expect([groupsOf(ann), groupsOf(bob)]).toEqual([["four", "five"], ["five"]]);
    await caller.ask("DELETE", `/connections/${ann.id}/groups`);
    await caller.ask("DELETE", "/users/bob/groups");
    expect([groupsOf(ann), groupsOf(bob)]).toEqual([[], []]);
  });

  it("change for all groups or for none", async () => {
    const ann = await connect();
    await caller.send("/:addToGroups", { groups: ["good", ""] });
    expect(groupsOf(ann)).toEqual([]);
  });

  it.each([
    ["a%20b", "a b"],
    ["a+b", "a+b"],
    ["a%2Fb", "a%2Fb"],
    ["a%2fb", "a%2fb"],
    ["a%252Fb", "a%2Fb"],
    ["%C3%A4", "ä"],
    ["%3Asend", ":send"],
  ])("name their group in the path: %s (service-surface §2)", async (escaped, group) => {
    const ann = await connect();
    await caller.ask("PUT", `/groups/${escaped}/connections/${ann.id}`);
    expect(groupsOf(ann)).toEqual([group]);
  });
});

describe("listing (service-surface §3.2)", () => {
  interface Page {
    readonly value: readonly { connectionId: string; userId: string | null }[];
    readonly nextLink: string | null;
  }
  const page = async (path: string): Promise<Page> => (await caller.ask("GET", path)).body as Page;
  const rest = (link: string): string => link.slice(emulator.endpoint.length);

  it("goes on page by page, in the order of the ids", async () => {
    const connected = await Promise.all(["a", "b", "c", "d", ""].map((userId) => connect({ userId, groups: ["g h"] })));
    const ids = connected.map(({ id }) => id).sort();
    const whole = await page("/groups/g%20h/connections");
    expect(whole.value.map(({ connectionId }) => connectionId)).toEqual(ids);
    expect(whole.value.map(({ userId }) => userId)).toContain(null);
    expect(whole.nextLink).toBeNull();

    const first = await page("/groups/g%20h/connections?api-version=2024-12-01&maxpagesize=2&top=4");
    expect(first.value.map(({ connectionId }) => connectionId)).toEqual(ids.slice(0, 2));
    const { searchParams } = new URL(first.nextLink!);
    expect([searchParams.get("maxpagesize"), searchParams.get("top")]).toEqual(["2", "2"]);
    const second = await page(rest(first.nextLink!));
    expect(second.value.map(({ connectionId }) => connectionId)).toEqual(ids.slice(2, 4));
    expect(second.nextLink).toBeNull();
  });

  it("goes on also when the connection it stopped at has left", async () => {
    const ids = (await Promise.all([1, 2, 3].map(() => connect({ groups: ["g"] })))).map(({ id }) => id).sort();
    const { nextLink } = await page("/groups/g/connections?maxpagesize=1");
    await caller.ask("DELETE", `/groups/g/connections/${ids[0]!}`);
    const next = await page(rest(nextLink!));
    expect(next.value).toEqual([{ connectionId: ids[1], userId: null }]);
    expect(next.nextLink).not.toBeNull();
  });
});

describe("permissions (service-surface §3.3)", () => {
  const rule = (permission: string, { id }: Connected, group: string): string =>
    `/permissions/${permission}/connections/${id}?targetName=${encodeURIComponent(group)}`;
  const join = async ({ client }: Connected, group: string, ackId: number): Promise<unknown> =>
    (await client.ask({ type: "joinGroup", group, ackId }))["success"];
  const holds = async (path: string): Promise<boolean> => (await caller.ask("HEAD", path)).status === 200;

  it("are granted and revoked at once, literally", async () => {
    const ann = await connect({ roles: [] });
    expect(await join(ann, "g", 1)).toBe(false);
    await caller.ask("PUT", rule("joinLeaveGroup", ann, "g"));
    await caller.ask("PUT", rule("JOINLEAVEGROUP", ann, "*"));
    expect(await join(ann, "g", 2)).toBe(true);
    expect([await join(ann, "*", 3), await join(ann, "other", 4)]).toEqual([true, false]);
    expect(await holds(rule("2", ann, "g"))).toBe(true);
    expect(await holds(rule("sendToGroup", ann, "g"))).toBe(false);
    await caller.ask("DELETE", rule("joinLeaveGroup", ann, "g"));
    expect(await join(ann, "g", 5)).toBe(false);
    // What was joined stays joined.
    expect(emulator.hub("chat").connections[0]!.groups).toContain("g");
  });

  it.each([["webpubsub.sendToGroup"], ["webpubsub.sendToGroups.r*"], ["webpubsub.sendToGroup.room"]])(
    "are denied for one group under the role %s, until granted again",
    async (role) => {
      const ann = await connect({ roles: [role] });
      const path = rule("sendToGroup", ann, "room");
      expect(await holds(path)).toBe(true);
      await caller.ask("DELETE", path);
      expect(await holds(path)).toBe(false);
      const refused = await ann.client.ask({ type: "sendToGroup", group: "room", data: 1, ackId: 1 });
      expect(refused).toMatchObject({ error: { name: "Forbidden" } });
      expect(await holds(rule("sendToGroup", ann, "rest"))).toBe(role !== "webpubsub.sendToGroup.room");
      await caller.ask("PUT", path);
      expect(await holds(path)).toBe(true);
    },
  );

  it("are 1,000 rules at most", async () => {
    const roles = Array.from({ length: 999 }, (_, i) => `webpubsub.sendToGroup.g${i}`);
    emulator.hub("chat").onConnect(() => ({ roles: [...roles, "webpubsub.joinLeaveGroup"] }));
    const ann = await connect();
    const grant = async (group: string): Promise<unknown> =>
      (await caller.ask("PUT", rule("sendToGroup", ann, group))).code ?? "granted";
    expect(await grant("last")).toBe("granted");
    expect(await grant("more")).toBe("Error.Connection.Conflict");
    expect(await grant("g0")).toBe("granted");
    // The other permission has rules of its own; a denial under it is one.
    expect((await caller.ask("DELETE", rule("joinLeaveGroup", ann, "g"))).status).toBe(204);
  });

  it("survive a lost link", async () => {
    const ann = await connect({ roles: [] }, RELIABLE);
    emulator.faults.drop(ann.id);
    expect((await caller.ask("PUT", rule("sendToGroup", ann, "g"))).status).toBe(200);
    expect(await holds(rule("sendToGroup", ann, "g"))).toBe(true);
  });
});

it("generates a token that lets a client in (service-surface §1.4)", async () => {
  const query =
    "userId=ann&role=webpubsub.sendToGroup&role=webpubsub.joinLeaveGroup.a&group=x&group=y&minutesToExpire=5";
  const { body } = await caller.ask("POST", `/:generateToken?${query}&clientType=Default`);
  const { token } = body as { token: string };
  const url = `${emulator.endpoint.replace("http", "ws")}/client/hubs/chat?access_token=${token}`;
  const client = new PortClient(url);
  expect(await client.next()).toMatchObject({ event: "connected", userId: "ann" });
  expect(emulator.hub("chat").connections[0]!.groups).toEqual(["x", "y"]);
});

it("keeps hubs apart, whose names know no case", async () => {
  const ann = await connect();
  await caller.send("/api/hubs/other/:send", "elsewhere");
  await caller.send("/api/hubs/CHAT/:send", "here");
  expect(await received(ann)).toMatchObject([{ data: "here" }]);
});
