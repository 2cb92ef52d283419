import { cpus } from "node:os";
import type { Row } from "./rows/row.js";
import type { Measured } from "./scenario.js";
import { median } from "./statistics.js";

/** What each run of a row measured, round by round, by label. */
export type Results = ReadonlyMap<string, readonly Measured[]>;

export const header =
  "| what | measured | medians (range) | ratio or value | to reach | |\n| --- | --- | --- | --- | --- | --- |";

export const machine = (): string => {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
};

const format = (value: number, digits: number): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** One line of the table; numbers are medians over the rounds, with the lowest and highest of them. */
export function line({ title, shows, targets }: Row, results: Results): string {
  const measured = shows.map(({ key, unit, digits }) => {
    const numbers = [...results].map(([label, rounds]) => {
      const values = rounds.map((round) => round[key] ?? NaN);
      const range = `${format(Math.min(...values), digits)}–${format(Math.max(...values), digits)}`;
      return `${label} **${format(median(values), digits)}** (${range})`;
    });
    return { unit, numbers: numbers.join(", ") };
  });
  const medians = Object.fromEntries([...results].map(([label, rounds]) => [label, mediansOf(rounds)]));
  const verdicts = targets.map(({ text, value, isMet, digits = 2 }) => {
    const got = value(medians);
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

function mediansOf(rounds: readonly Measured[]): Measured {
  const keys = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(keys.map((key) => [key, median(rounds.map((round) => round[key] ?? NaN))]));
}
