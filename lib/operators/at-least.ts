/** Refuses an option that is no number or below its `minimum`, in words that name it. */
export function atLeast(minimum: number, operator: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= minimum)) throw new RangeError(`${operator}: ${name} must be at least ${minimum}, not ${value}`);
  }
}
