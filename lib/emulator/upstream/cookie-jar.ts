interface Cookie {
  readonly value: string;
  /** Epoch milliseconds; `Infinity`: with the connection. */
  readonly expiresAt: number;
}

/** The cookies that an application sets on one connection, by its origin (service-surface §4.3). */
export class CookieJar {
  readonly #cookies = new Map<string, Map<string, Cookie>>();

  store(url: string, headers: Headers, now: number): void {
    const { origin } = new URL(url);
    const cookies = this.#cookies.get(origin) ?? new Map<string, Cookie>();
    for (const line of headers.getSetCookie()) {
      const [, name, value = ""] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
      if (name !== undefined) cookies.set(name, { value: value.trim(), expiresAt: expiryOf(line, now) });
    }
    this.#cookies.set(origin, cookies);
  }

  /** The header for a request; nothing when there are no cookies. */
  header(url: string, now: number): string | undefined {
    const cookies = [...(this.#cookies.get(new URL(url).origin) ?? [])].filter(([, { expiresAt }]) => expiresAt > now);
    return cookies.length === 0 ? undefined : cookies.map(([name, { value }]) => `${name}=${value}`).join("; ");
  }
}

function expiryOf(line: string, now: number): number {
  const age = /;\s*max-age\s*=\s*(-?\d+)/i.exec(line)?.[1];
  if (age !== undefined) return now + Number(age) * 1_000;
  const expires = /;\s*expires\s*=\s*([^;]+)/i.exec(line)?.[1];
  const date = expires === undefined ? NaN : Date.parse(expires);
  return Number.isNaN(date) ? Infinity : date;
}
