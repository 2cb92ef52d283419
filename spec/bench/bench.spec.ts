import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

// That it runs; what it measures is not for a test to judge.
it("npm run bench prints the row that was asked for", async () => {
  const program = [
    "--import",
    "tsx",
    path.join(__dirname, "main.ts"),
    "--only",
    "inbound-100",
    "--rounds",
    "1",
    "--quick",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  expect(stdout).toMatch(
    /^\| inbound, 100 B JSON \| µs CPU\/message<br>messages\/s \| ours \*\*[\d.]+\*\* .* floor \*\*[\d.]+\*\*/m,
  );
}, 60_000);
