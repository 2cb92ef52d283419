import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { PortClient } from "../emulator/port-client.js";
import { RestCaller, type Asked } from "./rest-caller.js";

let emulator: WebPubSubEmulator;
let caller: RestCaller;
let connectionId: string;
beforeAll(async () => {
  emulator = await WebPubSubEmulator.start();
  caller = new RestCaller(emulator);
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  const client = new PortClient(emulator.clientAccessUrl({ hub: "chat", userId: "ann", groups: ["room"] }));
  connectionId = String((await client.next())["connectionId"]);
});
afterEach(() =>
  emulator.hub("chat").connections.forEach((one) => emulator.hub("chat").closeConnection(one.connectionId)),
);

const json = (body: unknown): Asked => ({
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "Content-Type": "application/json" },
});
const text = { body: "hi", headers: { "Content-Type": "text/plain" } };
/** `ID` stands for a connection that is there. */
const at = (path: string): string => path.replace("ID", connectionId);

// Method, path, status where everything is there, status where connection, user or group are missing, body.
const operations: [method: string, path: string, found: number, missing: number, asked?: Asked][] = [
  ["POST", "/:generateToken", 200, 200],
  ["POST", "/:send", 202, 202, text],
  ["POST", "/:closeConnections", 204, 204],
  ["POST", "/:addToGroups", 200, 200, json({ groups: ["g"] })],
  ["POST", "/:removeFromGroups", 200, 200, json({ groups: ["g"], filter: null })],
  ["HEAD", "/connections/ID", 200, 404],
  ["DELETE", "/connections/ID", 204, 204],
  ["POST", "/connections/ID/:send", 202, 202, text],
  ["DELETE", "/connections/ID/groups", 204, 204],
  ["HEAD", "/groups/room", 200, 404],
  ["POST", "/groups/room/:send", 202, 202, text],
  ["POST", "/groups/room/:closeConnections", 204, 204],
  ["GET", "/groups/room/connections", 200, 200],
  ["PUT", "/groups/room/connections/ID", 200, 404],
  ["DELETE", "/groups/room/connections/ID", 204, 204],
  ["HEAD", "/users/ann", 200, 404],
  ["POST", "/users/ann/:send", 202, 202, text],
  ["POST", "/users/ann/:closeConnections", 204, 204],
  ["PUT", "/users/ann/groups/room", 200, 404],
  ["DELETE", "/users/ann/groups/room", 204, 204],
  ["DELETE", "/users/ann/groups", 204, 204],
  ["PUT", "/permissions/sendToGroup/connections/ID?targetName=g", 200, 404],
  ["DELETE", "/permissions/sendToGroup/connections/ID?targetName=g", 204, 204],
  ["HEAD", "/permissions/sendToGroup/connections/ID?targetName=g", 200, 404],
];

describe("the 25 operations (service-surface §3.1)", () => {
  it("HEAD /api/health: 200 without a token", async () => {
    const { status, headers } = await caller.ask("HEAD", "/api/health", { token: null });
    expect(status).toBe(200);
    expect(headers.get("api-supported-versions")).toBe("2021-10-01, 2022-11-01, 2023-07-01, 2024-01-01, 2024-12-01");
  });

  it.each(operations)("%s %s: %d, %d when the target is missing, 401 without a token", async (...row) => {
    const [method, path, found, missing, asked = {}] = row;
    expect(await caller.ask(method, at(path), { ...asked, token: null })).toMatchObject({ status: 401 });
    expect((await caller.ask(method, at(path), asked)).status).toBe(found);
    const elsewhere = `/api/hubs/empty${path}`.replace("ID", connectionId);
    expect((await caller.ask(method, elsewhere, asked)).status).toBe(missing);
  });
});

const typed = (type: string): Asked => ({ body: "x", headers: { "Content-Type": type } });
const metadata = (value: string): Asked => ({ ...text, headers: { ...text.headers, "X-WebPubSub-Metadata-a": value } });
const large = "x".repeat(1_048_577);

