/** Refuses an option that is given and no number, or below its `minimum`, in words that name it. */
export function atLeast(
  minimum: number,
  operator: string,
  options: Readonly<Record<string, number | undefined>>,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !(value >= minimum)) {
      throw new RangeError(`${operator}: ${name} must be at least ${minimum}, not ${value}`);
    }
  }
}
