import { once } from "node:events";
import { endPrograms, firstLine, runDemo, startProgram } from "./run-program.js";

const TIMEOUT_MS = 30_000;
afterEach(endPrograms);

/** The rows of the summary: title and result. */
function summaryOf(stdout: string): Record<string, string | undefined> {
  const [, table = ""] = stdout.split(/^-[- ]+$/m);
  const rows = table.split("\n").map((row) => row.split(/ {2,}/));
  return Object.fromEntries(
    rows
      .filter(({ length }) => length > 2)
      .map(([title = "", result]): [string, string | undefined] => [title, result]),
  );
}

describe("npm start", () => {
  it(
    "shows every step on an emulator of its own, and ends by itself",
    async () => {
      const { code, stdout, stderr } = await runDemo("start.ts");
      expect(stderr).toBe("");
      expect(summaryOf(stdout)).toEqual({
        "Two users meet in a group": "ok",
        Acks: "ok",
        "The server speaks": "ok",
        "A dropped link recovers": "ok",
        "A lost session is replaced": "ok",
        "A new session on request": "ok",
        Goodbye: "ok",
      });
      expect(stdout).toContain("7 steps as they should be, after");
      expect(code).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    "runs its client-side steps against a service elsewhere, and says what it leaves out",
    async () => {
      const accessKey = "another-key-of-more-than-32-bytes-for-this-test";
      const service = startProgram("lib/command/main.ts", [
        "emulator",
        ...["--port", "0", "--hub", "demo", "--access-key", accessKey],
      ]);
      const connectionString = await firstLine(service);
      expect(connectionString).toMatch(/^Endpoint=http:\/\/127\.0\.0\.1:\d+;AccessKey=another-key/);

      const { code, stdout, stderr } = await runDemo("start.ts", { WEBPUBSUB_CONNECTION_STRING: connectionString });
      expect(stderr).toBe("");
      expect(summaryOf(stdout)).toEqual({
        "Two users meet in a group": "ok",
        Acks: "ok",
        "The server speaks": "left out",
        "A dropped link recovers": "left out",
        "A lost session is replaced": "left out",
        "A new session on request": "ok",
        Goodbye: "ok",
      });
      expect(stdout).not.toContain(accessKey);
      expect(code).toBe(0);

      const refused = await runDemo("start.ts", {
        WEBPUBSUB_CONNECTION_STRING: connectionString.replace("another-key", "no-such-key"),
      });
      expect(refused.stdout).toContain("Unexpected server response: 401");
      expect(summaryOf(refused.stdout)).toMatchObject({ "Two users meet in a group": "FAILED", Acks: "not run" });
      expect(refused.code).toBe(1);

      service.kill("SIGTERM");
      expect(await once(service, "close")).toEqual([0, null]);
    },
    TIMEOUT_MS,
  );

  it(
    "says in one line what is wrong with a connection string",
    async () => {
      const { code, stdout, stderr } = await runDemo("start.ts", { WEBPUBSUB_CONNECTION_STRING: "Endpoint=x" });
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toBe("WEBPUBSUB_CONNECTION_STRING must read Endpoint=https://…;AccessKey=…;Version=1.0;\n");
    },
    TIMEOUT_MS,
  );
});
