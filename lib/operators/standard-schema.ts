/** As much of a Standard Schema v1 validator (https://standardschema.dev) as is used here; Zod, Valibot and ArkType make such. */
export interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly validate: (value: unknown) => StandardResult<Output> | PromiseLike<StandardResult<Output>>;
  };
}

/** What a validator answers: a value, or issues. */
export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value, and where. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The issues in one line: `Invalid data: name: expected a string; tags.0: too long`. */
export function describeIssues(issues: readonly StandardIssue[]): string {
  const lines = issues.map(({ message, path = [] }) =>
    path.length > 0
      ? `${path.map((step) => String(typeof step === "object" ? step.key : step)).join(".")}: ${message}`
      : message,
  );
  return `Invalid data: ${lines.join("; ")}`;
}