describe("a refusal names its code and target (service-surface §2)", () => {
  const rows: [what: string, expected: string, asked: string, body?: Asked][] = [
    ["an unknown operation", "404 NotFound", "GET /:send"],
    ["no operation at all", "404 NotFound", "GET /api/nothing"],
    ["an empty name", "404 NotFound", "POST /users//:send", text],
    ["an unknown version", "400 api-version", "POST /:send?api-version=2020-01-01"],
    ["an empty version", "400 api-version", "POST /:send?api-version="],
    ["joined versions", "400 api-version", "POST /:send?api-version=2024-12-01,2024-01-01"],
    ["two versions", "400 api-version", "POST /:send?api-version=2024-12-01&API-version=2024-12-01"],
    ["a bad hub", "400 hub", "POST /api/hubs/1chat/:send", text],
    ["a blank group", "400 group", "POST /groups/%20/:send", text],
    ["a long group", "400 group", `POST /groups/${"x".repeat(1_025)}/:send`, text],
    ["a bad escape", "400 Request", "POST /groups/%zz/:send", text],
    ["no content type", "415 UnsupportedMediaType", "POST /:send", { body: new Uint8Array(1) }],
    ["another content type", "415 UnsupportedMediaType", "POST /:send", typed("text/html")],
    ["a malformed content type", "415 UnsupportedMediaType", "POST /:send", typed("text/plain; =")],
    ["an unknown charset", "415 UnsupportedMediaType", "POST /:send", typed("text/plain; charset=klingon")],
    ["bad JSON", "400 Request", "POST /:send", json("{")],
    ["no JSON at all", "400 Request", "POST /:send", json("")],
    ["over 1 MiB", "400 Request", "POST /:send", { ...text, body: large }],
    ["a body of unknown length", "400 Request", "POST /:send", { ...text, body: new Blob(["x"]).stream() }],
    ["a bad filter", "400 filter", "POST /:send?filter=userId%20lt%201", text],
    ["two filters", "400 filter", "POST /:send?filter=true&filter=true", text],
    ["a bad filter before a bad body", "400 filter", "POST /:send?filter=x", json("{")],
    ["a long time to live", "400 messageTtlSeconds", "POST /:send?messageTtlSeconds=301", text],
    ["half a second to live", "400 messageTtlSeconds", "POST /:send?messageTtlSeconds=0.5", text],
    ["no time to live", "400 messageTtlSeconds", "POST /:send?messageTtlSeconds=", text],
    ["bad metadata", "400 Request", "POST /:send", metadata("x".repeat(1_025))],
    ["groups as text", "415 UnsupportedMediaType", "POST /:addToGroups", { ...text, body: '{"groups":["g"]}' }],
    ["no groups", "400 groups", "POST /:addToGroups", json({})],
    ["an empty list of groups", "400 groups", "POST /:addToGroups", json({ groups: [] })],
    ["a blank group in a list", "400 groups", "POST /:addToGroups", json({ groups: ["g", " "] })],
    ["a list that is none", "400 groups", "POST /:removeFromGroups", json([])],
    ["a body that is null", "400 Request", "POST /:removeFromGroups", json("null")],
    ["a bad filter in a body", "400 filter", "POST /:addToGroups", json({ groups: ["g"], filter: "x" })],
    ["a filter that is no text", "400 filter", "POST /:addToGroups", json({ groups: ["g"], filter: 1 })],
    ["a large body of groups", "400 Request", "POST /:addToGroups", json({ groups: [large] })],
    ["a page of nothing", "400 maxpagesize", "GET /groups/g/connections?maxpagesize=0"],
    ["a page too large", "400 maxpagesize", "GET /groups/g/connections?maxpagesize=201"],
    ["an empty page size", "400 maxpagesize", "GET /groups/g/connections?maxpagesize="],
    ["two tops", "400 top", "GET /groups/g/connections?top=1&top=1"],
    ["a bad token", "400 continuationToken", "GET /groups/g/connections?continuationToken=x"],
    ["an empty token", "400 continuationToken", "GET /groups/g/connections?continuationToken="],
    ["another permission", "400 permission", "PUT /permissions/fly/connections/c?targetName=g"],
    ["no target", "400 targetName", "PUT /permissions/sendToGroup/connections/c"],
    ["a blank target", "400 targetName", "PUT /permissions/sendToGroup/connections/c?targetName=%20"],
    ["a missing connection to add", "404 Error.Connection.NotExisted", "PUT /groups/g/connections/c"],
    ["a missing user to add", "404 Warning.User.NotExisted", "PUT /users/u/groups/g"],
    ["a missing one to allow", "404 Info.Connection.NotExisted", "PUT /permissions/1/connections/c?targetName=g"],
    ["a token for MQTT", "501 NotImplemented", "POST /:generateToken?clientType=MQTT"],
    ["a token of another kind", "400 clientType", "POST /:generateToken?clientType=x"],
    ["a token for a bad group", "400 group", "POST /:generateToken?group=g&group="],
    ["a token for no time", "400 minutesToExpire", "POST /:generateToken?minutesToExpire=0"],
  ];

  it.each(rows)("%s: %s", async (...[, expected, asked, body]) => {
    const [method = "", path = ""] = asked.split(" ");
    const answer = await caller.ask(method, path, body);
    const { code, target, message, details } = answer.body as Record<string, unknown>;
    // A bad request is told by its target, the others by their code.
    expect(`${answer.status} ${String(answer.status === 400 ? target : code)}`).toBe(expected);
    if (answer.status === 400) expect(code).toBe("Error.BadRequest");
    expect(answer.code).toBe(code);
    expect(message).toEqual(expect.any(String));
    expect(details).toEqual([]);
  });

  it.each([
    ["userExists", "/users/nobody", "Warning.User.NotExisted"],
    ["hasPermission", "/permissions/sendToGroup/connections/ID?targetName=", "Error.BadRequest"],
  ])("in the header alone where there is no body: %s", async (_call, path, code) => {
    expect(await caller.ask("HEAD", at(path))).toMatchObject({ code, body: undefined });
  });

  it("says which connection was not found", async () => {
    const { body } = await caller.ask("PUT", "/groups/g/connections/c9");
    expect(body).toMatchObject({ message: "Connection `c9` is not found." });
  });

  it("says what a body must be", async () => {
    expect((await caller.ask("POST", "/:send", json("{"))).body).toMatchObject({
      message: "The request body is not a valid JSON.",
    });
    const { body } = await caller.ask("POST", "/:send", { ...text, body: "x".repeat(1_048_577) });
    expect(body).toMatchObject({ message: "Invalid Content-Length header." });
  });
});

