import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { endPrograms, firstLine, startProgram } from "../demos/run-program.js";

const closers: (() => unknown)[] = [];

afterEach(async () => {
  endPrograms();
  for (const close of closers.splice(0)) await close();
});

/** A server's access URL; whoever is connected is cut off in the end. */
async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/client/hubs/chat?access_token=t`;
}

async function emulated(then: (emulator: WebPubSubEmulator, connectionId: string) => void): Promise<string> {
  const emulator = await WebPubSubEmulator.start({ port: 0 });
  const isTroubled = new Set<string>();
  const watch = setInterval(() => {
    for (const { connectionId } of emulator.hub("chat").connections) {
      if (isTroubled.has(connectionId)) continue;
      isTroubled.add(connectionId);
      then(emulator, connectionId);
    }
  }, 5);
  closers.push(() => clearInterval(watch));
  closers.push(() => emulator.stop());
  return emulator.clientAccessUrl({ hub: "chat" });
}

const peers: readonly (readonly [what: string, url: () => Promise<string>])[] = [
  ["whose provider never answers", () => Promise.resolve("")],
  ["that nobody listens to", () => Promise.resolve("ws://127.0.0.1:1/client/hubs/chat?access_token=t")],
  ["whose peer never answers the upgrade", () => listening(createServer())],
  ["whose peer hangs up at once", () => listening(createServer((socket) => socket.destroy()))],
  ["whose peer answers with garbage", () => listening(createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n")))],
  [
    "that is refused with HTTP 503",
    () =>
      listening(
        createHttpServer().on("upgrade", (_request, socket) =>
          socket.end("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n"),
        ),
      ),
  ],
  ["that is at work", () => emulated(() => undefined)],
  ["whose peer falls silent and never answers the close", () => emulated((emulator, id) => emulator.faults.freeze(id))],
  ["whose peer sends broken frames", () => emulated((emulator, id) => emulator.faults.garble(id, 1_000))],
  [
    "that is cut again and again",
    () => emulated((emulator, id) => setInterval(() => emulator.faults.drop(id), 30).unref()),
  ],
];

describe("A process with nothing but a client", () => {
  it.each(peers)(
    "%s lives until stop(), exits by itself within a second of it, and no error escapes",
    async (_what, url) => {
      const program = startProgram("spec/faults/programs/quits.ts", [await url()], {
        NODE_OPTIONS: "--unhandled-rejections=strict",
      });
      let complaints = "";
      program.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
      const exited = once(program, "exit");
      expect(await firstLine(program)).toMatch(/^stopping while /);
      const stoppedAt = performance.now();
      const [code] = (await exited) as [number | null];
      expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
      expect(performance.now() - stoppedAt).toBeLessThan(1_000);
    },
    30_000,
  );
});
