import { AzureKeyCredential, WebPubSubServiceClient } from "@azure/web-pubsub";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { PortClient } from "../emulator/port-client.js";
import { PLAIN, type FrameObject } from "../emulator/virtual-service.js";

/*
 * @azure/web-pubsub, which nobody here wrote, with every method that the data plane serves (service-surface §3).
 */

let emulator: WebPubSubEmulator;
let server: WebPubSubServiceClient;
beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
  server = new WebPubSubServiceClient(emulator.connectionString, "chat", {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
});
afterEach(() => emulator.stop());

interface Connected {
  readonly client: PortClient;
  readonly id: string;
}

async function connect(userId?: string, groups: string[] = []): Promise<Connected> {
  const { url } = await server.getClientAccessToken({
    ...(userId !== undefined && { userId }),
    groups,
    roles: ["webpubsub.sendToGroup.news"],
  });
  const client = new PortClient(url, PLAIN);
  return { client, id: String((await client.next())["connectionId"]) };
}

async function data({ client }: Connected): Promise<unknown[]> {
  const all: unknown[] = [];
  for (
    let frame: FrameObject = await client.ask({ type: "ping" });
    frame["type"] !== "pong";
    frame = await client.next()
  ) {
    all.push(frame["data"]);
  }
  return all;
}

it("signs access URLs that let clients in", async () => {
  const ann = await connect("ann", ["g"]);
  expect(emulator.hub("chat").connections).toMatchObject([{ connectionId: ann.id, userId: "ann", groups: ["g"] }]);
});

it("works with an endpoint and a key as well", async () => {
  const key = /AccessKey=([^;]+)/.exec(emulator.connectionString)![1]!;
  const other = new WebPubSubServiceClient(emulator.endpoint, new AzureKeyCredential(key), "chat", {
    allowInsecureConnection: true,
  });
  const ann = await connect("ann");
  expect(await other.connectionExists(ann.id)).toBe(true);
});

it("sends to all, users, connections and groups, whatever the content", async () => {
  const [ann, bob] = [await connect("ann", ["news"]), await connect("o'brien", ["news"])];
  await server.sendToAll({ hi: 1 });
  await server.sendToAll("plain", { contentType: "text/plain" });
  await server.sendToAll("a JSON string");
  await server.sendToAll(new Uint8Array([1, 2]).buffer);
  await server.sendToUser("ann", "for ann", { contentType: "text/plain" });
  await server.sendToConnection(bob.id, "for bob", { contentType: "text/plain" });
  await server.group("news").sendToAll("members", { contentType: "text/plain", excludedConnections: [ann.id] });
  await server.sendToAll(7, {
    filter: "userId ne 'o''brien'",
    messageTtlSeconds: 30,
    excludedConnections: ["c1", "c2"],
  });
  await server.sendToUser("ann", 8, { filter: "'news' in groups" });
  await server.group("news").sendToAll(9, { filter: "startswith(userId, 'o')" });
  expect(await data(ann)).toEqual([{ hi: 1 }, "plain", "a JSON string", "AQI=", "for ann", 7, 8]);
  expect(await data(bob)).toEqual([{ hi: 1 }, "plain", "a JSON string", "AQI=", "for bob", "members", 9]);
});

it("asks what exists", async () => {
  const ann = await connect("ann", ["g"]);
  const group = server.group("g");
  const found = [server.connectionExists(ann.id), server.userExists("ann"), server.groupExists("g")];
  expect(await Promise.all(found)).toEqual([true, true, true]);
  const missing = [server.connectionExists("c"), server.userExists("bob"), server.groupExists("none")];
  expect(await Promise.all(missing)).toEqual([false, false, false]);
  expect(group.groupName).toBe("g");
});

it("adds to groups and removes from them, one by one and in bulk", async () => {
  const [ann, bob] = [await connect("ann"), await connect("bob")];
  const groups = (): string[][] =>
    [ann, bob].map(({ id }) => [...emulator.hub("chat").connections.find((one) => one.connectionId === id)!.groups]);
  await server.group("a b+c ä").addConnection(ann.id);
  await server.group("users").addUser("bob");
  await server.addConnectionsToGroups(["x", "y"], "userId eq 'ann'");
  expect(groups()).toEqual([["a b+c ä", "x", "y"], ["users"]]);
  await server.group("a b+c ä").removeConnection(ann.id);
  await server.group("users").removeUser("bob");
  await server.removeConnectionsFromGroups(["x"], "userId eq 'ann'");
  expect(groups()).toEqual([["y"], []]);
  await server.group("users").addUser("bob");
  await server.removeUserFromAllGroups("bob");
  await server.removeConnectionFromAllGroups(ann.id);
  expect(groups()).toEqual([[], []]);
  await expect(server.group("g").addConnection("nobody")).rejects.toMatchObject({
    statusCode: 404,
    code: "Error.Connection.NotExisted",
    message: "Connection `nobody` is not found.",
  });
  await expect(server.group("g").addUser("nobody")).rejects.toMatchObject({ statusCode: 404 });
});

