/** What became of one step. */
export interface Outcome {
  readonly title: string;
  readonly result: "ok" | "FAILED" | "left out" | "not run";
  readonly ms?: number;
  /** What was seen, or why it failed or was left out. */
  readonly note: string;
}

const startedAt = performance.now();

const seconds = (): string => `${((performance.now() - startedAt) / 1_000).toFixed(2)} s`.padStart(8);

/** Prints what just happened, with the time since the start. */
export const say = (text: string): void => console.log(`${seconds()}  ${text}`);

export const heading = (text: string): void => console.log(`\n${text}`);

/** Prints all outcomes as a table. */
export function printSummary(outcomes: readonly Outcome[]): void {
  const rows = outcomes.map(({ title, result, ms, note }) => [
    title,
    result,
    ms === undefined ? "" : `${Math.round(ms)} ms`,
    note,
  ]);
  const table = [["Step", "Result", "Time", "Seen"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  heading("Summary");
  console.log(
    [line(table[0] ?? []), widths.map((width) => "-".repeat(width)).join("  "), ...table.slice(1).map(line)].join("\n"),
  );
  console.log(`\n${verdict(outcomes)}, after ${seconds().trim()}.`);
}

const words = {
  ok: "steps as they should be",
  FAILED: "failed",
  "left out": "left out",
  "not run": "not run",
} as const;

function verdict(outcomes: readonly Outcome[]): string {
  const results = ["ok", "FAILED", "left out", "not run"] as const;
  const counts = results.map((result) => [outcomes.filter((one) => one.result === result).length, words[result]]);
  return counts
    .filter(([count]) => count !== 0)
    .map((part) => part.join(" "))
    .join(", ");
}