describe("a token (service-surface §1.3)", () => {
  const path = "/users/ann";
  const status = async (token: string, asked = path): Promise<number> =>
    (await caller.ask("HEAD", asked, { token })).status;

  it("is bound to scheme, host and path, whatever their case and the query", async () => {
    const url = caller.url(path);
    expect(await status(caller.sign(url.toUpperCase()))).toBe(200);
    expect(await status(caller.sign(`${url}?api-version=2024-12-01`))).toBe(200);
    expect(await status(caller.sign(url), `${path}?api-version=2024-12-01`)).toBe(200);
    for (const audience of [
      caller.url("/users/bob"),
      caller.url("/users"),
      url.replace("http:", "https:"),
      url.replace(/:\d+/, ":1"),
      `${url}/groups`,
      "https://webpubsub.azure.com",
    ]) {
      expect(await status(caller.sign(audience))).toBe(401);
    }
  });

  it("may have been decoded once on its way", async () => {
    const escaped = "/groups/a%20%C3%A4%2Fb";
    await caller.ask("PUT", `${escaped}/connections/${connectionId}`);
    expect(await status(caller.sign(caller.url(escaped)), escaped)).toBe(200);
    expect(await status(caller.sign(decodeURIComponent(caller.url(escaped))), escaped)).toBe(200);
    expect(await status(caller.sign(caller.url("/groups/a")), escaped)).toBe(401);
  });

  it("is refused when expired, too early, signed by another, unsigned or no token", async () => {
    const url = caller.url(path);
    expect(await status(caller.sign(url, { expiresIn: -290 }))).toBe(200);
    expect(await status(caller.sign(url, { expiresIn: -310 }))).toBe(401);
    expect(await status(caller.sign(url, { expiresIn: 900, notBefore: 310 }))).toBe(401);
    expect(await status(caller.sign(url, {}))).toBe(401);
    expect(await status(caller.sign(url, undefined, "another key that is long enough, too"))).toBe(401);
    expect(await status(caller.sign(url, { algorithm: "HS512", expiresIn: 900 }))).toBe(401);
    expect(await status(`${caller.sign(url).split(".").slice(0, 2).join(".")}.`)).toBe(401);
    expect(await status("nonsense")).toBe(401);
  });

  it("is looked at before anything happens", async () => {
    const answer = await caller.ask("DELETE", `/connections/${connectionId}`, { token: caller.sign(caller.url(path)) });
    expect(answer).toMatchObject({ status: 401, code: "Unauthorized" });
    expect(emulator.hub("chat").connections).toHaveLength(1);
    expect((await caller.ask("POST", "/:send?filter=x", { ...json("{"), token: null })).status).toBe(401);
  });
});
