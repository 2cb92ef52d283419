/*
 * The suite against a service of your own: an Azure Web PubSub, Microsoft's emulator, or ours in another process.
 *
 *   WEBPUBSUB_CONNECTION_STRING='Endpoint=https://….webpubsub.azure.com;AccessKey=…;Version=1.0;' npx jest live
 *
 * It uses a hub of its own, which must have no event handlers; WEBPUBSUB_HUB names another.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { readConnectionString } from "../../lib/emulator/connection-string.js";
import { describeService } from "./suite.js";
import { untilWithin, type ServiceTarget } from "./target.js";

const VARIABLE = "WEBPUBSUB_CONNECTION_STRING";
const connectionString = process.env[VARIABLE];

if (connectionString === undefined || connectionString === "") {
  describe("a live service", () => {
    it(`was not asked: ${VARIABLE} is not set`, () => {});
  });
} else {
  jest.setTimeout(120_000);
  describeService("a live service", async () => start(connectionString), {
    application: "the application's side is not in this process",
    longUrls: "HTTP servers do not take them",
  });
}

function start(text: string): ServiceTarget {
  return {
    ...readConnectionString(text),
    hub: process.env["WEBPUBSUB_HUB"] ?? `conformance${randomUUID().replaceAll("-", "")}`,
    open: (address, protocols, headers) => new WebSocket(address, [...protocols], { headers }),
    now: () => new Date().getTime(),
    until: untilWithin(10_000),
    wait: (ms) => sleep(ms),
    stop: async () => undefined,
  };
}
