import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { firstOf, OfficialClient, RELIABLE } from "../interop/official-client.js";
import { endPrograms, firstLine, startProgram } from "./run-program.js";

/* The server of `npm run demo:app`; its page is visited in spec/browser. */

const TIMEOUT_MS = 60_000;
const clients: OfficialClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.stop()));
});
afterAll(endPrograms);

async function startApp(env: Readonly<Record<string, string>> = {}) {
  const program = startProgram("demos/app/main.ts", [], { PORT: "0", ...env });
  const said = await firstLine(program);
  const [, url = ""] = /^Open (http:\/\/127\.0\.0\.1:\d+) in two windows\./.exec(said) ?? [];
  expect(url).not.toBe("");
  const get = (path: string): Promise<Response> => fetch(url + path);
  return { program, said, url, get, negotiate: (query: string) => get(`/negotiate?${query}`) };
}

type App = Awaited<ReturnType<typeof startApp>>;

async function enter(app: App, query: string): Promise<OfficialClient> {
  const url = await (await app.negotiate(query)).text();
  const client = new OfficialClient(() => url, RELIABLE);
  clients.push(client);
  await client.start();
  return client;
}

/** The status of a request that fails, and what it says. */
async function refusal(response: Promise<Response>): Promise<[status: number, text: string]> {
  const { status, text } = await response.then(async (each) => ({ status: each.status, text: await each.text() }));
  return [status, text];
}

const post = ({ url }: App, path: string, body: unknown): Promise<Response> =>
  fetch(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

describe("on an emulator of its own", () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  }, TIMEOUT_MS);
  afterAll(async () => {
    app.program.kill("SIGINT");
    expect(await once(app.program, "close")).toEqual([0, null]);
  }, TIMEOUT_MS);

  it("lets Azure's own client into the room it asks for, tells it who is there, and keeps what it says", async () => {
    const ann = await enter(app, "user=ann&room=lobby");
    await ann.client.joinGroup("lobby");
    await ann.client.sendToGroup("lobby", { id: "1", text: "hello" }, "json");
    const heard = await firstOf(ann.groupMessages$, 2);
    expect(heard.map(({ fromUserId, data }) => ({ fromUserId, data }))).toEqual(
      expect.arrayContaining([
        { fromUserId: "ann", data: { id: "1", text: "hello" } },
        { fromUserId: undefined, data: { kind: "people", people: ["ann"] } },
      ]),
    );
    expect(await (await app.get("/rooms/lobby/messages")).json()).toEqual([{ id: "1", text: "hello", from: "ann" }]);
    expect(await (await app.get("/rooms/attic/messages")).json()).toEqual([]);
  });

  it("gives a visitor the one room, and only names that are some", async () => {
    const ann = await enter(app, "user=ann&room=hall");
    await expect(ann.client.joinGroup("attic")).rejects.toThrow();
    await expect(ann.client.sendToGroup("attic", "hello", "text")).rejects.toThrow();

    expect(await refusal(app.negotiate("room=hall"))).toEqual([400, expect.stringContaining("user must be")]);
    expect(await refusal(app.negotiate("user=.archive&room=hall"))).toEqual([
      400,
      'RangeError: user must be 1 to 24 letters, digits, spaces, dots, dashes, not ".archive"',
    ]);
    expect(await refusal(app.negotiate("user=ann&room=*"))).toEqual([400, expect.stringContaining('not "*"')]);
    expect(await refusal(app.negotiate("user=ann&user=bob&room=hall"))).toEqual([400, expect.any(String)]);
  });

  it("makes trouble only on connections that there are", async () => {
    expect(await refusal(post(app, "/faults/cut", { connectionId: "x" }))).toEqual([404, 'there is no connection "x"']);
    expect(await refusal(post(app, "/faults/flood", {}))).toEqual([404, 'there is no fault "flood" here']);
    const ann = await enter(app, "user=ann&room=cellar");
    const [{ connectionId } = { connectionId: "" }] = await firstOf(ann.connected$, 1);
    expect((await post(app, "/faults/lose", { connectionId })).status).toBe(204);
    const [, next] = await firstOf(ann.connected$, 2);
    expect(next?.connectionId).not.toBe(connectionId);
  });

  it("serves its page under a policy that lets it reach the service and nothing else", async () => {
    const page = await app.get("/");
    expect(page.headers.get("content-security-policy")).toMatch(
      /^default-src 'self'; img-src 'self' data:; connect-src 'self' ws:\/\/127\.0\.0\.1:\d+; frame-ancestors 'none'$/,
    );
    const script = await (await app.get("/main.js")).text();
    expect(/["'`]node:/.exec(script)).toBeNull();
  });
});

it(
  "uses a service elsewhere when it is given one, without trouble on demand",
  async () => {
    const accessKey = "another-key-of-more-than-32-bytes-for-this-test";
    const service = startProgram("lib/command/main.ts", [
      "emulator",
      "--port",
      "0",
      "--hub",
      "demo_app",
      "--access-key",
      accessKey,
    ]);
    const connectionString = await firstLine(service);
    const [endpoint = ""] = /http:\/\/[^;]+/.exec(connectionString) ?? [];

    const app = await startApp({ WEBPUBSUB_CONNECTION_STRING: connectionString });
    expect(app.said).toContain(`The service is ${endpoint}`);
    expect(app.said).not.toContain(accessKey);
    expect(await (await app.get("/service")).json()).toEqual({ name: endpoint, faults: false });
    expect(await refusal(post(app, "/faults/cut", { connectionId: "x" }))).toEqual([
      404,
      'there is no fault "cut" here',
    ]);
    const ann = await enter(app, "user=ann&room=lobby");
    await ann.client.joinGroup("lobby");
    await ann.client.sendToGroup("lobby", { id: "1", text: "hello" }, "json");
    const [heard] = await firstOf(ann.groupMessages$, 1);
    expect(heard?.data).toEqual({ id: "1", text: "hello" });
    // They end in this order, or the demo's own client would be told of the end of its service.
    await clients.pop()?.stop();
    app.program.kill("SIGINT");
    await once(app.program, "close");
    service.kill("SIGTERM");
    await once(service, "close");
  },
  TIMEOUT_MS,
);

it(
  "says in one line what is wrong with its environment",
  async () => {
    const saidOf = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const program = startProgram("demos/app/main.ts", [], { PORT: "0", ...env });
      let said = "";
      program.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      expect(await once(program, "close")).toEqual([1, null]);
      return said;
    };
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const port = String((taken.address() as AddressInfo).port);
    expect(
      await Promise.all([
        saidOf({ PORT: "http" }),
        saidOf({ PORT: port }),
        saidOf({ WEBPUBSUB_CONNECTION_STRING: "Endpoint=x" }),
      ]),
    ).toEqual([
      'PORT must be a whole number from 0 to 65535, not "http"\n',
      `port ${port} cannot be had: PORT=0 npm run demo:app takes a free one\n`,
      "WEBPUBSUB_CONNECTION_STRING must read Endpoint=https://…;AccessKey=…;Version=1.0;\n",
    ]);
    taken.close();
    await once(taken, "close");
  },
  TIMEOUT_MS,
);
