import type { SchedulerLike } from "rxjs";
import { loggerNamed } from "../../logging/logger.js";
import type { HttpExchange } from "./http-exchange.js";

const { warning } = loggerNamed("rx-webpubsub:upstream");

const REQUEST_LIMIT_MS = 10_000;
const VALID_FOR_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const loopback: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

interface Verdict {
  readonly passed: boolean;
  /** When it is looked into again. */
  readonly until: number;
  readonly pauseMs: number;
}

type Answer = "allowed" | "refused" | "unknown";

/**
 * Asks applications whether they want events of this service, before they get the first one (service-surface §4.1).
 * The first event waits for the answer. Applications are asked again in the background, by the first event after a while,
 * or after a pause that grows if they have not agreed; until they have answered, their last answer holds.
 */
export class AbuseProtection {
  readonly #verdicts = new Map<string, Verdict>();
  readonly #pending = new Map<string, Promise<boolean>>();

  /** @param host the service's name, without a port */
  constructor(
    private readonly http: HttpExchange,
    private readonly scheduler: SchedulerLike,
    private readonly host: string,
  ) {}

  /** Whether events may be sent; never rejects. */
  passed(url: string): Promise<boolean> {
    const verdict = this.#verdicts.get(url);
    if (verdict && this.scheduler.now() < verdict.until) return Promise.resolve(verdict.passed);
    const pending = this.#pending.get(url) ?? this.#validate(url, verdict);
    return verdict ? Promise.resolve(verdict.passed) : pending;
  }

  #validate(url: string, before: Verdict | undefined): Promise<boolean> {
    const validation = this.#ask(url).then((answer) => {
      const passed = answer === "allowed";
      this.#pending.delete(url);
      const pauseMs = before?.passed === false ? Math.min(2 * before.pauseMs, VALID_FOR_MS) : FIRST_PAUSE_MS;
      const until = this.scheduler.now() + (passed ? VALID_FOR_MS : pauseMs);
      this.#verdicts.set(url, { passed, until, pauseMs });
      const why = answer === undefined ? "gave no answer to the validation" : "did not pass the validation";
      if (!passed) warning(() => `${url} ${why} and gets no events`);
      return passed;
    });
    this.#pending.set(url, validation);
    return validation;
  }

  async #ask(url: string): Promise<Answer | undefined> {
    const answer = await this.#request(url, "OPTIONS");
    return answer === "unknown" ? this.#request(url, "GET") : answer;
  }

  async #request(url: string, method: string): Promise<Answer | undefined> {
    const headers = { "WebHook-Request-Origin": this.host, "ce-awpsversion": "1.0" };
    const limit = { of: "each", ms: REQUEST_LIMIT_MS } as const;
    return this.http.ask({ url, method, headers, limit }, async (response) => {
      await response.body?.cancel();
      if (response.status === 404) return "unknown";
      return response.ok && this.#allows(response.headers.get("WebHook-Allowed-Origin")) ? "allowed" : "refused";
    });
  }

  /** One header for each origin; those with a port are meant too, and on one machine its names are the same. */
  #allows(header: string | null): boolean {
    const names = loopback.includes(this.host) ? loopback : [this.host.toLowerCase()];
    return (header ?? "")
      .toLowerCase()
      .split(",")
      .map((origin) => origin.trim().replace(/:\d+$/, ""))
      .some((origin) => origin === "*" || names.includes(origin));
  }
}