it("closes connections, with a reason", async () => {
  const reason = "Application server closed the connection. Reason: enough";
  const closings: ((id: string) => Promise<unknown>)[] = [
    (id) => server.closeConnection(id, { reason: "enough" }),
    () => server.closeUserConnections("ann", { reason: "enough" }),
    () => server.group("g").closeAllConnections({ reason: "enough" }),
  ];
  const bob = await connect("bob");
  for (const close of closings) {
    const ann = await connect("ann", ["g"]);
    await close(ann.id);
    expect(await ann.client.next()).toMatchObject({ event: "disconnected", message: reason });
    expect(await ann.client.ended).toBe("1000");
    expect(await data(bob)).toEqual([]);
  }
  await server.closeConnection("nobody");
  await server.closeAllConnections({ reason: "enough" });
  expect(await bob.client.next()).toMatchObject({ event: "disconnected", message: reason });
});

it("lists the connections of a group, page by page", async () => {
  const connected = await Promise.all(["a", "b", "c", "d", "e"].map((userId) => connect(userId)));
  const ids = connected.map(({ id }) => id).sort();
  // A slash in a group's name stays escaped on its way through the path (service-surface §2).
  for (const { id } of connected) await server.group("g/1 ä").addConnection(id);
  const list = async (options: { maxPageSize?: number; top?: number }): Promise<(string | undefined)[][]> => {
    const listed: (string | undefined)[][] = [];
    const pages = await server.group("g/1 ä").listConnections(options);
    for await (const { connectionId, userId } of pages) listed.push([connectionId, userId]);
    return listed;
  };
  const all = await list({ maxPageSize: 2 });
  expect(all.map(([id]) => id)).toEqual(ids);
  expect(all.map(([, userId]) => userId).sort()).toEqual(["a", "b", "c", "d", "e"]);
  expect(await list({ maxPageSize: 2, top: 5 })).toEqual(all);
  expect(await list({ maxPageSize: 2, top: 3 })).toEqual(all.slice(0, 3));
});

it("grants, revokes and checks permissions", async () => {
  const ann = await connect("ann");
  const has = (): Promise<boolean> => server.hasPermission(ann.id, "joinLeaveGroup", { targetName: "g" });
  expect(await has()).toBe(false);
  await server.grantPermission(ann.id, "joinLeaveGroup", { targetName: "g" });
  expect(await has()).toBe(true);
  expect(await ann.client.ask({ type: "joinGroup", group: "g", ackId: 1 })).toMatchObject({ success: true });
  await server.revokePermission(ann.id, "joinLeaveGroup", { targetName: "g" });
  expect(await has()).toBe(false);
  expect(await server.hasPermission(ann.id, "sendToGroup", { targetName: "news" })).toBe(true);
  await expect(server.grantPermission("nobody", "sendToGroup", { targetName: "g" })).rejects.toMatchObject({
    statusCode: 404,
    code: "Info.Connection.NotExisted",
  });
});

it("hears of what it did wrong", async () => {
  await expect(server.sendToAll(1, { filter: "userId lt 1" })).rejects.toMatchObject({
    statusCode: 400,
    code: "Error.BadRequest",
    message: "Invalid syntax for 'userId lt 1': Type 'string', expect 'int'. (Parameter 'filter')",
  });
  await expect(server.sendToAll("x".repeat(1_048_577), { contentType: "text/plain" })).rejects.toMatchObject({
    statusCode: 400,
    message: "Invalid Content-Length header.",
  });
  const stranger = new WebPubSubServiceClient(
    emulator.connectionString.replace(/AccessKey=[^;]+/, `AccessKey=${"another".repeat(6)}`),
    "chat",
    { allowInsecureConnection: true },
  );
  await expect(stranger.sendToAll(1)).rejects.toMatchObject({ statusCode: 401, code: "Unauthorized" });
});
