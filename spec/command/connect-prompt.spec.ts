import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { Terminal as Screen } from "@xterm/headless";
import { asyncScheduler, firstValueFrom, lastValueFrom, of, VirtualTimeScheduler } from "rxjs";
import { messageForReading } from "../../lib/command/connect/message-text.js";
import { promptTerminal } from "../../lib/command/connect/prompt-terminal.js";
import { shell, type ShellSettings } from "../../lib/command/connect/shell.js";
import { statusText } from "../../lib/command/connect/status-text.js";
import { plainStyles, stylesFor } from "../../lib/command/connect/styles.js";
import { WebPubSubEmulator } from "../../lib/emulator/index.js";
import { WebPubSubClient, type ConnectionState } from "../../lib/index.js";

/* With a terminal: what a person sees on the screen, which an emulation of one works out. */

const COLUMNS = 40;

class Desk {
  readonly input = new PassThrough();
  readonly output = Object.assign(new PassThrough(), { columns: COLUMNS, isTTY: true });
  readonly #screen = new Screen({ cols: COLUMNS, rows: 24, allowProposedApi: true });
  #shown: () => void = () => undefined;

  constructor() {
    this.output.on("data", (data: Buffer) => this.#screen.write(data, () => this.#shown()));
  }

  /** The lines on the screen, the one with the cursor last. */
  get lines(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from({ length: active.baseY + active.cursorY + 1 }, (_, row) =>
      (active.getLine(row)?.translateToString() ?? "").trimEnd().replace(/^\d\d:\d\d:\d\d/, "TIME"),
    );
  }

  /** Waits until the last lines on the screen are these. */
  async shows(...lines: readonly string[]): Promise<void> {
    while (this.lines.slice(-lines.length).join("\n") !== lines.join("\n")) {
      await new Promise<void>((resolve) => (this.#shown = resolve));
    }
  }
}

const { TERM } = process.env;
beforeAll(() => (process.env["TERM"] = "xterm"));
afterAll(() => {
  if (TERM === undefined) delete process.env["TERM"];
  else process.env["TERM"] = TERM;
});

let emulator: WebPubSubEmulator;
let client: WebPubSubClient;
beforeEach(async () => {
  emulator = await WebPubSubEmulator.start();
  client = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat", userId: "ann" }));
});
afterEach(async () => {
  await client.dispose();
  await emulator.stop();
});

/** A shell at a desk, joined to g, and how it ends. */
function sit(settings: Partial<ShellSettings> = {}): Desk & { readonly ended: Promise<unknown> } {
  const desk = new Desk();
  const terminal = promptTerminal(desk, plainStyles, asyncScheduler);
  const shell$ = shell(client, terminal, {
    ...{ hub: "chat", groups: ["g"], target: { kind: "group", name: "g" }, lineType: "text", echo: true },
    ...{ listen: false, format: messageForReading(plainStyles), scheduler: asyncScheduler, ...settings },
  });
  const ended = lastValueFrom(shell$, { defaultValue: undefined }).finally(() => terminal.close());
  return Object.assign(desk, { ended });
}

const start = ["connected to chat as ann", "chat/g connected>"];

it("sends what is typed, and prints what comes above the prompt", async () => {
  const desk = sit();
  await desk.shows(...start);
  desk.input.write("hello\r");
  await desk.shows("chat/g connected> hello", "TIME g ann: hello", "chat/g connected>");
  desk.input.write("\u0003");
  await desk.ended;
  // The prompt is gone, and what the terminal shows next begins a line.
  await desk.shows("connected to chat as ann", "chat/g connected> hello", "TIME g ann: hello", "");
});

const LEFT = "\u001b[D";

it.each([
  ["typed", (text: string) => [...Array.from(text), LEFT, LEFT, LEFT]],
  ["pasted", (text: string) => [text + LEFT + LEFT + LEFT]],
])("leaves a line and the cursor in it alone that is half %s, over two rows", async (_, chunks) => {
  const desk = sit();
  await desk.shows(...start);
  for (const keys of chunks("a line that is not finished yet")) desk.input.write(keys);
  const typed = ["chat/g connected> a line that is not fin", "ished yet"];
  await desk.shows(...typed);
  const chat = emulator.hub("chat");
  chat.sendToAll("first", { dataType: "text" });
  chat.sendToAll("and a second that is longer than a row", { dataType: "text" });
  const messages = ["TIME (server): first", "TIME (server): and a second that is", "longer than a row"];
  await desk.shows("connected to chat as ann", ...messages, ...typed);
  expect(desk.lines).toEqual(["connected to chat as ann", ...messages, ...typed]);
  for (const key of ["!", "\r"]) desk.input.write(key);
  await desk.shows(
    ...["chat/g connected> a line that is not fin", "ished !yet"],
    ...["TIME g ann: a line that is not finis", "hed !yet", "chat/g connected>"],
  );
  desk.input.write("\u0003");
  await desk.ended;
});

it("knows commands: for groups, for events, for help; others are mistakes, and nothing is sent", async () => {
  const chat = emulator.hub("chat");
  chat.onEvent("echo", ({ data }) => data);
  const desk = sit({ groups: [], target: undefined });
  await desk.shows("connected to chat as ann", "chat connected>");
  desk.input.write("hello\r");
  await desk.shows("there is no group to send to: /join one,", " or send an /event", "chat connected>");
  desk.input.write("/event echo a  b\r");
  await desk.shows("TIME (server): a  b", "chat connected>");
  desk.input.write("/join h\r");
  await desk.shows("chat connected> /join h", "chat/h connected>");
  desk.input.write("//path\r");
  await desk.shows("TIME h ann: /path", "chat/h connected>");
  desk.input.write("/join i\r/group i\r");
  await desk.shows("chat/h connected> /group i", "chat/i connected>");
  expect(chat.connections[0]?.groups).toEqual(["h", "i"]);
  desk.input.write("/leave h\rhello\r");
  await desk.shows("TIME i ann: hello", "chat/i connected>");
  expect(chat.connections[0]?.groups).toEqual(["i"]);
  desk.input.write("/help\r");
  await desk.shows("  //text                 send /text", "chat/i connected>");
  desk.input.write("/leve i\r");
  await desk.shows("there is no /leve; /help lists what ther", "e is, //leve sends the line", "chat/i connected>");
  desk.input.write("/group\r");
  await desk.shows("/group: a group name must hold more than", " white space", "chat/i connected>");
  desk.input.write("/quit\r");
  await desk.ended;
});

it.each([
  ["Ctrl-D", "last words\r\u0004", {}],
  ["/quit", "last words\r/quit\r", {}],
  ["Ctrl-D, although --listen keeps a pipe", "last words\r\u0004", { listen: true }],
])("%s sends first what was typed before", async (_, keys, settings) => {
  const desk = sit(settings);
  await desk.shows(...start);
  const bob = new WebPubSubClient(emulator.clientAccessUrl({ hub: "chat", groups: ["g"] }));
  const message = firstValueFrom(bob.groupMessages$);
  await bob.start();
  desk.input.write(keys);
  await desk.ended;
  expect((await message).data).toBe("last words");
  await bob.dispose();
});

it("keeps what is typed before there is a connection", async () => {
  const desk = sit();
  desk.input.write("early\r");
  await desk.shows("TIME g ann: early", "chat/g connected>");
  desk.input.write("\u0003");
  await desk.ended;
});

it("tells of a lost connection, and goes on when there is one again", async () => {
  const desk = sit();
  await desk.shows(...start);
  desk.input.write("half");
  const [{ connectionId } = { connectionId: "" }] = emulator.hub("chat").connections;
  emulator.faults.drop(connectionId);
  await desk.shows("connected again, nothing was missed", "chat/g connected> half");
  desk.input.write("\u0003");
  await desk.ended;
});

it("a refusal ends it, and the screen is tidy for the one line that tells why", async () => {
  client = new WebPubSubClient(`${emulator.clientAccessUrl({ hub: "chat" })}x`);
  const desk = sit();
  await expect(desk.ended).rejects.toThrow(/gave up/);
  desk.output.write("the line\r\n");
  await desk.shows("the line", "");
  expect(desk.lines).toEqual(["the line", ""]);
});

describe("the prompt", () => {
  const place = "chat/g";
  const cause = { phase: "open" } as const;
  const ids = { connectionId: "c" };

  it.each<[ConnectionState, string]>([
    [{ status: "stopped", reason: "initial" }, "stopped"],
    [{ status: "connecting", attempt: 1 }, "connecting …"],
    [{ status: "connecting", attempt: 3 }, "connecting … (attempt 3)"],
    [{ status: "connected", ...ids }, "connected"],
    [{ status: "recovering", ...ids, since: 0, attempt: 1, cause }, "recovering …"],
    [{ status: "disconnected", attempt: 3, retryAt: 1_900, cause }, "retrying in 2 s (attempt 3)"],
  ])("tells the state: %j", async (state, text) => {
    const desk = new Desk();
    const scheduler = new VirtualTimeScheduler();
    const terminal = promptTerminal(desk, plainStyles, scheduler);
    const watching = terminal.show(of({ place, state })).subscribe();
    scheduler.maxFrames = 0;
    scheduler.flush();
    await desk.shows(`chat/g ${text}>`);
    watching.unsubscribe();
    terminal.close();
  });

  it("counts down to the next attempt", () => {
    const scheduler = new VirtualTimeScheduler();
    const state = { status: "disconnected", attempt: 3, retryAt: 2_500, cause } as const;
    const told: string[] = [];
    statusText(state, scheduler).subscribe((text) => told.push(`${scheduler.now()}: ${text}`));
    scheduler.flush();
    expect(told).toEqual([3, 2, 1, 0].map((left, at) => `${at * 1_000}: retrying in ${left} s (attempt 3)`));
  });
});

describe("colours", () => {
  it("are for terminals that have them", () => {
    expect(stylesFor({ hasColors: () => true }).good("x")).toBe("\u001b[32mx\u001b[39m");
    expect(stylesFor({ hasColors: () => false }).good("x")).toBe("x");
    expect(stylesFor({}).good("x")).toBe("x");
  });

  it("are not for who has set NO_COLOR", () => {
    const terminal = Object.assign(Object.create(WriteStream.prototype) as WriteStream, { isTTY: true });
    expect(stylesFor(terminal, { TERM: "xterm" }).good("x")).not.toBe("x");
    expect(stylesFor(terminal, { TERM: "xterm", NO_COLOR: "1" }).good("x")).toBe("x");
  });
});
