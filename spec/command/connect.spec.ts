import { firstValueFrom } from "rxjs";
import { WebPubSubEmulator, type EmulatorHub } from "../../lib/emulator/index.js";
import { WebPubSubClient } from "../../lib/index.js";
import { commandForSpec, complaintOf, type Shell } from "./shell.js";

/* Without a terminal: lines from a pipe, messages on stdout, everything else on stderr. */

const run = commandForSpec();
const connect = (...args: string[]): Shell => run(["connect", ...args]);

let emulator: WebPubSubEmulator;
let chat: EmulatorHub;
beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
  chat = emulator.hub("chat");
});
afterEach(() => emulator.stop());

const url = (userId = "ann"): string => emulator.clientAccessUrl({ hub: "chat", userId });

/** What was printed, without the time of day. */
const printed = ({ stdout }: Shell): string[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^\d\d:\d\d:\d\d /, ""));

/** A listener that is there, and what it prints. */
async function listener(...args: string[]): Promise<Shell> {
  const shell = connect(url(), ...args);
  await shell.said("connected to chat as ann\n");
  return shell;
}

describe("lines from a pipe", () => {
  it("are sent to the group in order, and the command ends with 0 when all are acknowledged", async () => {
    const bob = new WebPubSubClient(url("bob"));
    const received: unknown[] = [];
    bob.group("g").messages$.subscribe(({ data }) => received.push(data));
    await bob.start();
    const shell = connect(url(), "--group", "g");
    shell.end("one", "/quit is no command here", "", "four");
    expect(await shell.ended).toBe(0);
    expect(printed(shell)).toEqual(["g ann: one", "g ann: /quit is no command here", "g ann: ", "g ann: four"]);
    expect(shell.stderr).toBe("connected to chat as ann\n");
    await firstValueFrom(bob.sendToGroup("g", "end", "text"));
    expect(received).toEqual(["one", "/quit is no command here", "", "four", "end"]);
    await bob.dispose();
  });

  it("do not come back with --no-echo", async () => {
    const shell = connect(url(), "--group", "g", "--no-echo");
    shell.end("one");
    expect(await shell.ended).toBe(0);
    expect(shell.stdout).toBe("");
  });

  it("may come as JSON, and go to the server as events", async () => {
    const events: unknown[] = [];
    chat.onEvent("order", ({ data }) => void events.push(data));
    const shell = connect(url(), "--event", "order", "--type", "json");
    shell.end('{ "a": 1 }', "[2]");
    expect(await shell.ended).toBe(0);
    expect(events).toEqual([{ a: 1 }, [2]]);
    expect(shell.stdout).toBe("");
  });

  it("that fail are told, the others go out, and the exit code is 1", async () => {
    const shell = connect(url(), "--group", "g", "--type", "json");
    shell.end("1", "oops", "3");
    expect(await shell.ended).toBe(1);
    expect(printed(shell)).toEqual(["g ann: 1", "g ann: 3"]);
    expect(shell.stderr).toBe(
      "connected to chat as ann\nthe line is not valid JSON, as --type json wants it: oops\n" +
        "rx-webpubsub: 1 of 3 lines could not be sent\n",
    );
  });

  it("have nowhere to go without a group or an event", async () => {
    const shell = connect(url());
    shell.end("hello");
    expect(await shell.ended).toBe(1);
    expect(shell.stderr).toContain("rx-webpubsub: there is nowhere to send lines to: name a --group or an --event\n");
  });

  it("end quietly when who reads the output goes", async () => {
    const shell = await listener("--group", "g");
    shell.stopReading();
    shell.type("one", "two");
    expect(await shell.ended).toBe(0);
    expect(shell.stderr).toBe("connected to chat as ann\n");
  });
});

describe("messages", () => {
  it("are printed as they come, in a line each, and nothing in them steers the terminal", async () => {
    const shell = await listener("--group", "g", "--group", "h");
    const [{ connectionId } = { connectionId: "" }] = chat.connections;
    // A group of the beginning is joined before a line is sent.
    shell.type("first");
    await shell.lines(1);
    const text = { dataType: "text" } as const;
    chat.sendToAll("for all", text);
    chat.sendToGroup("g", { a: [1] }, { metadata: { trace: "42" } });
    chat.sendToGroup("h", new Uint8Array([1, 2, 255]));
    chat.sendToGroup("h", new Uint8Array(20));
    chat.sendToConnection(connectionId, "two\nlines \u001b[2J\u009b1m\u202e", text);
    await shell.lines(6);
    expect(printed(shell)).toEqual([
      "g ann: first",
      "(server): for all",
      'g: {"a":[1]} trace=42',
      "h: <binary, 3 bytes: 01 02 ff>",
      `h: <binary, 20 bytes: ${"00 ".repeat(16)}…>`,
      "(server): two\\nlines \\u001b[2J\\u009b1m\\u202e",
    ]);
    expect(shell.stdout).toMatch(/^\d\d:\d\d:\d\d g ann: first\n/);
  });

  it("are objects with --json, bytes in base64", async () => {
    const shell = await listener("--json");
    chat.sendToAll({ a: null }, { metadata: { trace: "42" } });
    chat.sendToAll(new Uint8Array([1, 2, 255]));
    const lines = (await shell.lines(2)).map((line) => JSON.parse(line) as Record<string, unknown>);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string;
    const from = "server";
    expect(lines).toEqual([
      { time, from, dataType: "json", data: { a: null }, sequenceId: 1, metadata: { trace: "42" } },
      { time, from, dataType: "binary", data: "AQL/", sequenceId: 2 },
    ]);
  });

  it("go on after the input's end with --listen, until Ctrl-C", async () => {
    const shell = await listener("--listen", "--group", "g");
    shell.end("last line");
    await shell.lines(1);
    chat.sendToAll("later", { dataType: "text" });
    await shell.lines(2);
    shell.kill("SIGINT");
    expect(await shell.ended).toBe(0);
    expect(printed(shell)).toEqual(["g ann: last line", "(server): later"]);
    expect(chat.connections).toEqual([]);
  });

  it("come while a pipe is open that nobody writes to, and Ctrl-C ends that", async () => {
    const shell = await listener();
    chat.sendToAll("hello", { dataType: "text" });
    await shell.lines(1);
    shell.kill("SIGTERM");
    expect(await shell.ended).toBe(0);
  });

  it("come without a join to who is a member by token", async () => {
    const member = emulator.clientAccessUrl({ hub: "chat", roles: [], groups: ["g"] });
    const shell = connect(member, "--group", "g", "--no-join");
    await shell.said("connected to chat\n");
    chat.sendToGroup("g", "hello", { dataType: "text" });
    await shell.lines(1);
    expect(printed(shell)).toEqual(["g: hello"]);
  });
});

