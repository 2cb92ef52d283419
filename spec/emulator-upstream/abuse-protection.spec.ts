import { asyncScheduler } from "rxjs";
import { AbuseProtection } from "../../lib/emulator/upstream/abuse-protection.js";
import type { HttpExchange } from "../../lib/emulator/upstream/http-exchange.js";
import { recordLog } from "../support/log.js";

const lines = recordLog("warning");
const url = "http://127.0.0.1:1/validate";

const passed = (response: Response | undefined): Promise<boolean> => {
  const http: Pick<HttpExchange, "ask"> = {
    ask: async (_call, read) => response && (await read(response)),
  };
  return new AbuseProtection(http as HttpExchange, asyncScheduler, "127.0.0.1").passed(url);
};

it("the log tells an application that is not there from one that will not have events", async () => {
  expect(await passed(undefined)).toBe(false);
  expect(await passed(new Response(null, { status: 403 }))).toBe(false);
  expect(await passed(new Response(null, { headers: { "WebHook-Allowed-Origin": "*" } }))).toBe(true);
  expect(lines).toEqual([
    `azure:rx-webpubsub:upstream:warning ${url} gave no answer to the validation and gets no events`,
    `azure:rx-webpubsub:upstream:warning ${url} did not pass the validation and gets no events`,
  ]);
});
