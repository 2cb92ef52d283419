import { WebPubSubServiceClient } from "@azure/web-pubsub";
import jwt from "jsonwebtoken";
import { firstValueFrom } from "rxjs";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { WebPubSubClient } from "../../lib/index.js";
import { OfficialClient, RELIABLE } from "../interop/official-client.js";
import { commandForSpec, complaintOf, type Shell } from "./shell.js";

const run = commandForSpec();
const token = (...args: string[]): Shell => run(["token", ...args]);

let emulator: WebPubSubEmulator;
beforeAll(async () => {
  emulator = await WebPubSubEmulator.start();
});
afterAll(() => emulator.stop());

/** The URL that a command printed, and nothing beside it. */
async function urlOf(shell: Shell): Promise<string> {
  expect(await shell.ended).toBe(0);
  expect(shell.stderr).toBe("");
  expect(shell.stdout).toMatch(/^\S+\n$/);
  return shell.stdout.trimEnd();
}

/** The claims, with times as a lifetime in minutes. */
function claimsOf(url: string): object {
  const { iat, exp, ...claims } = jwt.decode(new URL(url).searchParams.get("access_token")!) as jwt.JwtPayload;
  return { ...claims, minutes: Math.round((exp! - (iat ?? Date.now() / 1_000)) / 60) };
}

it("prints a URL as the official server SDK makes it, and nothing else", async () => {
  const sdk = new WebPubSubServiceClient(emulator.connectionString, "chat", { allowInsecureConnection: true });
  for (const [args, options] of [
    [[], {}],
    [
      ["--user", "ann", "--role", "webpubsub.sendToGroup.g", "--role", "webpubsub.joinLeaveGroup", "--group", "g"],
      { userId: "ann", roles: ["webpubsub.sendToGroup.g", "webpubsub.joinLeaveGroup"], groups: ["g"] },
    ],
    [["--expires", "5"], { expirationTimeInMinutes: 5 }],
  ] as const) {
    const url = await urlOf(token(emulator.connectionString, "--hub", "chat", ...args));
    const official = (
      await sdk.getClientAccessToken({
        ...options,
        roles: options.roles && [...options.roles],
        groups: options.groups && [...options.groups],
      })
    ).url;
    expect(url.split("?")[0]).toBe(official.split("?")[0]);
    expect(claimsOf(url)).toEqual(claimsOf(official));
  }
});

it("prints a URL that lets this client in, and the official one", async () => {
  const roles = ["--role", "webpubsub.sendToGroup", "--role", "webpubsub.joinLeaveGroup"];
  const env = { WEBPUBSUB_CONNECTION_STRING: emulator.connectionString };
  const url = await urlOf(run(["token", "--hub", "chat", "--user", "ann", "--group", "g", ...roles], env));
  const client = new WebPubSubClient(url);
  const message = firstValueFrom(client.groupMessages$);
  expect(await client.start()).toMatchObject({ userId: "ann" });
  const official = new OfficialClient(() => url, RELIABLE);
  await official.start();
  await official.client.sendToGroup("g", "hello", "text");
  expect(await message).toMatchObject({ group: "g", fromUserId: "ann", data: "hello" });
  await official.stop();
  await client.dispose();
});

describe("a mistake is one clear line", () => {
  const SECRET = "a-secret-key-that-nobody-must-see";

  it.each<[string, string[], RegExp]>([
    [
      "nothing to sign with",
      ["--hub", "chat"],
      /^a connection string is missing: pass it .*or set WEBPUBSUB_CONNECTION_STRING$/,
    ],
    ["no hub", [`Endpoint=https://h;AccessKey=${SECRET}`], /^required option '--hub <name>' not specified$/],
    [
      "a hub's name",
      [`Endpoint=https://h;AccessKey=${SECRET}`, "--hub", "1st"],
      /'1st' is invalid: a hub name must start/,
    ],
    ["half a connection string", [`AccessKey=${SECRET}`, "--hub", "chat"], /but it has no Endpoint$/],
    [
      "a semicolon left out",
      [`Endpoint=http://h AccessKey=${SECRET}`, "--hub", "chat"],
      /^a connection string reads .* but it has no AccessKey$/,
    ],
    ["a key in the wrong place", ["x", "--hub", `AccessKey=${SECRET}`], /'AccessKey=\*\*\*' is invalid: a hub name/],
    [
      "a URL",
      [`wss://h/client/hubs/chat?access_token=${SECRET}`, "--hub", "chat"],
      /^a client access URL has no access key: /,
    ],
    [
      "a lifetime",
      [`Endpoint=https://h;AccessKey=${SECRET}`, "--hub", "c", "--expires", "1h"],
      /'1h' is invalid: it must be a whole number of minutes/,
    ],
    [
      "a group's name",
      [`Endpoint=https://h;AccessKey=${SECRET}`, "--hub", "c", "--group", " "],
      /' ' is invalid: a group name must hold more/,
    ],
  ])("%s", async (_, args, line) => {
    const complaint = await complaintOf(run(["token", ...args], { WEBPUBSUB_CONNECTION_STRING: "" }));
    expect(complaint).toMatch(line);
    expect(complaint).not.toContain(SECRET);
  });
});

it("is silent when nobody reads what it prints", async () => {
  const shell = token(emulator.connectionString, "--hub", "chat");
  shell.stopReading();
  expect(await shell.ended).toBe(0);
  expect(shell.stderr).toBe("");
});
