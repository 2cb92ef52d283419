import { cpus } from "node:os";
import type { Row } from "./rows/row.js";
import type { Measured } from "./scenario.js";
import { median } from "./statistics.js";

/** What each run of a row measured in one turn, by label. */
export type Turn = Readonly<Record<string, Measured>>;

export const header =
  "| what | measured | medians (range) | ratio or value | to reach | |\n| --- | --- | --- | --- | --- | --- |";

export const machine = (): string => {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
};

const format = (value: number, digits: number): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** One line of the table: medians over all turns with the lowest and highest, and what is to be reached. */
export function line({ title, runs, shows, targets }: Row, turns: readonly Turn[]): string {
  const measured = shows.map(({ key, unit, digits }) => {
    const numbers = runs.map(({ label }) => {
      const values = turns.map((turn) => turn[label]?.[key] ?? NaN);
      const range = `${format(Math.min(...values), digits)}–${format(Math.max(...values), digits)}`;
      return `${label} **${format(median(values), digits)}** (${range})`;
    });
    return { unit, numbers: numbers.join(", ") };
  });
  const verdicts = targets.map(({ text, value, of, isMet, digits = 2 }) => {
    const values = turns.map(value);
    const got = of === "worst" ? Math.max(...values) : median(values);
    return { text, got: format(got, digits), verdict: isMet(got) ? "met" : "**missed**" };
  });
  const cells = [
    title,
    measured.map(({ unit }) => unit).join("<br>"),
    measured.map(({ numbers }) => numbers).join("<br>"),
    verdicts.map(({ got }) => got).join("<br>"),
    verdicts.map(({ text }) => text).join("<br>"),
    verdicts.map(({ verdict }) => verdict).join("<br>"),
  ];
  return `| ${cells.join(" | ")} |`;
}