describe("the connection", () => {
  it("is made with a connection string from the environment, as a user with roles", async () => {
    const env = { WEBPUBSUB_CONNECTION_STRING: emulator.connectionString };
    const roles = ["--role", "webpubsub.joinLeaveGroup.g", "--role", "webpubsub.sendToGroup.g"];
    const shell = run(["connect", "--hub", "chat", "--user", "bob", "--group", "g", ...roles], env);
    shell.end("hello");
    expect(await shell.ended).toBe(0);
    expect(printed(shell)).toEqual(["g bob: hello"]);
  });

  it("is recovered when it drops, and replaced when that is impossible", async () => {
    const env = { WEBPUBSUB_CONNECTION_STRING: emulator.connectionString };
    const shell = run(["connect", "--hub", "chat", "--group", "g"], env);
    await shell.said("connected to chat\n");
    shell.type("one");
    await shell.lines(1);
    const [{ connectionId } = { connectionId: "" }] = chat.connections;
    emulator.faults.drop(connectionId);
    await shell.said(/the connection was lost: .*; recovering\nconnected again, nothing was missed\n/);
    emulator.faults.refuseRecovery(connectionId);
    emulator.faults.drop(connectionId);
    await shell.said(/the session was lost: messages may have been missed\nconnected to chat\n/);
    shell.end("two");
    expect(await shell.ended).toBe(0);
    expect(printed(shell)).toEqual(["g: one", "g: two"]);
  });
});

describe("a mistake is one clear line, without anything secret", () => {
  const SECRET = "a-secret-that-nobody-must-see-0123";
  const signed = (): string => emulator.connectionString.replace(/AccessKey=[^;]*/, `AccessKey=${SECRET}`);

  it.each<[string, () => string[], RegExp]>([
    [
      "no argument",
      () => [],
      /^a client access URL or connection string is missing: pass it as the argument, or set WEBPUBSUB_CONNECTION_STRING$/,
    ],
    ["a URL of another kind", () => [`https://h?access_token=${SECRET}`], /^not a client access URL, which reads wss:/],
    [
      "a URL whose hub cannot be read",
      () => [`ws://h/client/hubs/%zz?access_token=${SECRET}`],
      /^not a client access URL, which reads wss:/,
    ],
    [
      "neither URL nor connection string",
      () => [SECRET, "--hub", "chat"],
      /^a connection string reads .* no Endpoint$/,
    ],
    ["no hub", () => [signed()], /^--hub is missing: a connection string does not say/],
    ["another hub", () => [url(), "--hub", "other"], /^--hub other: the URL is for the hub chat; leave --hub out$/],
    ["a user beside a URL", () => [url(), "--user", "bob"], /^--user and --role go with a connection string/],
    ["a type", () => [url(), "--type", "xml"], /'xml' is invalid: Allowed choices are text, json/],
    [
      "a token",
      () => [`${url()}x`],
      /^cannot connect to the hub chat at ws:\/\/127\.0\.0\.1:\d+: HTTP 401: its token is wrong or has expired/,
    ],
    [
      "an access key",
      () => [signed(), "--hub", "chat"],
      /^cannot connect to the hub chat at ws:\/\/127\.0\.0\.1:\d+: HTTP 401: the access key is not that of this service/,
    ],
  ])("%s", async (_, args, line) => {
    const complaint = await complaintOf(run(["connect", ...args()], { WEBPUBSUB_CONNECTION_STRING: "" }));
    expect(complaint).toMatch(line);
    expect(complaint).not.toContain(SECRET);
    expect(complaint).not.toContain("eyJ");
  });

  it("a group that may not be joined", async () => {
    const shell = connect(emulator.clientAccessUrl({ hub: "chat", roles: [] }), "--group", "g");
    expect(await shell.ended).toBe(1);
    expect(shell.stderr).toMatch(/^connected to chat\nrx-webpubsub: joinGroup \(group "g"\) failed: Forbidden: .*\n$/);
  });

  it("a hub that answers otherwise", async () => {
    chat.onConnect(() => ({ reject: 403 }));
    expect(await complaintOf(connect(url()))).toMatch(/: the service answers with HTTP 403$/);
  });
});
