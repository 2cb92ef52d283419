import { connect, type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { firstValueFrom } from "rxjs";
import manifest from "../../package.json" with { type: "json" };
import { WebPubSubClient } from "../../lib/index.js";
import { PortClient } from "../emulator/port-client.js";
import { commandForSpec, complaintOf, type Shell } from "./shell.js";

const start = commandForSpec();
const run = (...args: string[]): Shell => start(args);
const emulator = (...args: string[]): Shell => run("emulator", "--port", "0", "--hub", "chat", ...args);

const KEY = "a-key-of-32-bytes-or-more-0123456789";

describe("rx-webpubsub emulator", () => {
  it("prints the connection string first, then an access URL for each hub, and nothing else", async () => {
    const shell = emulator("--hub", "Other", "--access-key", KEY);
    const [connectionString, chat, other] = await shell.lines(3);
    const port = /:(\d+);/.exec(connectionString!)?.[1];
    expect(connectionString).toBe(`Endpoint=http://127.0.0.1:${port};AccessKey=${KEY};Version=1.0;`);
    expect(chat).toMatch(new RegExp(`^ws://127\\.0\\.0\\.1:${port}/client/hubs/chat\\?access_token=\\S+$`));
    expect(other).toMatch(new RegExp(`^ws://127\\.0\\.0\\.1:${port}/client/hubs/Other\\?access_token=\\S+$`));
    shell.kill("SIGTERM");
    expect(await shell.ended).toBe(0);
    expect(shell.stdout.split("\n")).toEqual([connectionString, chat, other, ""]);
    expect(shell.stderr).toBe("");
  });

  it("prints the connection string alone without a hub: that exists as soon as it is named", async () => {
    const shell = run("emulator", "--port", "0");
    const [connectionString] = await shell.lines(1);
    const [url] = await run("token", connectionString!, "--hub", "chat").lines(1);
    expect(await new PortClient(url!).next()).toMatchObject({ event: "connected" });
    shell.kill("SIGTERM");
    expect(await shell.ended).toBe(0);
    expect(shell.stdout).toMatch(/^Endpoint=\S+\n$/);
    expect(shell.stderr).toBe("");
  });

  it("prints URLs that let a client join a group, send to it and receive", async () => {
    const [, url] = await emulator().lines(2);
    const client = new WebPubSubClient(url!);
    const message = firstValueFrom(client.group("g").messages$);
    await client.start();
    await firstValueFrom(client.sendToGroup("g", "hello", "text"));
    expect(await message).toMatchObject({ group: "g", data: "hello" });
    await client.dispose();
  });

  it("listens on another host, and names it in what it prints", async () => {
    const [connectionString, url] = await emulator("--host", "0.0.0.0").lines(2);
    expect(connectionString).toMatch(/^Endpoint=http:\/\/127\.0\.0\.1:\d+;/);
    await new PortClient(url!).opened().then(({ socket }) => socket.terminate());
  });

  it.each(["SIGINT", "SIGTERM"] as const)("stops at %s: tells its clients, then ends with 0", async (signal) => {
    const shell = emulator();
    const [, url] = await shell.lines(2);
    const client = new PortClient(url!);
    await client.next();
    shell.kill(signal);
    expect(await client.next()).toMatchObject({ event: "disconnected" });
    expect(await client.ended).toBe("1001");
    expect(await shell.ended).toBe(0);
    expect(shell.stderr).toBe("");
  });

  it("takes a signal and its echo for one: under npx, Ctrl-C comes from the terminal and from npm", async () => {
    const shell = emulator();
    const [, url] = await shell.lines(2);
    await new PortClient(url!).opened();
    shell.kill("SIGINT");
    shell.kill("SIGINT");
    expect(await shell.ended).toBe(0);
  });

  it("ends at once at a second signal", async () => {
    const shell = emulator();
    const [, url] = await shell.lines(2);
    // A client that never answers the close frame keeps the emulator waiting for half a second.
    const { hostname, port, pathname, search } = new URL(url!);
    const deaf = connect(Number(port), hostname);
    deaf.on("error", () => undefined);
    deaf.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    await new Promise((resolve) => deaf.once("data", resolve));
    shell.kill("SIGINT");
    await sleep(350);
    shell.kill("SIGTERM");
    expect(await shell.ended).toBe(143);
    deaf.destroy();
  });
});

describe("--verbose", () => {
  it("logs requests, frames and closes on stderr, and no token", async () => {
    const shell = emulator("--verbose");
    const [, url] = await shell.lines(2);
    const client = new PortClient(url!);
    const { connectionId, reconnectionToken } = await client.next();
    await client.ask({ type: "sendToGroup", group: "g", ackId: 1, dataType: "text", data: "hello" });
    client.socket.terminate();
    await shell.said("#1 closed 1006");
    const again = new PortClient(
      `${url!}&awps_connection_id=${String(connectionId)}&awps_reconnection_token=${String(reconnectionToken)}`,
    );
    await again.next();
    again.socket.close(1_000);
    await shell.said("#2 closed 1000");
    expect(await new PortClient(url!.slice(0, -3)).ended).toContain("401");
    await new PortClient(url!).next();
    shell.kill("SIGINT");
    expect(await shell.ended).toBe(0);

    const lines = shell.stderr.trimEnd().split("\n");
    const time = /^\d\d:\d\d:\d\d /;
    expect(lines.filter((line) => !time.test(line))).toEqual([]);
    const id = String(connectionId);
    expect(lines.map((line) => line.replace(time, "").replaceAll(id, "ID"))).toEqual([
      "#1 opens /client/hubs/chat?access_token=*** json.reliable.webpubsub.azure.v1",
      '#1 → {"type":"system","event":"connected","connectionId":"ID","reconnectionToken":"***"}',
      '#1 ← {"type":"sendToGroup","group":"g","ackId":1,"dataType":"text","data":"hello"}',
      '#1 → {"type":"ack","ackId":1,"success":true}',
      "#1 closed 1006",
      "#2 opens /client/hubs/chat?access_token=***&awps_connection_id=ID&awps_reconnection_token=*** json.reliable.webpubsub.azure.v1",
      '#2 → {"type":"system","event":"connected","connectionId":"ID","reconnectionToken":"***"}',
      "#2 closed 1000",
      "refused with 401: /client/hubs/chat?access_token=*** json.reliable.webpubsub.azure.v1",
      expect.stringMatching(/^#3 opens /),
      expect.stringMatching(/^#3 → .*"connected"/),
      expect.stringMatching(/^#3 → .*"disconnected"/),
      "#3 → close 1001",
      "#3 closed 1001",
    ]);
    expect(shell.stderr).not.toContain(String(reconnectionToken));
    expect(shell.stderr).not.toContain("eyJ");
  });
});

describe("a mistake is one clear line on stderr and exit code 1", () => {
  const chat = ["emulator", "--hub", "chat"];

  it.each<[string, string[], string | RegExp]>([
    ["a bad hub name", ["emulator", "--hub", "1st"], /'1st' is invalid: a hub name must start with a letter/],
    ["a port that is no number", [...chat, "--port", "web"], /'web' is invalid: it must be a whole number from 0 to/],
    ["a port out of range", [...chat, "--port", "65536"], /'65536' is invalid: it must be a whole number from 0 to/],
    ["an empty port", [...chat, "--port", ""], /'' is invalid: it must be a whole number from 0 to 65535/],
    [
      "a short key",
      [...chat, "--access-key", "secret"],
      "--access-key must have 32 UTF-8 bytes or more, this one has 6",
    ],
    ["a key with a semicolon", [...chat, "--access-key", `${KEY};`], /^--access-key must be free of ";"/],
    ["an unknown flag", [...chat, "--prot", "1"], "unknown option '--prot' (Did you mean --port?)"],
    ["an argument too many", [...chat, "other"], /too many arguments/],
    ["an unknown command", ["emulate"], "unknown command 'emulate' (Did you mean emulator?)"],
    [
      "a host that is not here",
      [...chat, "--port", "0", "--host", "192.0.2.1"],
      /^cannot listen on 192\.0\.2\.1 port 0: /,
    ],
  ])("%s", async (_, args, message) => {
    const line = await complaintOf(run(...args));
    expect(line).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
    expect(line).not.toContain("secret");
  });

  it("a taken port", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const shell = run(...chat, "--port", String(port));
    expect(await shell.ended).toBe(1);
    expect(shell.stderr).toMatch(
      new RegExp(
        `^rx-webpubsub: cannot listen on 127\\.0\\.0\\.1 port ${port}: .*EADDRINUSE.* \\(--port 0 takes a free port\\)\n$`,
      ),
    );
    server.close();
  });
});

describe("help and version", () => {
  it.each([
    ["--help", /^Usage: rx-webpubsub .*emulator \[options\]/s],
    ["emulator --help", /^Usage: rx-webpubsub emulator .*--hub <name>.*--port.*8080.*--verbose/s],
    ["--version", new RegExp(`^${manifest.version.replaceAll(".", "\\.")}\n$`)],
  ])("%s", async (args, output) => {
    const shell = run(...args.split(" "));
    expect(await shell.ended).toBe(0);
    expect(shell.stdout).toMatch(output);
    expect(shell.stderr).toBe("");
  });

  it("without a subcommand the help is on stderr, and the exit code 1", async () => {
    const shell = run();
    expect(await shell.ended).toBe(1);
    expect(shell.stdout).toBe("");
    expect(shell.stderr).toMatch(/^Usage: rx-webpubsub /);
  });
});
