/** A filter that cannot be used; the message is for the person who wrote it, in the service's words. */
export class FilterError extends Error {
  /** @param source the part of the filter that is wrong */
  constructor(source: string, problem: string) {
    super(`Invalid syntax for '${source}': ${problem} (Parameter 'filter')`);
    this.name = "FilterError";
  }
}
