import type { SchedulerLike } from "rxjs";

const RETRY_PAUSES_MS = [1_000, 3_000, 5_000];

/** One request to an application, which is the same at each of its retries. */
export interface HttpCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | ArrayBuffer;
  /** How long each request, or all of them together, may take to the headers of the response. */
  readonly limit: { readonly of: "each" | "all"; readonly ms: number };
  readonly cancelled?: AbortSignal;
}

/** The requests that are under way, with their retries, in the time of a scheduler (service-surface §4.6). */
export class HttpExchange {
  readonly #running = new Set<AbortController>();
  #stopped = false;

  constructor(private readonly scheduler: SchedulerLike) {}

  /**
   * Asks, again after 408, 5xx and a failing network, and reads the last response. Never rejects: nothing comes of it
   * when there was no response in time, or it could not be read.
   */
  async ask<Result>(call: HttpCall, read: (response: Response) => Promise<Result>): Promise<Result | undefined> {
    if (this.#stopped || call.cancelled?.aborted) return undefined;
    const controller = new AbortController();
    const cancel = (): void => controller.abort();
    this.#running.add(controller);
    call.cancelled?.addEventListener("abort", cancel);
    try {
      const response = await this.#respond(call, controller);
      return response && (await read(response));
    } catch {
      return undefined;
    } finally {
      this.#running.delete(controller);
      call.cancelled?.removeEventListener("abort", cancel);
    }
  }

  /** Gives up all that is under way, and asks for nothing more. */
  stop(): void {
    this.#stopped = true;
    for (const controller of this.#running) controller.abort();
  }

  async #respond(call: HttpCall, controller: AbortController): Promise<Response | undefined> {
    const { limit } = call;
    const timer = limit.of === "all" ? this.#limit(controller, limit.ms) : undefined;
    try {
      for (const pause of [...RETRY_PAUSES_MS, undefined]) {
        const response = await this.#request(call, controller);
        // What was given up, by a limit or from outside, is not tried again.
        if (controller.signal.aborted) return undefined;
        const again = !response || response.status === 408 || response.status >= 500;
        if (!again || pause === undefined) return response;
        await response?.body?.cancel();
        await this.#pause(pause, controller.signal);
      }
      return undefined;
    } finally {
      timer?.unsubscribe();
    }
  }

  /** Nothing when the network fails. */
  async #request(
    { limit, url, method, headers, body }: HttpCall,
    controller: AbortController,
  ): Promise<Response | undefined> {
    const timer = limit.of === "each" ? this.#limit(controller, limit.ms) : undefined;
    try {
      return await fetch(url, { method, headers, body, redirect: "manual", signal: controller.signal });
    } catch {
      return undefined;
    } finally {
      timer?.unsubscribe();
    }
  }

  #limit(controller: AbortController, ms: number): { unsubscribe(): void } {
    return this.scheduler.schedule(() => controller.abort(), ms);
  }

  /** Also over as soon as the signal aborts. */
  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.scheduler.schedule(() => {
        signal.removeEventListener("abort", wake);
        resolve();
      }, ms);
      const wake = (): void => {
        timer.unsubscribe();
        resolve();
      };
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}
