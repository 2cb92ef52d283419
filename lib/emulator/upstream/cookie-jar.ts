/** The cookies that an application sets on one connection, by its origin (service-surface §4.3). */
export class CookieJar {
  readonly #cookies = new Map<string, Map<string, string>>();

  store(url: string, headers: Headers, now: number): void {
    const { origin } = new URL(url);
    const cookies = this.#cookies.get(origin) ?? new Map<string, string>();
    for (const line of headers.getSetCookie()) {
      const [, name, value = ""] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
      if (name === undefined) continue;
      if (isOver(line, now)) cookies.delete(name);
      else cookies.set(name, value.trim());
    }
    this.#cookies.set(origin, cookies);
  }

  /** The header for a request; nothing when there are no cookies. */
  header(url: string): string | undefined {
    const cookies = [...(this.#cookies.get(new URL(url).origin) ?? [])];
    return cookies.length === 0 ? undefined : cookies.map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

function isOver(line: string, now: number): boolean {
  const age = /;\s*max-age\s*=\s*(-?\d+)/i.exec(line)?.[1];
  if (age !== undefined) return Number(age) <= 0;
  const expires = /;\s*expires\s*=\s*([^;]+)/i.exec(line)?.[1];
  return expires !== undefined && Date.parse(expires) <= now;
}
