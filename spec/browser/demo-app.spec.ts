import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from "playwright-core";
import { firstValueFrom, ReplaySubject } from "rxjs";
import { endPrograms, firstLine, startProgram } from "../demos/run-program.js";

/* `npm run demo:app` as people see it. Screenshots go to .temp/demo-app. */

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const pictures = path.resolve(__dirname, "../../.temp/demo-app");
const PATIENCE_MS = 30_000;
const TEST_MS = 90_000;

// Without a screen, every frame is drawn by the processor: most of these pages move once a second.
const calm = { reducedMotion: "reduce" } as const;
const desktop: BrowserContextOptions = { ...calm, viewport: { width: 1280, height: 860 } };
const phone: BrowserContextOptions = {
  ...calm,
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
};

let browser: Browser;
let url: string;
let room: string;
let rooms = 0;
let complaints: string[];

beforeAll(async () => {
  if (!existsSync(executablePath)) throw new Error(`no Chromium at ${executablePath}: apt-get install chromium`);
  mkdirSync(pictures, { recursive: true });
  const program = startProgram("demos/app/main.ts", [], { PORT: "0" });
  const [line] = await Promise.all([
    firstLine(program),
    chromium.launch({ executablePath }).then((it) => (browser = it)),
  ]);
  [url = ""] = /http:\S+/.exec(line) ?? [];
}, TEST_MS);

afterAll(async () => {
  await browser.close();
  endPrograms();
});

beforeEach(() => {
  room = `room-${++rooms}`;
  complaints = [];
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  expect(complaints).toEqual([]);
});

async function openPage(options: BrowserContextOptions): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  // What is waited for by chance takes as long as it may, so that it can be seen.
  await page.addInitScript("Math.random = () => 0.999");
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // What Chromium itself writes of a handshake that was refused.
    const isRefusal = message.text().startsWith("WebSocket connection to");
    if (["error", "warning"].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  return page;
}

/** One person's page, by what can be seen and done there. */
class Visitor {
  private constructor(readonly page: Page) {}

  static async enter(user: string, options: BrowserContextOptions = desktop): Promise<Visitor> {
    const page = await openPage(options);
    await page.goto(`${url}/?${new URLSearchParams({ user, room }).toString()}`);
    const visitor = new Visitor(page);
    await visitor.status("Connected");
    await visitor.people.getByText(`${user} (you)`).waitFor();
    return visitor;
  }

  get people(): Locator {
    return this.page.getByRole("list", { name: "In this room" });
  }

