/** Each name with all of its values. */
export type Values = Readonly<Record<string, readonly string[]>>;

/** The parameters of a request, by their names in any case; of several, the last one counts (client-protocol §2.2). */
export class Query {
  readonly #values = new Map<string, string>();

  constructor(private readonly parameters: URLSearchParams) {
    for (const [name, value] of parameters) this.#values.set(name.toLowerCase(), value);
  }

  /** @param name in small letters */
  last(name: Lowercase<string>): string | undefined {
    return this.#values.get(name);
  }

  /** What the application may see: everything as the client spelled it, but no token. */
  get visible(): Values {
    const names = [...new Set(this.parameters.keys())].filter((name) => !secret.has(name.toLowerCase()));
    return Object.fromEntries(names.map((name) => [name, this.parameters.getAll(name)]));
  }
}

const secret: ReadonlySet<string> = new Set(["access_token", "awps_connection_id", "awps_reconnection_token"]);
