/** Prints a line on stdout. Whoever reads it, such as `head`, may have read enough: that is no failure. */
export function print(line: string): void {
  process.stdout.on("error", () => undefined).write(`${line}\n`);
}