  get messages(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  get timeline(): Locator {
    return this.page.getByRole("img", { name: "Timeline" });
  }

  texts(): Promise<string[]> {
    return this.messages.locator(".text").allTextContents();
  }

  status(status: string): Promise<void> {
    return this.page
      .getByRole("status")
      .and(this.page.getByText(status, { exact: true }))
      .waitFor();
  }

  async says(text: string): Promise<Locator> {
    const input = this.page.getByRole("textbox", { name: "Message" });
    await input.fill(text);
    await input.press("Enter");
    return this.message(text);
  }

  message(text: string): Locator {
    return this.messages.getByRole("listitem").filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async hears(text: string): Promise<void> {
    await this.message(text).waitFor();
  }

  press(button: string): Promise<void> {
    return this.page.getByRole("button", { name: button, exact: true }).click();
  }

  /** Presses the button of a fault, and waits until the server has made it. */
  async suffers(fault: "Cut" | "Freeze" | "Lose the session" | "Refuse"): Promise<void> {
    const made = this.page.waitForResponse(/\/faults\/\w+$/);
    await this.press(fault);
    expect((await made).status()).toBe(204);
  }

  /** Waits for a line of the log. */
  async reads(line: string | RegExp): Promise<void> {
    await this.page.getByRole("list", { name: "What happened" }).getByText(line).first().waitFor();
  }

  /** What it all comes to. */
  async tally(): Promise<Record<string, number>> {
    const pairs = await this.page
      .locator("#tally > div")
      .evaluateAll((all) =>
        all.map((pair) => [pair.querySelector("dt")?.textContent ?? "", Number(pair.querySelector("dd")?.textContent)]),
      );
    return Object.fromEntries(pairs) as Record<string, number>;
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }
}

const acked = (message: Locator): Promise<void> => message.getByText("✓ acked").waitFor();
const sending = (message: Locator): Promise<void> => message.getByText("sending …").waitFor();
const burst = Array.from({ length: 20 }, (_, n) => `${n + 1} of 20`);

describe("the demo app in Chromium", () => {
  it(
    "lets two people chat, who see each other, and that what they say is acked",
    async () => {
      const ann = await Visitor.enter("ann");
      const bob = await Visitor.enter("bob");
      await ann.people.getByText("bob").waitFor();
      await acked(await ann.says("Hello, bob"));
      await bob.hears("Hello, bob");
      await bob.page.getByRole("textbox", { name: "Message" }).pressSequentially("W");
      await ann.page.getByText("bob is writing …").waitFor();
      await acked(await bob.says("<b>Hello</b>, ann"));
      await ann.hears("<b>Hello</b>, ann");
      expect(await ann.texts()).toEqual(["Hello, bob", "<b>Hello</b>, ann"]);

      await bob.page.close({ runBeforeUnload: false });
      await expect(ann.people.getByText("bob").waitFor({ state: "detached" })).resolves.toBeUndefined();
    },
    TEST_MS,
  );

  it(
    "heals after a cut in the middle of things: nothing is lost, doubled or out of order on either side",
    async () => {
      const ann = await Visitor.enter("ann");
      const bob = await Visitor.enter("bob", phone);
      await bob.press("Send 20");
      await ann.hears("3 of 20");
      await ann.suffers("Cut");
      await ann.reads(/^Recovered after \d+ ms/);
      await bob.suffers("Cut");
      await bob.reads(/^Recovered after \d+ ms/);
      await ann.hears("20 of 20");
      await acked(bob.message("20 of 20"));
      expect(await ann.texts()).toEqual(burst);
      expect(await bob.texts()).toEqual(burst);
      expect(await ann.tally()).toMatchObject({ received: 20, doubled: 0, recovered: 1, gaps: 0 });
      expect(await bob.tally()).toMatchObject({ sent: 20, acked: 20, received: 20, doubled: 0, recovered: 1, gaps: 0 });
      await ann.timeline.getByText("cut", { exact: true }).waitFor();
      await ann.timeline.getByText(/^in \d+ ms$/).waitFor();
      await ann.picture("cut");
    },
    TEST_MS,
  );

  it(
    "notices a frozen link by itself, recovers, and what waited arrives once",
    async () => {
      const ann = await Visitor.enter("ann");
      const bob = await Visitor.enter("bob");
      await ann.suffers("Freeze");
      await ann.reads("You froze the link");
      const waiting = await ann.says("Can you hear me?");
      await sending(waiting);
      await acked(await bob.says("You are so quiet"));
      await ann.reads(/^Recovering: /);
      await ann.reads(/^Recovered after \d+ ms/);
      await acked(waiting);
      await ann.hears("You are so quiet");
      await bob.hears("Can you hear me?");
      expect(await bob.texts()).toEqual(["You are so quiet", "Can you hear me?"]);
      expect((await ann.texts()).sort()).toEqual(["Can you hear me?", "You are so quiet"]);
      expect(await ann.tally()).toMatchObject({ sent: 1, acked: 1, received: 2, doubled: 0, recovered: 1, gaps: 0 });
      await ann.timeline.getByText("freeze").waitFor();
    },
    TEST_MS,
  );

  it(
    "tries again when it is refused, says when, and gets what it has missed",
    async () => {
      const ann = await Visitor.enter("ann");
      const bob = await Visitor.enter("bob", { ...desktop, colorScheme: "dark" });
      await acked(await ann.says("Before"));
      // The fourth attempt, which would not be refused, begins when bob has spoken.
      const bobHasSpoken$ = new ReplaySubject<void>(1);
      let attempts = 0;
      await ann.page.route("**/negotiate*", async (route) => {
        if (++attempts > 3) await firstValueFrom(bobHasSpoken$);
        await route.continue();
      });
      await ann.suffers("Refuse");
      await ann.status("Offline");
      await ann.page.getByText(/^attempt \d in \d\.\d s$/).waitFor();
      expect(await ann.page.getByRole("button", { name: "Cut" }).getAttribute("aria-disabled")).toBe("true");
      await acked(await bob.says("Ann, are you there?"));
      const waiting = await ann.says("Not yet");
      await sending(waiting);
      await ann.picture("refused");
      bobHasSpoken$.next();

      await ann.status("Connected");
      await acked(waiting);
      await ann.reads(/^Offline, attempt 4/);
      await ann.messages.getByText("The session was lost: 1 message was fetched").waitFor();
      await bob.hears("Not yet");
      expect(await bob.texts()).toEqual(["Before", "Ann, are you there?", "Not yet"]);
      expect((await ann.texts()).sort()).toEqual(["Ann, are you there?", "Before", "Not yet"]);
      expect(await ann.tally()).toMatchObject({ sent: 2, acked: 2, doubled: 0, recovered: 0, gaps: 1, fetched: 1 });
      await ann.timeline.getByText("gap", { exact: true }).waitFor();
      await ann.picture("light");
      await bob.picture("dark");
    },
    TEST_MS,
  );

  it(
    "does not wait when it is told to try now",
    async () => {
      const ann = await Visitor.enter("ann");
      await ann.suffers("Refuse");
      await ann.reads(/^Offline, attempt 4/);
      await ann.press("Try now");
      await ann.status("Connected");
    },
    TEST_MS,
  );

  it(
    "announces a lost session, and joins the room again",
    async () => {
      const ann = await Visitor.enter("ann");
      await ann.suffers("Lose the session");
      await ann.reads("A gap: this is a new session");
      await ann.messages.getByText("The session was lost: nothing was missed").waitFor();
      await acked(await ann.says("Back again"));
    },
    TEST_MS,
  );

  it(
    "fits a phone, from the entrance on",
    async () => {
      const page = await openPage(phone);
      const overflow = (): Promise<number> =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      await page.goto(url);
      expect(await overflow()).toBe(0);
      await page.getByRole("textbox", { name: "Your name" }).fill("cleo");
      await page.getByRole("textbox", { name: "Room" }).fill(room);
      await page.getByRole("button", { name: "Enter" }).click();
      await page.getByRole("status").and(page.getByText("Connected")).waitFor();
      const ann = await Visitor.enter("ann");
      await acked(await ann.says(`A word that is ${"very ".repeat(20)}long: ${"wide".repeat(60)}`));
      await page.getByText("A word that is").first().waitFor();
      expect(await overflow()).toBe(0);
      for (const button of await page.getByRole("button").all()) {
        expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(40);
      }
      await page.screenshot({ path: path.join(pictures, "phone.png"), fullPage: true });
    },
    TEST_MS,
  );

  it(
    "can be worked by keyboard alone",
    async () => {
      const ann = await Visitor.enter("ann");
      const cut = ann.page.getByRole("button", { name: "Cut" });
      await cut.focus();
      await ann.page.keyboard.press("Enter");
      await ann.reads(/^Recovered after \d+ ms/);
      expect(await cut.evaluate((button) => button === document.activeElement)).toBe(true);
    },
    TEST_MS,
  );

  it(
    "moves its timeline with the time, but hardly for who wants less motion",
    async () => {
      const moves = async (visitor: Visitor): Promise<number> =>
        visitor.page.locator(".tape").evaluate(async (tape) => {
          const seen = new Set<string>();
          for (let n = 0; n < 30; n++) {
            await new Promise(requestAnimationFrame);
            seen.add(getComputedStyle(tape).translate);
          }
          return seen.size;
        });
      const still = await moves(await Visitor.enter("ann"));
      expect(await moves(await Visitor.enter("bob", { viewport: { width: 640, height: 480 } }))).toBeGreaterThan(still);
    },
    TEST_MS,
  );
});
