import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { WebPubSubEventHandlerOptions } from "@azure/web-pubsub-express";
import { firstValueFrom } from "rxjs";
import { WebPubSubClient } from "../../lib/index.js";
import { Application } from "../emulator-upstream/application.js";
import { EventServer } from "../interop-server/event-server.js";
import { commandForSpec, complaintOf, type Shell } from "./shell.js";

const run = commandForSpec();
const emulator = (...args: string[]): Shell => run(["emulator", "--port", "0", ...args]);

const folder = mkdtempSync(path.join(tmpdir(), "rx-webpubsub-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file of what a test says, for `--config`. */
function configFile(content: unknown): string {
  const file = path.join(folder, "emulator.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** An application with Azure's middleware. */
async function eventServer(hub: string, options: WebPubSubEventHandlerOptions): Promise<EventServer> {
  const server = await EventServer.start(hub, options);
  stops.push(() => server.stop());
  return server;
}

/** An application by hand. */
async function application(): Promise<Application> {
  const server = await Application.start();
  stops.push(() => server.stop());
  return server;
}

async function clientOf(url: string | undefined): Promise<WebPubSubClient> {
  const client = new WebPubSubClient(url!);
  stops.push(() => client.dispose());
  await client.start();
  return client;
}

/** The URLs that an emulator prints, without the connection string before them. */
const urlsOf = async (shell: Shell, count: number): Promise<string[]> => (await shell.lines(1 + count)).slice(1);

const send = (client: WebPubSubClient, event: string): Promise<unknown> =>
  firstValueFrom(client.sendEvent(event, "data"));

describe("--upstream", () => {
  it("has the events of its hub handled by Azure's middleware", async () => {
    const told: string[] = [];
    let left: () => void = () => undefined;
    const hasLeft = new Promise<void>((resolve) => (left = resolve));
    const server = await eventServer("chat", {
      handleConnect: (_, response) => response.success({ userId: "ann" }),
      handleUserEvent: ({ data, context }, response) =>
        response.success(`${String(data)} of ${context.userId!}`, "text"),
      onGroupJoined: ({ group }) => void told.push(`joined ${group}`),
      onGroupLeft: ({ group }) => {
        told.push(`left ${group}`);
        left();
      },
    });
    const shell = emulator("--hub", "chat", "--upstream", server.url, "--events", "*", "--presence", "joined,left");
    const client = await clientOf((await urlsOf(shell, 1))[0]);
    const answer = firstValueFrom(client.serverMessages$);
    await send(client, "echo");
    expect((await answer).data).toBe("data of ann");
    await firstValueFrom(client.joinGroup("g"));
    await firstValueFrom(client.leaveGroup("g"));
    await hasLeft;
    expect(told).toEqual(["joined g", "left g"]);
  });

  it("belongs to the --hub before it, and what it wants to the upstream before", async () => {
    const [one, two, other] = await Promise.all([application(), application(), application()]);
    const none = ["--system-events", ""];
    const shell = emulator(
      ...["--hub", "chat", ...none, "--upstream", one.url, "--events", "a,b.*", "--upstream", two.url],
      ...["--hub", "other", "--upstream", other.url, "--system-events", "connected"],
    );
    const [chatUrl, otherUrl] = await urlsOf(shell, 2);
    const chat = await clientOf(chatUrl);
    for (const event of ["a", "b.x", "c"]) await send(chat, event);
    await send(await clientOf(otherUrl), "a");
    expect(await one.names(2)).toEqual(["a", "b.x"]);
    expect(await two.names(1)).toEqual(["c"]);
    expect(await other.names(2)).toEqual(["connected", "a"]);
  });

  it("may stand before the only hub", async () => {
    const server = await application();
    const shell = emulator("--upstream", server.url, "--events", "b", "--system-events", "connected", "--hub", "chat");
    const client = await clientOf((await urlsOf(shell, 1))[0]);
    await expect(send(client, "a")).rejects.toThrow(/InternalServerError/);
    await send(client, "b");
    expect(await server.names(2)).toEqual(["connected", "b"]);
  });

  it("tells presence in the groups of --group-filters only", async () => {
    const server = await application();
    const presence = ["--presence", "joined", "--group-filters", "team.*", "--system-events", ""];
    const shell = emulator("--hub", "chat", "--upstream", server.url, ...presence);
    const client = await clientOf((await urlsOf(shell, 1))[0]);
    for (const group of ["lobby", "team.a"]) await firstValueFrom(client.joinGroup(group));
    await send(client, "a");
    expect((await server.names(2)).sort()).toEqual(["a", "joined"]);
    const joined = server.events.find(({ headers }) => headers["ce-eventname"] === "joined");
    expect(JSON.parse(joined!.body.toString())).toEqual({ group: "team.a" });
  });

  it("that does not agree to get events is told on stderr, without --verbose", async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, "127.0.0.1");
    stops.push(async () => void server.close());
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{event}`;
    const shell = emulator("--hub", "chat", "--upstream", url, "--system-events", "connected");
    await clientOf((await urlsOf(shell, 1))[0]);
    await shell.said(/^\d\d:\d\d:\d\d upstream http:.*\/validate did not pass the validation and gets no events\n/);
  });

  it.each<[string, string[], string]>([
    [
      "without a hub before it, of several",
      ["--upstream", "http://localhost:1", "--hub", "a", "--hub", "b"],
      "--upstream http://localhost:1 belongs to no hub: put it behind the --hub that it is for",
    ],
    [
      "left out",
      ["--hub", "a", "--upstream", "http://localhost:1", "--hub", "b", "--system-events", "connect"],
      "--system-events for the hub b has no --upstream to go with",
    ],
    [
      "that is no URL",
      ["--hub", "a", "--upstream", "localhost:3000"],
      "option '--upstream <url>' argument 'localhost:3000' is invalid: url must begin with http:// or https:// and name a host, not be \"localhost:3000\"",
    ],
    [
      "with a presence event that does not exist",
      ["--hub", "a", "--upstream", "http://localhost:1", "--presence", "joined,leave"],
      "option '--presence <list>' argument 'joined,leave' is invalid: presence may hold joined, left, not \"leave\"",
    ],
    [
      "with a pattern that is none",
      ["--hub", "a", "--upstream", "http://localhost:1", "--events", "a,\\b"],
      "option '--events <list>' argument 'a,\\b' is invalid: events: \"\\\\b\" is no pattern",
    ],
  ])("%s is one clear line", async (_, args, line) => {
    expect(await complaintOf(emulator(...args))).toBe(line);
  });
});

describe("--config", () => {
  it("says what the flags say", async () => {
    const server = await application();
    const accessKey = "a-key-of-32-bytes-or-more-0123456789";
    const upstream = [{ url: server.url, events: ["a", "b"], systemEvents: ["connected"], presence: ["joined"] }];
    const file = configFile({ port: 0, host: "127.0.0.1", accessKey, hubs: { chat: { upstream }, other: {} } });
    const shell = run(["emulator", "--config", file]);
    const [connectionString, chatUrl, otherUrl] = await shell.lines(3);
    expect(connectionString).toContain(`;AccessKey=${accessKey};`);
    expect(otherUrl).toMatch(/\/client\/hubs\/other\?/);
    const client = await clientOf(chatUrl);
    await firstValueFrom(client.joinGroup("g"));
    await send(client, "b");
    await expect(send(client, "c")).rejects.toThrow(/InternalServerError/);
    expect((await server.names(3)).sort()).toEqual(["b", "connected", "joined"]);
  });

  it("need not name a hub", async () => {
    const shell = run(["emulator", "--config", configFile({ port: 0 })]);
    await shell.lines(1);
    shell.kill("SIGTERM");
    expect(await shell.ended).toBe(0);
    expect(shell.stdout).toMatch(/^Endpoint=\S+\n$/);
  });

  it("gives way to flags, hub by hub", async () => {
    const [inFile, inFlag] = await Promise.all([application(), application()]);
    const upstream = [{ url: inFile.url, systemEvents: [] }];
    const file = configFile({ port: 1, hubs: { chat: { upstream }, other: { upstream } } });
    const shell = emulator(
      ...["--config", file, "--hub", "Chat", "--upstream", inFlag.url, "--system-events", ""],
      ...["--hub", "other", "--events", "b"],
    );
    const [chatUrl, otherUrl] = await urlsOf(shell, 2);
    expect(chatUrl).not.toContain(":1/");
    await send(await clientOf(chatUrl), "a");
    const other = await clientOf(otherUrl);
    await expect(send(other, "a")).rejects.toThrow(/InternalServerError/);
    await send(other, "b");
    expect(await inFlag.names(1)).toEqual(["a"]);
    expect(await inFile.names(1)).toEqual(["b"]);
  });

  const hubs = (upstream: unknown) => ({ hubs: { chat: { upstream } } });

  it.each<[string, unknown, string]>([
    ["a port", { port: "80" }, 'port is "80": it must be a whole number from 0 to 65535'],
    ["a list where an object belongs", { hubs: [] }, "hubs is []: it must be an object"],
    ["a hub's name", { hubs: { "1st": {} } }, "hubs.1st: a hub name must start with a letter"],
    ["a URL that is missing", hubs([{}]), "hubs.chat.upstream[0].url is missing: it must be a URL, http or https"],
    ["a URL", hubs([{ url: "foo" }]), "hubs.chat.upstream[0]: url must begin with http:// or https://"],
    [
      "one name of a list",
      hubs([{ url: "http://localhost", presence: ["joined", "leave"] }]),
      'hubs.chat.upstream[0].presence[1] is "leave": it must be one of "joined", "left"',
    ],
    [
      "a name that means nothing",
      hubs([{ url: "http://localhost", event: "*" }]),
      'hubs.chat.upstream[0].event is unknown: known here are "url", "events"',
    ],
    ["the kind of the access key", { accessKey: { secret: 1 } }, "accessKey is wrong: it must be a string"],
    ["the access key", { accessKey: "secret", hubs: { a: {} } }, "accessKey must have 32 UTF-8 bytes or more"],
    ["everything", "null", "the file is null: it must be an object"],
  ])("that has %s wrong: file, place, value and what to do in one line, and no secret", async (_, content, line) => {
    const file = configFile(content);
    const complaint = await complaintOf(emulator("--config", file));
    expect(complaint).toContain(`${file}: ${line}`);
    expect(complaint).not.toContain("secret");
  });

  it("that is not valid JSON, or is not there", async () => {
    const broken = configFile('{\n  "accessKey": "secret" "port": 1\n}');
    expect(await complaintOf(emulator("--config", broken))).toBe(
      `${broken} is not valid JSON: there is a mistake in line 2, column 25`,
    );
    expect(await complaintOf(emulator("--config", `${broken}.json`))).toMatch(
      /^cannot read .*emulator\.json\.json: ENOENT/,
    );
  });
});

it("stops although an application does not answer", async () => {
  const server = await application();
  server.answer = () => new Promise(() => undefined);
  const shell = emulator("--hub", "chat", "--upstream", server.url, "--system-events", "connected");
  await clientOf((await urlsOf(shell, 1))[0]);
  await server.names(1);
  shell.kill("SIGINT");
  expect(await shell.ended).toBe(0);
});
